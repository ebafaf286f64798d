import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host, Task, Variable } from "../fleet/fleet.ts";
import { listOf, memberOf } from "../fleet/values.ts";
import { HostVariables } from "../fleet/variables.ts";
import { hostPart } from "../network/address.ts";
import { outcomes } from "../written/reference.ts";
import type { Workspace } from "../workspace.ts";

/** What hosts need while they are worked on. */
export type Purpose = "management" | "logging" | "packages" | "names" | "control";

/** Something that hosts reach, or by which they are reached. */
export interface Branch {
  readonly purpose: Purpose;
  /** A name or an address. For management without a jump host the host's own address. */
  readonly target: string;
  readonly hosts: readonly Host[];
  readonly location: Location;
  /** Whether `target` is where the connection to the host itself goes. */
  readonly own?: boolean;
}

/** One way to name such a place in a file: which files, and where in a line the target stands (first group). */
interface Pattern {
  readonly purpose: Purpose;
  readonly files: RegExp;
  readonly target: RegExp;
}

/** rsyslog.conf(5), syslog-ng.conf(5), journal-upload.conf(5), resolv.conf(5), resolved.conf(5), netplan(5), sources.list(5), apt.conf(5), dnf.conf(5). */
const PATTERNS: readonly Pattern[] = [
  { purpose: "logging", files: /rsyslog|syslog/, target: /^[^#\n]*?\s@@?(?:\([^)\n]*\))?(\[[^\]\n]+\]|\{\{[^\n]*?\}\}|[\w.:-]+)/gm },
  { purpose: "logging", files: /rsyslog|syslog/, target: /^[^#\n]*?\btarget="([^"\n]+)"/gim },
  { purpose: "logging", files: /syslog-ng/, target: /^[^#\n]*?\b(?:network|tcp6?|udp6?|syslog)\(\s*"([^"\n]+)"/gm },
  { purpose: "logging", files: /journal-upload\.conf|journal-remote/, target: /^[ \t]*URL=[ \t]*(?:https?:\/\/)?(\{\{[^\n]*?\}\}|[^\s/:]+)/gm },
  { purpose: "logging", files: /promtail|filebeat|vector\.(?:toml|yaml)|fluent/, target: /^[^#\n]*?(?:url|hosts|host|endpoints?)[ \t]{0,9}[:=]?[ \t]{0,9}\[?[ \t]{0,9}["']?(?:https?:\/\/)?(\{\{[^\n]*?\}\}|[\w-]+\.[\w.-]+)(?::\d+)?/gim },
  { purpose: "names", files: /resolv\.conf/, target: /^[ \t]*nameserver[ \t]+(\{\{[^\n]*?\}\}|[\da-fA-F.:]+)/gm },
  { purpose: "names", files: /resolved\.conf/, target: /^[ \t]*DNS=[ \t]*(\{\{[^\n]*?\}\}|[\da-fA-F.:]+)/gm },
  { purpose: "packages", files: /sources\.list|\/apt\//, target: /^[ \t]*deb(?:-src)?[ \t]+(?:\[[^\]\n]*\][ \t]+)?https?:\/\/(\{\{[^\n]*?\}\}|[^\s/:]+)/gm },
  { purpose: "packages", files: /\.sources(?:\.|$)/, target: /^[ \t]*URIs:[ \t]*https?:\/\/(\{\{[^\n]*?\}\}|[^\s/:]+)/gm },
  { purpose: "packages", files: /apt\.conf|\/apt\//, target: /Acquire::https?::Proxy[ \t]+"https?:\/\/(\{\{[^\n]*?\}\}|[^\s/:"]+)/gi },
  { purpose: "packages", files: /\.repo(?:\.|$)|yum\.repos\.d/, target: /^[ \t]*baseurl[ \t]*=[ \t]*https?:\/\/(\{\{[^\n]*?\}\}|[^\s/:]+)/gm },
  { purpose: "control", files: /salt\/minion|minion\.d/, target: /^[ \t]*master:[ \t]*(\{\{[^\n]*?\}\}|[\w.:-]+)/gm },
  { purpose: "control", files: /puppet/, target: /^[ \t]*server[ \t]*=[ \t]*(\{\{[^\n]*?\}\}|[\w.:-]+)/gm },
  { purpose: "control", files: /chef\/client\.rb/, target: /^[ \t]*chef_server_url[ \t]+["']https?:\/\/([^/"':]+)/gm },
];
/** Host variables that name such a place, where roles from elsewhere use them. */
const VARIABLES: readonly (readonly [Purpose, RegExp])[] = [
  ["logging", /^(?:central_)?(?:r?sys)?log(?:ging|s)?_?(?:server|host|target)s?$/],
  ["names", /^(?:dns|name)_?servers?$|^resolvers?$|^dns_nameservers$/],
  ["packages", /^(?:apt|yum|dnf|package|repo(?:sitory)?)_?(?:mirror|proxy|server|repo(?:sitory)?)(?:_url|_host)?$/],
  ["control", /^(?:salt_master|puppet_?(?:server|master)|chef_server)$/],
];
const JUMP = /(?:ProxyJump[= ]+|-J[= ]*)"?(?:[\w.-]+@)?([\w.:[\]-]+?)(?::\d+)?(?=["',\s]|$)|ssh\b[^|]*?-W\s*\[?%h\]?:%p\b[^"']*?(?:[\w.-]+@)?([\w.-]*[\w])["'\s]*$/;

/** Arguments for ssh are a line. */
const LONGEST = 1000;

/** Every such place of the repository, with the hosts that need it. */
export function branchesOf(workspace: Workspace): readonly Branch[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): readonly Branch[] {
  return [...managed(workspace), ...inFiles(workspace), ...inTasks(workspace), ...inVariables(workspace)];
}

/** `ansible_host` and jump hosts. */
function managed(workspace: Workspace): Branch[] {
  const found: Branch[] = [];
  // Ansible runs where it needs no connection.
  const controller = workspace.fleet.hosts.find((host) => host.variables.get("ansible_connection")?.value === "local" && host.name !== "localhost");
  if (controller !== undefined) {
    const others = workspace.fleet.hosts.filter((host) => host !== controller);
    found.push({ purpose: "control", target: controller.name, hosts: others, location: controller.variables.get("ansible_connection")!.location });
  }
  for (const host of workspace.fleet.hosts) {
    const address = host.variables.get("ansible_host") ?? host.variables.get("ansible_ssh_host");
    if (typeof address?.value === "string") found.push({ purpose: "management", target: address.value, hosts: [host], location: address.location, own: true });
    for (const name of ["ansible_ssh_common_args", "ansible_ssh_extra_args", "ansible_ssh_args"]) {
      const variable = host.variables.get(name);
      const match = typeof variable?.value === "string" ? JUMP.exec(variable.value.slice(0, LONGEST)) : null;
      const target = match?.[1] ?? match?.[2];
      if (variable !== undefined && target !== undefined) found.push({ purpose: "management", target, hosts: [host], location: variable.location });
    }
  }
  return found;
}

function inFiles(workspace: Workspace): Branch[] {
  const places = new Map<string, string[]>();
  for (const { source, destination } of workspace.fleet.deployments) {
    if (!isUnknown(destination)) places.set(source, [...(places.get(source) ?? []), destination]);
  }
  const found: Branch[] = [];
  for (const path of workspace.paths) {
    const names = [path, ...(places.get(path) ?? [])];
    const patterns = PATTERNS.filter(({ files }) => names.some((name) => files.test(name)));
    if (patterns.length === 0) continue;
    const scope = workspace.fleet.scopeOf(path);
    if (isUnknown(scope) || /\.(?:ya?ml|md|py)$/.test(path)) continue;
    const text = workspace.text(path) ?? "";
    for (const { purpose, target } of patterns) {
      for (const match of text.matchAll(target)) {
        const start = match.index + match[0].lastIndexOf(match[1]!);
        const location = { path, range: { start, end: start + match[1]!.length } };
        for (const { value, hosts } of outcomes(workspace, path, match[1]!, scope)) found.push({ purpose, target: plainTarget(value), hosts, location });
      }
    }
  }
  return found;
}

/** Repositories that tasks set up, and lines that they write. */
function inTasks(workspace: Workspace): Branch[] {
  const found: Branch[] = [];
  const seen = new Set<Task>();
  for (const play of workspace.fleet.plays) {
    if (isUnknown(play.scope)) continue;
    for (const task of play.tasks) {
      const argument = /^(?:apt_repository|yum_repository|deb822_repository)$/.test(task.module)
        ? (task.args.get("repo") ?? task.args.get("baseurl") ?? task.args.get("uris"))
        : /^(?:lineinfile|copy)$/.test(task.module) && /rsyslog|syslog/.test(String((task.args.get("dest") ?? task.args.get("path"))?.value))
          ? (task.args.get("line") ?? task.args.get("content"))
          : undefined;
      if (argument === undefined || typeof argument.value !== "string" || seen.has(task)) continue;
      seen.add(task);
      const log = task.module === "lineinfile" || task.module === "copy";
      const target = (log ? /\s@@?(\{\{.*?\}\}|[\w.:-]+)/ : /https?:\/\/(\{\{.*?\}\}|[^\s/:]+)/).exec(argument.value)?.[1];
      if (target === undefined) continue;
      for (const { value, hosts } of outcomes(workspace, task.location.path, target, play.scope)) {
        found.push({ purpose: log ? "logging" : "packages", target: plainTarget(value), hosts, location: argument.location });
      }
    }
  }
  return found;
}

function inVariables(workspace: Workspace): Branch[] {
  const found = new Map<string, Branch & { hosts: Host[] }>();
  for (const host of workspace.fleet.hosts) {
    for (const [name, purpose] of purposesOf(host)) {
      const variable = host.variables.get(name);
      if (variable === undefined) continue;
      for (const target of targetsIn(variable)) {
        const key = `${variable.location.path}\0${variable.location.range.start}\0${target}`;
        const known = found.get(key);
        if (known === undefined) found.set(key, { purpose, target, hosts: [host], location: variable.location });
        else known.hosts.push(host);
      }
    }
  }
  return [...found.values()];
}

/** What hosts share is looked through once. */
const purposes = new WeakMap<ReadonlyMap<string, Variable>, readonly (readonly [string, Purpose])[]>();

/** The names of a host's variables that name such a place. */
function purposesOf({ variables }: Host): readonly (readonly [string, Purpose])[] {
  if (!(variables instanceof HostVariables)) return named(variables);
  const [shared, own] = [named(variables.shared), named(variables.own)];
  return own.length === 0 ? shared : [...shared, ...own.filter(([name]) => !variables.shared.has(name))];
}

function named(variables: ReadonlyMap<string, Variable>): readonly (readonly [string, Purpose])[] {
  let found = purposes.get(variables);
  if (found === undefined) {
    found = [...variables.keys()].flatMap((name) => {
      const purpose = VARIABLES.find(([, pattern]) => pattern.test(name))?.[0];
      return purpose === undefined ? [] : [[name, purpose] as const];
    });
    purposes.set(variables, found);
  }
  return found;
}

const targets = new WeakMap<Variable, readonly string[]>();

function targetsIn(variable: Variable): readonly string[] {
  let found = targets.get(variable);
  if (found === undefined) {
    found = listOf(variable.value).flatMap((one) => {
      const text = typeof one === "string" ? one : (memberOf(one, "address") ?? memberOf(one, "host"));
      return typeof text === "string" && text.trim() !== "" ? [plainTarget(text)] : [];
    });
    targets.set(variable, found);
  }
  return found;
}

/** `https://logs.example.net:6514/x` is about the host alone. */
function plainTarget(text: string): string {
  return hostPart(text.trim().replace(/^[a-z+]+:\/\//, "").replace(/\/.*$/, ""));
}
