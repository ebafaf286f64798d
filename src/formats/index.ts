import { cephConf } from "./ceph-conf/index.ts";
import { aptConf } from "./apt-conf/index.ts";
import { crontab } from "./crontab/index.ts";
import { csv } from "./csv/index.ts";
import type { Format, Language } from "./format.ts";
import { ansibleInventoryIni } from "./ansible-inventory/index.ts";
import { firewalld } from "./firewalld/index.ts";
import { ipsecConf } from "./ipsec-conf/index.ts";
import { ipsecSecrets } from "./ipsec-secrets/index.ts";
import { ifupdown } from "./ifupdown/index.ts";
import { iptablesSave } from "./iptables/index.ts";
import { json } from "./json/index.ts";
import { LESSON_FILE, lesson } from "./lesson/index.ts";
import { loadLessons } from "./lesson/load.ts";
import { libvirt } from "./libvirt/index.ts";
import { modulesLoad } from "./modules-load/index.ts";
import { nix } from "./nix/index.ts";
import { networkManager } from "./network-manager/index.ts";
import { networkd } from "./networkd/index.ts";
import { nftables } from "./nftables/index.ts";
import { premortemConfig } from "./premortem-config/index.ts";
import { racoon } from "./racoon/index.ts";
import { shell } from "./shell/index.ts";
import { strongswanConf } from "./strongswan-conf/index.ts";
import { swanctl } from "./swanctl/index.ts";
import { sysctl } from "./sysctl/index.ts";
import { tuned } from "./tuned/index.ts";
import { versionPins } from "./version-pins/index.ts";
import { systemdUnit } from "./systemd-unit/index.ts";
import { updateSettings } from "./update-settings/index.ts";
import { wgQuick } from "./wg-quick/index.ts";
import { yaml } from "./yaml/index.ts";
import { loadYaml } from "./yaml/load.ts";

/** Every format, in the order in which they are asked. */
export const formats: readonly Format<unknown>[] = [
  premortemConfig,
  lesson,
  nftables,
  iptablesSave,
  cephConf,
  tuned,
  sysctl,
  modulesLoad,
  systemdUnit,
  networkd,
  ifupdown,
  networkManager,
  wgQuick,
  swanctl,
  strongswanConf,
  racoon,
  ipsecConf,
  ipsecSecrets,
  firewalld,
  libvirt,
  json,
  csv,
  aptConf,
  crontab,
  updateSettings,
  versionPins,
  shell,
  nix,
  ansibleInventoryIni,
  yaml,
];

const byLanguage = new Map<Language, Format<unknown>>(formats.map((format) => [format.language, format]));

/** The format of a language. */
export function formatOf(language: Language): Format<unknown> {
  return byLanguage.get(language)!;
}

/** Texts about configuration, which quote it. */
const PROSE = /(?:^|\/)(?:README|CHANGELOG|CHANGES|NEWS|HISTORY|INSTALL|TO-?DO|NOTES|HOWTO)(?:[.-][^/]*)?$|[-_.]howto\.txt$/i;

/**
 * The language of a file by its path and first 4 KiB; undefined where Premortem does not read it. A template's ending
 * (`.j2`, `.jinja`, `.erb`, `.tmpl`, `.in`) does not count as part of the name.
 */
export function recognise(path: string, head: string): Language | undefined {
  if (head.includes("\0")) return undefined;
  const name = path.replace(/\.(j2|jinja2?|erb|tmpl|epp|in)$/, "");
  let byContent: Language | undefined;
  for (const format of formats) {
    const how = format.recognise(name, head);
    if (how === "name") return format.language;
    if (how === "content" && !PROSE.test(name)) byContent ??= format.language;
  }
  return byContent;
}

const INVENTORY_ELSEWHERE = /(?:^|\/)(?:inventory|inventories|environments?)\/|(?:^|\/)(?:hosts|inventory)(?:\.(?:toml|py|sh))?$/;

/**
 * Whether a file belongs to a review: it is of a known language, or lies where tasks take templates and files from. What
 * it says there in a language unknown to us still changes the hosts that get it.
 */
export function isReviewed(path: string, head: string): boolean {
  if (recognise(path, head) !== undefined) return true;
  // Inventories that are not read must be known all the same: what is said of the others does not hold for their hosts.
  if (INVENTORY_ELSEWHERE.test(path) && (path.endsWith(".toml") || head.startsWith("#!"))) return true;
  return /\.(j2|jinja2?)$|(^|\/)(templates|files)\//.test(path) && !head.includes("\0");
}

/**
 * Loads the library that parsing these files may need. Call it before `Workspace.document`; cheap when done already.
 * Variables and inventories often have no ending, so every such name counts.
 */
export async function prepare(paths: Iterable<string>): Promise<void> {
  const all = [...paths];
  if (all.some((path) => LESSON_FILE.test(path))) return loadLessons();
  for (const path of all) {
    if (/\.ya?ml(\.\w+)?$|(^|\/)[^./]+$|(^|\/)(group_vars|host_vars|inventory|inventories|environments?)\/|(^|\/)(hosts|inventory)[^/]*\.json$/.test(path)) return loadYaml();
  }
}
