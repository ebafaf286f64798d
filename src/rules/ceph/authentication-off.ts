import { isUnknown } from "../../engine/unknown.ts";
import { onlyLaboratory } from "../../model/ceph/pools.ts";
import { daemonsOf } from "../../model/ceph/sections.ts";
import { secretOf } from "../../model/ceph/secrets.ts";
import type { CephSetting } from "../../model/ceph/settings.ts";
import { rule } from "../rule.ts";

const REQUIRED: Readonly<Record<string, string | undefined>> = {
  auth_cluster_required: "any program that reaches the network can pose as a daemon of the cluster",
  auth_service_required: "everybody who reaches the network can read and delete all data",
  auth_supported: "everybody who reaches the network can read and delete all data",
  auth_client_required: "clients do not make sure that they talk to the real cluster",
};

export default rule({
  what: "Whoever reaches Ceph's network gets in.",
  why: "Without cephx, every host that reaches the monitors can read, change and delete all data. With insecure reclaim of global ids, a client can take over another's tickets. A key in a repository is known to everybody who can read the repository, for ever.",
  instead: "Require cephx everywhere, forbid insecure reclaim once all clients are updated, and keep keys in a vault or in keyring files on the hosts.",
  lessons: [],
  reads: ["ceph"],
  severity: "error",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ceph: rados/configuration/auth-config-ref", "Ceph: security/CVE-2021-20288"],
  examples: {
    bad: [
      "[global]\nauth cluster required = ⟦none⟧\nauth service required = ⟦none⟧\nauth client required = ⟦none⟧\n",
      "[mon]\nauth_allow_insecure_global_id_reclaim = ⟦true⟧\n",
      "[client.images]\nkey = ⟦AQDk1LBlAAAAABAAiE4rJ4Jp8lXlN5Xo7kP2Xw==⟧\n",
      { "harden.sh": "#!/bin/sh\nceph config set mon auth_allow_insecure_global_id_reclaim ⟦true⟧\n" },
      { "group_vars/all.yml": "ceph_conf_overrides:\n  global:\n    auth_service_required: ⟦none⟧\n" },
    ],
    good: "[global]\nauth cluster required = cephx\nauth service required = cephx\nauth client required = cephx\n[mon]\nauth allow insecure global id reclaim = false\n",
    lookalike: [
      "[global]\nauth client required = cephx, none\n; auth cluster required = none\n[client.images]\nkeyring = /etc/ceph/ceph.client.images.keyring\nkey = {{ vault_images_key }}\n",
      "[client.images]\nkey = REPLACE_ME\n[radosgw]\nauth service required = none\n",
    ],
  },
  check({ ceph, path, workspace, report }) {
    if (onlyLaboratory(workspace, ceph)) return;
    for (const setting of ceph.settings) {
      const { option, value, valueRange, kind } = setting;
      if (kind === "pool" || isUnknown(value) || daemonsOf(setting.section).length === 0) continue;
      const found = judge(setting, value);
      if (found !== undefined) report({ location: { path, range: valueRange }, key: option, ...found, ...(setting.conditional ? { severity: "warning" as const, confidence: "likely" as const } : {}) });
    }
  },
});

function judge({ option, rawOption, section }: CephSetting, value: string): { message: string; severity?: "warning" | "info" } | undefined {
  const effect = REQUIRED[option];
  if (effect !== undefined) {
    const methods = value.toLowerCase().split(/[\s,;]+/).filter(Boolean);
    if (!methods.includes("none")) return undefined;
    // `cephx, none` is the default of clients: they use cephx wherever it is offered.
    if (option === "auth_client_required") return methods.includes("cephx") ? undefined : { message: `${rawOption} = ${value}: ${effect}. Require cephx.`, severity: "warning" };
    return { message: `${rawOption} = ${value}: ${effect}. Require cephx.` };
  }
  if (option === "auth_allow_insecure_global_id_reclaim" && /^(true|[1-9]\d*)$/i.test(value)) {
    return { message: `${rawOption} = ${value} lets a client take over another's session (CVE-2021-20288). Update the clients that need it, and set it to false.`, severity: "warning" };
  }
  const secret = secretOf(option, value, isUnknown(section) ? "" : section);
  return secret === undefined ? undefined : { message: `${secret} stands here in clear text: everybody who can read the repository has it. Replace it, and keep the new one in a vault or in a file on the hosts.`, ...(secret.startsWith("A key") ? {} : { severity: "warning" as const }) };
}
