import type { Fix } from "../../engine/fix.ts";
import { LineIndex } from "../../engine/location.ts";
import type { Report } from "../../engine/rule.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { exclusiveKey, variableName } from "../../model/kernel/aliases.ts";
import { isGlob } from "../../model/kernel/key.ts";
import { keyFacts } from "../../model/kernel/keys.ts";
import { parseInteger } from "../../model/kernel/number.ts";
import { shippedEraser } from "../../model/kernel/shipped.ts";
import type { Override } from "../../model/kernel/overrides.ts";
import { overrides } from "../../model/kernel/overrides.ts";
import { shown } from "../../model/kernel/shown.ts";
import type { SysctlFile, SysctlSetting } from "../../model/kernel/sysctl.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const PLAY = `- hosts: web
  tasks:
    - copy:
        src: "{{ item }}"
        dest: /etc/sysctl.d/
      loop: [99-base.conf, 100-web.conf]
`;
/** Each file by a task of its own. */
const copies = (...pairs: readonly (readonly [string, string])[]): string => `- hosts: web\n  tasks:\n${pairs.map(([src, dest]) => `    - copy:\n        src: ${src}\n        dest: ${dest}\n`).join("")}`;

export default rule({
  what: "Another line gives the key another value, and that one holds.",
  why: "Files are read by name across all folders, 100-x.conf before 99-y.conf, and the last line wins. /etc/sysctl.conf is the last file for procps, and for systemd only where a link leads to it; a line -key makes systemd forget what stood before. What looks like the setting is not the one that hosts run with.",
  instead: "Keep each key in one place, in a file of /etc/sysctl.d whose name sorts last.",
  lessons: [],
  reads: ["sysctl"],
  severity: "warning",
  fix: "safe",
  fixSafety: "The line that goes has no effect, since another one of the same file is read after it.",
  lifecycle: "stable",
  sources: ["sysctl.d(5)", "sysctl(8), --system", "systemd: src/sysctl/sysctl.c, parse_line"],
  data: { hosts: "hosts on which another value holds" },
  examples: {
    bad: [
      "⟦vm.swappiness = 10⟧\nvm.dirty_ratio = 20\nvm.swappiness = 60\n",
      "⟦vm.dirty_ratio = 20⟧\nvm.dirty_bytes = 268435456\n⟦net.ipv4.ip_forward = 1⟧\nnet.ipv4.conf.all.forwarding = 0\n",
      { "hosts.ini": "[web]\nweb1\n", "site.yml": copies(["99-base.conf", "/etc/sysctl.d/99-base.conf"], ["100-web.conf", "/etc/sysctl.d/100-web.conf"]), "files/99-base.conf": "net.core.somaxconn = 1024\n", "files/100-web.conf": "⟦net.core.somaxconn = 8192⟧\n" },
      { "hosts.ini": "[web]\nweb1\n", "site.yml": copies(["main.sysctl.conf", "/etc/sysctl.conf"], ["zz-last.conf", "/etc/sysctl.d/zz-last.conf"]), "files/main.sysctl.conf": "⟦vm.swappiness = 10⟧\n", "files/zz-last.conf": "vm.swappiness = 1\n" },
      {
        "hosts.ini": "[web]\nweb1\n",
        "site.yml": copies(["10-net.sysctl.conf", "/etc/sysctl.d/10-net.conf"], ["50-default.sysctl.conf", "/etc/sysctl.d/50-default.conf"]),
        "files/10-net.sysctl.conf": "⟦net.ipv4.conf.all.rp_filter = 1⟧\n",
        "files/50-default.sysctl.conf": "net.ipv4.conf.default.rp_filter = 2\n-net.ipv4.conf.all.rp_filter\n",
      },
      "⟦net.ipv4.conf.eth0.rp_filter = 2⟧\n-net.ipv4.conf.eth0.rp_filter\n",
      { "etc/sysctl.d/99-base.conf": "net.core.somaxconn = 1024\n", "etc/sysctl.d/100-web.conf": "⟦net.core.somaxconn = 8192⟧\n" },
    ],
    good: [
      "vm.swappiness = 10\nvm.dirty_bytes = 0\nvm.dirty_ratio = 20\nvm.dirty_background_bytes = 67108864\n",
      { "hosts.ini": "[web]\nweb1\n", "site.yml": copies(["base.sysctl.conf", "/etc/sysctl.d/10-base.conf"], ["web.sysctl.conf", "/etc/sysctl.d/90-web.conf"]), "files/base.sysctl.conf": "net.core.somaxconn = 1024\n", "files/web.sysctl.conf": "vm.swappiness = 1\n" },
    ],
    lookalike: [
      { "usr/lib/sysctl.d/50-net.conf": "net.core.somaxconn = 1024\n", "etc/sysctl.d/60-net.conf": "net.core.somaxconn = 8192\n", "images/a/etc/sysctl.d/99-net.conf": "net.core.somaxconn = 2048\n" },
      "dev.cdrom.info = CD-ROM information\ndev.cdrom.info = drive name: sr0\n",
      "-net.ipv4.conf.eth0.rp_filter\nnet.ipv4.conf.eth0.rp_filter = 2\n",
      { "hosts.ini": "[web]\nweb1\n", "hosts/web1/usr/lib/sysctl.d/50-net.conf": "net.core.somaxconn = 1024\n", "hosts/web1/etc/sysctl.d/60-net.conf": "net.core.somaxconn = 8192\n" },
      "net.ipv4.conf.all.rp_filter = 2\nnet.ipv4.conf.eth0.rp_filter = 0\nnet.ipv4.conf.*.rp_filter = 2\n",
      { "files/60-net.conf.j2": "{% if busy %}\nnet.core.somaxconn = 8192\n{% else %}\nnet.core.somaxconn = 1024\n{% endif %}\n" },
      { "hosts.ini": "[web]\nweb1\n[db]\ndb1\n", "site.yml": PLAY.replace(/99-base.conf, /, ""), "files/100-web.conf": "net.core.somaxconn = 8192\n", "hosts/db1/etc/sysctl.d/99-db.conf": "net.core.somaxconn = 1024\n" },
    ],
  },
  check({ sysctl, path, workspace, report }) {
    const across = overrides(workspace);
    let lines: LineIndex | undefined;
    const lineOf = (offset: number): number => (lines ??= new LineIndex(workspace.text(path)!)).positionAt(offset).line;
    const repeated = repeats(sysctl);
    const erasers = erased(sysctl);
    for (const setting of sysctl.settings) {
      const found = inFile(workspace, path, setting, repeated.get(setting), lineOf) ?? byOwnLine(path, setting, erasers.get(setting), lineOf) ?? acrossFiles(path, setting, across.get(setting)) ?? byShipped(workspace, path, setting);
      if (found !== undefined) report(found);
    }
  },
});

/** Nobody reads more of one file. */
const MOST = 100;

/** For each line of a sysctl file, the last one for its key where that comes after it. */
function repeats({ settings }: SysctlFile): ReadonlyMap<SysctlSetting, SysctlSetting> {
  const last = new Map<string, SysctlSetting>();
  const found = new Map<SysctlSetting, SysctlSetting>();
  for (const setting of settings.toReversed()) {
    if (found.size >= MOST) break;
    if (setting.source !== "file" || setting.conditional || setting.value === undefined || isGlob(setting.key) || keyFacts(setting.key)?.readOnly === true) continue;
    const name = variableName(setting.key);
    const later = last.get(name);
    const exclusive = exclusiveKey(name);
    const other = exclusive === undefined ? undefined : last.get(exclusive);
    if (later !== undefined) found.set(setting, later);
    else if (other !== undefined && isSet(other) && isSet(setting)) found.set(setting, other);
    if (later === undefined) last.set(name, setting);
  }
  return found;
}

/** For each line of a sysctl file that a later `-key` erases, that line. Where the value is set again, that counts. */
function erased({ settings }: SysctlFile): ReadonlyMap<SysctlSetting, SysctlSetting> {
  const last = new Map<string, SysctlSetting>();
  const found = new Map<SysctlSetting, SysctlSetting>();
  for (const setting of settings.toReversed()) {
    if (setting.source !== "file" || setting.conditional || isGlob(setting.key)) continue;
    const later = last.get(setting.key);
    if (later === undefined) last.set(setting.key, setting);
    else if (later.value === undefined && typeof setting.value === "string" && found.size < MOST) found.set(setting, later);
  }
  return found;
}

function byOwnLine(path: string, setting: SysctlSetting, eraser: SysctlSetting | undefined, lineOf: (offset: number) => number): Report | undefined {
  if (eraser === undefined) return undefined;
  return {
    location: { path, range: setting.range },
    message: `${shown(setting.rawKey)} = ${shown(setting.valueText)} is not set at boot: systemd-sysctl forgets it at line ${lineOf(eraser.range.start)}, which names the key without a value, while sysctl --system of procps sets it. Remove one of the lines.`,
    related: [{ location: { path, range: eraser.range }, message: "This line erases it." }],
  };
}

function isSet({ value }: SysctlSetting): boolean {
  return typeof value === "string" && (parseInteger(value) ?? 0) !== 0;
}

function inFile(workspace: Workspace, path: string, setting: SysctlSetting, later: SysctlSetting | undefined, lineOf: (offset: number) => number): Report | undefined {
  if (later === undefined || isUnknown(setting.value) || isUnknown(later.value)) return undefined;
  const text = workspace.text(path)!;
  const line = lineOf(later.range.start);
  const alias = later.key !== setting.key;
  const same = later.value === setting.value && variableName(later.key) === variableName(setting.key);
  const wins = exclusiveKey(setting.key) === later.key ? `line ${line} sets ${shown(later.rawKey)}, and the kernel puts the other of the two to 0` : `line ${line} sets ${alias ? `the same variable by the name ${shown(later.rawKey)}` : "it"} to ${shown(later.valueText)}, and the last line wins`;
  return {
    location: { path, range: setting.range },
    message: same ? `${shown(setting.rawKey)} is set to the same value again in line ${line}. Remove one of the lines.` : `${shown(setting.rawKey)} = ${shown(setting.valueText)} has no effect: ${wins}. Remove one of the lines.`,
    ...(same ? { severity: "info" } : {}),
    related: [{ location: { path, range: later.range }, message: "This line wins." }],
    fixes: LINES.has(workspace.language(path) ?? "") ? [removed(text, path, setting)] : [],
  };
}

/** Languages with one setting a line. */
const LINES = new Set(["sysctl", "tuned"]);

function removed(text: string, path: string, { range }: SysctlSetting): Fix {
  const end = /^[^\r\n]*(\r?\n)?/.exec(text.slice(range.end, range.end + 4096))![0].length + range.end;
  const start = text.lastIndexOf("\n", range.start - 1) + 1;
  return { title: "Remove the line", safety: "safe", edits: [{ path, range: { start, end }, newText: "" }] };
}

function acrossFiles(path: string, setting: SysctlSetting, found: Override | undefined): Report | undefined {
  if (found === undefined) return undefined;
  const where = found.hosts === 0 ? "on the machine of this tree" : `${found.hosts} ${found.hosts === 1 ? "host" : "hosts"}`;
  const other = found.by.destination as string;
  return {
    location: { path, range: setting.range },
    message: `${shown(setting.rawKey)} = ${shown(found.value)} ${words(found, other)} (${where}). ${ADVICE[found.kind]}`,
    ...(found.kind === "later" ? { severity: "info" } : {}),
    ...(found.hosts === 0 ? { confidence: "likely" } : {}),
    related: [{ location: { path: found.by.path, range: found.by.setting.range }, message: found.kind === "erased" ? "This line erases it." : `This line is read after it, from ${other}.` }],
    data: found.hosts === 0 ? {} : { hosts: found.hosts },
  };
}

const ADVICE: Record<Override["kind"], string> = {
  later: "Keep one of the two.",
  hidden: "Give the files different names, or remove this one.",
  order: "Name the file so that it sorts last: names are compared letter by letter.",
  loaders: "Keep the key in one file of /etc/sysctl.d.",
  erased: "Move this line to a file that sorts after it.",
};

function words({ kind, effective }: Override, other: string): string {
  switch (kind) {
    case "later":
      return `does not hold: ${other} is read later and sets ${shown(effective!)}`;
    case "hidden":
      return `is never read: ${other} has the same name in a stronger folder and hides the whole file; ${shown(effective!)} holds`;
    case "order":
      return `does not hold: this file has the greater number, but its name sorts before ${other}, which sets ${shown(effective!)}`;
    case "loaders":
      return `holds only after sysctl --system: systemd-sysctl reads ${other} later at boot and leaves ${shown(effective!)}`;
    case "erased":
      return `is not set at boot: systemd-sysctl forgets it at a later line without a value in ${other}, while sysctl --system of procps sets it`;
  }
}

/** systemd's own file, where a distribution has it. */
function byShipped(workspace: Workspace, path: string, setting: SysctlSetting): Report | undefined {
  const eraser = shippedEraser(workspace, setting);
  if (eraser === undefined) return undefined;
  return {
    location: { path, range: setting.range },
    severity: "info",
    confidence: "possible",
    message: `${shown(setting.rawKey)} = ${shown(setting.valueText)} may not be set at boot: where systemd's own ${eraser} is installed (Fedora, Arch, Ubuntu; not Debian), it sorts after this file, and its line -${shown(setting.key)} makes systemd-sysctl forget the value. Give the file a name that sorts after it.`,
  };
}
