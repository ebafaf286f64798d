import { isUnknown } from "../../../engine/unknown.ts";
import type { YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf, nodeAt } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import { sharedHosts } from "../paths/beside.ts";
import type { Ruleset } from "../ruleset.ts";
import type { Dangling } from "./dangling.ts";
import { distance } from "./dangling.ts";

/** Names of interfaces by the files that configure them: systemd-networkd, ifupdown, wg-quick. */
const NAMES = /^[ \t]*(?:Name[ \t]*=[ \t]*([\w.-]+)[ \t]*$|iface[ \t]+([\w.-]+)[ \t]+inet6?\b|auto[ \t]+([\w.-]+)[ \t]*$)/gm;
const FILES = /\.(netdev|network|link)(\.j2)?$|(^|\/)interfaces(\.j2)?$|\/interfaces\.d\//;

/**
 * Interfaces of rules that nothing makes on the ruleset's hosts, where the repository makes one there whose name differs by
 * one or two letters. Names that differ in digits alone (`eth0`, `eth1`) are other interfaces, not slips.
 */
export function mistypedInterfaces(workspace: Workspace, ruleset: Ruleset): Dangling[] {
  const made = new Set(workspace.data(configured).flatMap(({ path, names }) => (sharedHosts(workspace, ruleset.path, path) === undefined ? [] : names)));
  if (made.size === 0) return [];
  const found = new Map<string, Dangling>();
  for (const { statements } of ruleset.tables.flatMap((table) => table.chains.flatMap(({ rules }) => rules))) {
    for (const statement of statements) {
      if (statement.kind !== "match" || !/^meta [io]ifname$/.test(statement.field) || isUnknown(statement.values) || statement.values.kind !== "names") continue;
      for (const name of statement.values.names) {
        if (name.length < 4 || name.includes("*") || made.has(name) || found.has(name) || /^(lo|docker\d|virbr\d|veth|br-)/.test(name)) continue;
        const letters = (text: string): string => text.replace(/\d+/g, "#");
        const near = [...made].find((other) => letters(other) !== letters(name) && other.replace(/\D/g, "") === name.replace(/\D/g, "") && distance(other, name) <= (name.length > 6 ? 2 : 1));
        if (near !== undefined) found.set(name, { what: "interface", name, range: statement.range, near });
      }
    }
  }
  return [...found.values()];
}

function configured(workspace: Workspace): { path: string; names: string[] }[] {
  return workspace.paths.flatMap((path) => {
    const names = namesIn(workspace, path);
    return names.length === 0 ? [] : [{ path, names }];
  });
}

function namesIn(workspace: Workspace, path: string): string[] {
  const wireguard = /(^|\/)wireguard\/([\w-]+)\.conf(\.j2)?$/.exec(path);
  if (wireguard) return [wireguard[2]!];
  if (/(^|\/)netplan\/[^/]+\.ya?ml$/.test(path)) {
    const document = workspace.document(path);
    if (document?.language !== "yaml") return [];
    return entriesOf(nodeAt((document.tree as YamlTree).documents[0], "network")).flatMap(({ value }) => entriesOf(value).map(({ key }) => key));
  }
  if (!FILES.test(path)) return [];
  return [...(workspace.text(path) ?? "").matchAll(NAMES)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}
