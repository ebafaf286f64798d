import type { Language } from "../../formats/format.ts";
import { recognise } from "../../formats/index.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { Translate } from "../reviewed.ts";

/** So much of a file tells its format. */
const HEAD = 4096;

/** The files that hold plays. */
function playPaths({ fleet }: Workspace): ReadonlySet<string> {
  return new Set(fleet.plays.map(({ path }) => path));
}

/** What a file is for, in words; undefined where Premortem does not read it. `path` is one of the workspace. */
export function kindOf(workspace: Workspace, path: string, t: Translate): string | undefined {
  // Without parsing the file: a page may name thousands that nobody has asked for yet.
  const language = recognise(path, (workspace.text(path) ?? "").slice(0, HEAD));
  return language === undefined ? undefined : language === "yaml" ? ofYaml(workspace, path, t) : ofLanguage(language, t);
}

function ofYaml(workspace: Workspace, path: string, t: Translate): string {
  if (workspace.memo(playPaths).has(path)) return t("Plays");
  if (/(?:^|\/)(?:group|host)_vars\//.test(path)) return t("Variables of hosts and groups");
  if (/(?:^|\/)roles\/.*\/(?:defaults|vars)\//.test(path)) return t("Variables of roles");
  if (/(?:^|\/)(?:tasks|handlers|meta)\//.test(path)) return t("Tasks and handlers");
  if (/netplan/.test(path)) return t("Network interfaces");
  if (/(?:^|\/)(?:inventor[^/]*|hosts[^/]*)(?:\/|$)/.test(path)) return t("Inventory");
  return t("Other YAML files");
}

function ofLanguage(language: Exclude<Language, "yaml">, t: Translate): string {
  switch (language) {
    case "nftables":
    case "iptables-save":
    case "firewalld":
      return t("Firewall rules");
    case "shell":
      return t("Shell scripts");
    case "sysctl":
    case "tuned":
      return t("Kernel settings");
    case "modules-load":
      return t("Kernel modules");
    case "ceph-conf":
      return t("Ceph's configuration");
    case "systemd-unit":
    case "crontab":
      return t("Services and timers");
    case "networkd":
    case "ifupdown":
    case "network-manager":
    case "wg-quick":
      return t("Network interfaces");
    case "ansible-inventory-ini":
    case "csv":
      return t("Inventory");
    case "swanctl":
    case "strongswan-conf":
    case "ipsec-conf":
    case "ipsec-secrets":
    case "racoon":
      return t("IPsec");
    case "version-pins":
    case "apt-conf":
    case "update-settings":
      return t("Versions and updates");
    case "libvirt":
      return t("Virtual machines");
    case "nix":
      return t("NixOS modules");
    case "json":
      return t("Data in JSON");
    case "lesson":
      return t("Lessons");
    case "premortem-config":
      return t("Premortem's own settings");
  }
}
