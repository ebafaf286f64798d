import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Play, Task, Value } from "./fleet.ts";
import { listOf, truth } from "./values.ts";

/** A target that Ansible takes for every host where nobody says which. */
export interface Fallback {
  /** The name that whoever starts the play has to give. */
  readonly variable: string;
  /** What stands for all hosts: `default('all')`. */
  readonly expression: string;
}

/** `all`, `*` or the group `all`, as an expression writes them. */
const EVERYTHING = String.raw`(?:(['"])(?:all|\*)\1|groups\s*(?:\[\s*['"]all['"]\s*\]|\.all\b))`;
const FALLBACKS: readonly RegExp[] = [
  new RegExp(String.raw`\|\s*(?:default|d)\s*\(\s*${EVERYTHING}[^)]*\)`),
  new RegExp(String.raw`\bor\s+${EVERYTHING}`),
  new RegExp(String.raw`\belse\s+${EVERYTHING}`),
  new RegExp(String.raw`\.get\s*\([^,()]+,\s*${EVERYTHING}\s*\)`),
];
const NAMES = /\b(?!lookup\b|env\b|groups\b|if\b|is\b|defined\b|not\b|hostvars\b|vars\b|q\b|query\b)[A-Za-z_]\w*/;

/** The template in `hosts:` that stands for all hosts where a name is not given; undefined where there is none. */
export function fallbackToAll(written: Value): Fallback | undefined {
  for (const part of listOf(written)) {
    if (typeof part !== "string") continue;
    for (const [, expression] of part.matchAll(/\{\{([^}]*)\}\}/g)) {
      const found = FALLBACKS.map((pattern) => pattern.exec(expression!)).find((match) => match !== null);
      // Behind an intersection all hosts are no more than what stands before it.
      if (found === undefined || found === null || /[&!]\s*\{\{/.test(part)) continue;
      const bare = expression!.replace(found[0], " ").replace(/(['"])(.*?)\1/g, (_, __, text: string) => (/\b(?:env|vars|hostvars)\b/.test(expression!) ? ` ${text} ` : " "));
      return { variable: NAMES.exec(bare)?.[0] ?? expression!.trim().split(/\W/)[0]!, expression: found[0].trim() };
    }
  }
  return undefined;
}

/** True for `all` and `*`: every host, whatever the inventory. */
export function isEverything(pattern: Maybe<string>): boolean {
  return !isUnknown(pattern) && /^(?:all|\*)$/.test(pattern.trim());
}

const GUARDS = /^(?:assert|fail|pause)$/;
const TARGET_WORDS = /\b(?:ansible_limit|ansible_play_hosts(?:_all)?|ansible_play_batch|play_hosts|inventory_hostname|groups)\b/;

/**
 * True where the play, or one before it in the same playbook, asks whom it is for: a prompt, a pause for a person, an
 * assertion on the limit, on the hosts or on `variable`.
 */
export function isTargetChecked(play: Play, earlier: readonly Play[], variable?: string): boolean {
  return [...earlier, play].some((one) => one.keywords.has("vars_prompt") || one.tasks.some((task) => guards(task, variable))) || everyTaskAsks(play);
}

function guards(task: Task, variable: string | undefined): boolean {
  if (!GUARDS.test(task.module)) return false;
  if (task.module === "pause") return !task.args.has("seconds") && !task.args.has("minutes");
  const text = JSON.stringify([[...task.args.values()].map(({ value }) => value), task.keywords.get("when")?.value ?? ""]);
  return TARGET_WORDS.test(text) || (variable !== undefined && new RegExp(`\\b${variable}\\b`).test(text));
}

/** Tasks that all carry a condition on the limit do nothing where it is not given. */
function everyTaskAsks(play: Play): boolean {
  return play.tasks.length > 0 && play.tasks.every((task) => /\bansible_limit\b/.test(JSON.stringify(task.keywords.get("when")?.value ?? "")));
}

/** Modules that change nothing on a host. */
const READING = /^(?:assert|async_status|debug|fail|find|gather_facts|getent|group_by|include_vars|meta|package_facts|pause|ping|service_facts|set_fact|setup|slurp|stat|wait_for|wait_for_connection|win_ping|add_host|fetch)$/;

/** False for a task that only looks. */
export function altersHosts({ module, keywords, args }: Task): boolean {
  if (READING.test(module)) return false;
  if (/^(?:command|shell|raw|script)$/.test(module)) return truth(keywords.get("changed_when")?.value) !== false;
  if (module === "uri") return /^(?:POST|PUT|PATCH|DELETE)$/i.test(String(args.get("method")?.value ?? "GET"));
  return true;
}

/** Commands after which a host is gone or its data are. */
const ERASING =
  /(?:^|[\s;&|(/])(?:mkfs(?:\.\w+)?\s|wipefs\s+(?:\S+\s+)*-(?:a|-all)|sgdisk\s+(?:\S+\s+)*(?:-Z|--zap-all|-o)\b|blkdiscard\s|dd\s[^;|&]*\bof=\/dev\/|shred\s|cryptsetup\s+(?:luksFormat|erase)|(?:lv|vg|pv)remove\s|zpool\s+destroy|ceph-volume\s+lvm\s+zap|ceph\s+osd\s+(?:purge|destroy)|rm\s+-\w*[rR]\w*\s+(?:--no-preserve-root\s+)?(?:\/|\/var|\/srv|\/home|\/etc|\/var\/lib\/\w+)\/?(?:\*|\s|$))/;
const ENDING = /(?:^|[\s;&|(/])(?:poweroff|halt|shutdown\s+(?:\S+\s+)*-\w*[hPH]|shutdown\s+(?:now|\+\d+)|systemctl\s+(?:poweroff|halt)|init\s+0)\b/;

/** What a task takes from a host for good, or until somebody comes: `erases disks`, `switches the host off`, `reboots the host`. */
export function destruction(task: Task): string | undefined {
  const { module, args } = task;
  const text = (name: string): string => String(args.get(name)?.value ?? "");
  if (module === "reboot") return "reboots the host";
  if (module === "shutdown") return "switches the host off";
  if (module === "filesystem" && (truth(args.get("force")?.value) === true || text("state") === "absent")) return "erases file systems";
  if (/^(?:lvol|lvg)$/.test(module) && text("state") === "absent" && truth(args.get("force")?.value) === true) return "removes volumes";
  if (module === "parted" && text("state") === "absent") return "removes partitions";
  if (!/^(?:command|shell|raw)$/.test(module)) return undefined;
  const raw = args.get("_raw_params")?.value ?? args.get("cmd")?.value ?? args.get("argv")?.value;
  const command = Array.isArray(raw) ? raw.filter((word) => typeof word === "string").join(" ") : typeof raw === "string" ? raw : "";
  if (ERASING.test(command)) return "erases data";
  if (ENDING.test(command)) return "switches the host off";
  return /(?:^|[\s;&|(/])(?:reboot|systemctl\s+reboot|shutdown\s+(?:\S+\s+)*-\w*r)\b/.test(command) ? "reboots the host" : undefined;
}

/** Names of groups and hosts in a pattern, with what stands before each: `!`, `&` or nothing. Wildcards and regular expressions are left out. */
export function namesInPattern(pattern: string): { readonly name: string; readonly sign: "" | "!" | "&"; readonly offset: number }[] {
  const names: { name: string; sign: "" | "!" | "&"; offset: number }[] = [];
  for (const match of pattern.matchAll(/(?:^|[:,\s])([!&]?)([A-Za-z_][\w.-]*)(?:\[[^\]]*\])?(?=[:,\s]|$)/g)) {
    const sign = match[1] as "" | "!" | "&";
    names.push({ name: match[2]!, sign, offset: match.index + match[0].indexOf(match[2]!, match[0].startsWith(":") || match[0].startsWith(",") ? 1 : 0) });
  }
  return names;
}

/** Tells whether tasks of the repository make a group of this name while they run: `add_host`, `group_by`. */
export function isMadeAtRun(plays: readonly Pick<Play, "tasks">[], name: string): boolean {
  return plays.some((play) =>
    play.tasks.some((task) => {
      if (task.module !== "add_host" && task.module !== "group_by") return false;
      const given = ["groups", "group", "groupname", "key"].flatMap((key) => listOf(task.args.get(key)?.value));
      return given.some((value) => typeof value === "string" && value.split(",").some((part) => literally(part.trim()).test(name)));
    }),
  );
}

/** A template may give anything in its place. */
function literally(text: string): RegExp {
  return new RegExp(`^${text.split(/\{\{.*?\}\}/).map((part) => part.replace(/[^\w]/g, "\\$&")).join(".*")}$`);
}
