import type { SyntaxProblem } from "../formats/format.ts";
import type { Ruleset } from "./firewall/ruleset.ts";
import { readFirewall } from "./firewall/read.ts";
import type { SysctlFile } from "./kernel/sysctl.ts";
import { readSysctl } from "./kernel/sysctl.ts";
import type { LimitsFile } from "./kernel/limits.ts";
import { readLimits } from "./kernel/limits.ts";
import type { CephSettings } from "./ceph/settings.ts";
import { readCeph } from "./ceph/settings.ts";
import type { PlaybookFile } from "./rollout/playbook.ts";
import { readPlaybook } from "./rollout/playbook.ts";
import type { CarrierFile } from "./rollout/carriers/carrier.ts";
import { readCarriers } from "./rollout/carriers/read.ts";
import type { IpsecFile } from "./ipsec/connections.ts";
import { readIpsec } from "./ipsec/connections.ts";
import type { MaintenanceFile } from "./fleet/maintenance-files.ts";
import { readMaintenance } from "./fleet/maintenance-files.ts";
import { unreadInventory } from "./fleet/unread-inventories.ts";
import type { ConfigFile } from "../formats/premortem-config/index.ts";
import type { NetworkFile } from "./network/network.ts";
import { readNetwork } from "./network/read.ts";
import type { Workspace } from "./workspace.ts";

/** What one file says in one respect. A rule names the respect in `reads` and gets the subject under that name. */
export interface Subjects {
  /** Any file of a known format, with what its reference tool refuses. */
  syntax: { readonly language: string; readonly errors: readonly SyntaxProblem[] };
  firewall: Ruleset;
  sysctl: SysctlFile;
  limits: LimitsFile;
  ceph: CephSettings;
  playbook: PlaybookFile;
  /** What rolls out by other means than plays. */
  carrier: CarrierFile;
  ipsec: IpsecFile;
  network: NetworkFile;
  config: ConfigFile;
  /** Windows and guests of virtualisation hosts. */
  maintenance: MaintenanceFile;
}

type Reader<T> = (workspace: Workspace, path: string) => T | undefined;

/** How each subject is made from a document. */
export const readers: { readonly [R in keyof Subjects]: Reader<Subjects[R]> } = {
  syntax: (workspace, path) => {
    const document = workspace.document(path);
    if (document !== undefined) return { language: document.language, errors: document.errors };
    return unreadInventory(workspace, path) === undefined ? undefined : { language: "unread-inventory", errors: [] };
  },
  firewall: readFirewall,
  sysctl: readSysctl,
  limits: readLimits,
  ceph: readCeph,
  playbook: readPlaybook,
  carrier: readCarriers,
  ipsec: readIpsec,
  maintenance: readMaintenance,
  network: readNetwork,
  config: (workspace, path) => {
    const document = workspace.document(path);
    return document?.language === "premortem-config" ? (document.tree as ConfigFile) : undefined;
  },
};
