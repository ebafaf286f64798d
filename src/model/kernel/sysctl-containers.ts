import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Range } from "../../engine/location.ts";
import type { YamlMapping, YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf } from "../../formats/yaml/index.ts";
import type { Host, Scope } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { mappings, moduleName, plainText, scopeAt, unquotedRange } from "../written/tasks.ts";
import { normaliseKey } from "./key.ts";
import type { SysctlSetting } from "./sysctl.ts";

const MODULES = /^(docker|podman)_(container|pod)$/;
const SERVICE = ["image", "build", "container_name", "extends"];

/** A key with its value, as containers and cephadm's profiles have them. */
interface Pair {
  readonly key: string;
  readonly keyRange: Range;
  readonly value: string;
  readonly valueRange: Range;
  readonly range: Range;
}

/** Sysctls of a YAML file that stand in a container's specification or a tuned profile of cephadm, and the nodes that hold them. */
export interface Specified {
  readonly settings: readonly SysctlSetting[];
  /** Mappings that are not to be read as variables. */
  readonly nodes: ReadonlySet<YamlNode>;
}

/** Reads `sysctls` of Compose, Kubernetes pods and container tasks, and `settings` of cephadm's tuned profiles. */
export function specifiedSettings(workspace: Workspace, path: string): Specified {
  const text = workspace.text(path)!;
  const nodes = new Set<YamlNode>();
  const settings: SysctlSetting[] = [];
  if (!/sysctls|profile_name/.test(text)) return { settings, nodes };
  for (const { node, key } of mappings(workspace, path)) {
    const sysctls = entryOf(node, "sysctls")?.value;
    const container = SERVICE.some((name) => entryOf(node, name) !== undefined) || key === "securityContext" || MODULES.test(moduleName(key ?? ""));
    if (sysctls !== undefined && container) {
      nodes.add(sysctls);
      for (const item of itemsOf(sysctls)) nodes.add(item);
      const scope = unknown(`${path} sets it in a container's namespaces`);
      for (const pair of pairs(text, sysctls)) settings.push(setting(pair, path, "container", scope, unknown("a container's namespaces have it")));
    }
    const profile = plainText(entryOf(node, "profile_name")?.value);
    const values = entryOf(node, "settings")?.value;
    if (profile === undefined || values?.kind !== "mapping") continue;
    nodes.add(values);
    // cephadm's mgr module, tuned_profiles.py: the file that it writes on each host of the placement.
    const destination = `/etc/sysctl.d/${profile}-cephadm-tuned-profile.conf`;
    const scope = placedOn(workspace, path, node);
    for (const pair of pairs(text, values)) settings.push(setting(pair, path, "file", scope, destination));
  }
  return { settings, nodes };
}

function setting(pair: Pair, path: string, source: "container" | "file", scope: Maybe<Scope>, destination: Maybe<string>): SysctlSetting {
  const { key, value } = pair;
  return {
    key: normaliseKey(key),
    rawKey: key,
    keyRange: pair.keyRange,
    value: /\{\{|\$\{/.test(value) ? unknown(`${key} is set by ${value} in ${path}`) : value,
    valueText: value,
    valueRange: pair.valueRange,
    range: pair.range,
    ignoreErrors: false,
    conditional: false,
    persistent: true,
    destination,
    scope,
    placements: [{ destination, scope }],
    source,
  };
}

/** A mapping of keys, a list of `key=value`, or a list of mappings with `name` and `value`. */
function pairs(text: string, node: YamlNode): Pair[] {
  const found: Pair[] = [];
  for (const entry of entriesOf(node)) {
    const value = plainText(entry.value);
    if (value !== undefined) found.push({ key: entry.key, keyRange: unquotedRange(text, entry.keyRange), value, valueRange: unquotedRange(text, entry.value.range), range: entry.range });
  }
  for (const item of itemsOf(node)) {
    if (item.kind === "mapping") {
      const [name, value] = [entryOf(item, "name")?.value, entryOf(item, "value")?.value];
      const [key, written] = [plainText(name), plainText(value)];
      if (name === undefined || value === undefined || key === undefined || written === undefined) continue;
      found.push({ key, keyRange: unquotedRange(text, name.range), value: written, valueRange: unquotedRange(text, value.range), range: item.range });
    } else {
      const range = unquotedRange(text, item.range);
      const equals = text.slice(range.start, range.end).indexOf("=");
      if (equals < 1) continue;
      const middle = range.start + equals;
      found.push({ key: text.slice(range.start, middle), keyRange: { start: range.start, end: middle }, value: text.slice(middle + 1, range.end), valueRange: { start: middle + 1, end: range.end }, range });
    }
  }
  return found;
}

/** The hosts of a placement: by name or pattern; labels and counts are the cluster's own. */
function placedOn(workspace: Workspace, path: string, node: YamlMapping): Maybe<Scope> {
  const placement = entryOf(node, "placement")?.value;
  const { hosts } = workspace.fleet;
  const pattern = placement === undefined ? undefined : plainText(entryOf(placement, "host_pattern")?.value);
  const names = placement === undefined ? [] : itemsOf(entryOf(placement, "hosts")?.value).map((item) => plainText(item.kind === "mapping" ? entryOf(item, "hostname")?.value : item) ?? "");
  const named = (host: Host, name: string): boolean => host.name === name || host.name.split(".")[0] === name;
  const chosen = pattern !== undefined && /^[\w.*-]+$/.test(pattern) ? hosts.filter(({ name }) => matches(pattern, name)) : hosts.filter((host) => names.some((name) => named(host, name)));
  const where = scopeAt(workspace, path, node.range.start);
  return chosen.length > 0 ? { hosts: chosen, how: `the placement in ${path}` } : isUnknown(where) ? where : unknown(`nothing tells which hosts the placement in ${path} means`);
}

function matches(pattern: string, name: string): boolean {
  const parts = pattern.split("*").slice(0, 8).map((part) => part.replace(/[.\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(name);
}
