import type { Range } from "../../../engine/location.ts";
import { unknown } from "../../../engine/unknown.ts";
import type { FirewalldTree } from "../../../formats/firewalld/index.ts";
import type { XmlElement } from "../../../formats/xml.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import { isConditional } from "../../../formats/template/conditional.ts";
import type { Workspace } from "../../workspace.ts";
import { countUnknown } from "../from-iptables/index.ts";
import type { Chain, FirewallRule, Ruleset, Statement, Table, Verdict } from "../ruleset.ts";
import { intervals } from "../values.ts";
import { REJECTED, addressMatch, asks, attribute, decides, icmpMatches, portMatch, rule } from "./build.ts";
import { directTables } from "./direct.ts";
import type { RichRule } from "./rich.ts";
import { readRich } from "./rich.ts";
import type { OwnServices } from "./service.ts";
import { readService, serviceMatches } from "./service.ts";
import type { Service } from "./services.ts";

/** What a zone of firewalld, or its direct rules, does to packets; undefined for files that describe no filter. */
export function fromFirewalld(path: string, tree: FirewalldTree, own: OwnServices = () => undefined): Ruleset | undefined {
  const { root } = tree;
  if (root?.name === "direct") {
    const tables = directTables(root);
    return tables.length === 0 ? undefined : { path, dialect: "iptables", tables, replaces: "nothing", unknownStatements: unknownIn(tables) };
  }
  if (root?.name !== "zone") return undefined;
  const tables = [zoneTable(path, root, own, ({ start, end }) => isConditional(tree.masked, { start, end }))];
  return { path, dialect: "nftables", tables, replaces: "nothing", unknownStatements: unknownIn(tables) };
}

function unknownIn(tables: readonly Table[]): number {
  return countUnknown(tables);
}

/** The services that files of this workspace define, by the file's name. */
export function servicesOf(workspace: Workspace): ReadonlyMap<string, Service> {
  const found = new Map<string, Service>();
  for (const path of workspace.paths) {
    if (!/(^|\/)services\/[^/]+\.xml$/.test(path) || workspace.language(path) !== "firewalld") continue;
    const { root } = workspace.document(path)!.tree as FirewalldTree;
    if (root?.name === "service") found.set(path.slice(path.lastIndexOf("/") + 1, -4), readService(root));
  }
  return found;
}

/**
 * A zone with what firewalld's nftables backend puts round it (firewall/core/nftables.py): first what is established, then
 * the zones by source and by interface, and at the end it rejects. What other zones do is not in the file.
 */
function zoneTable(path: string, zone: XmlElement, own: OwnServices, conditional: (range: Range) => boolean): Table {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.xml(\.\w+)?$/, "");
  const place = zone.nameRange;
  const chain = (called: string, rules: readonly FirewallRule[], hook?: Partial<Chain>): Chain => ({ name: called, ...hook, rules, range: zone.range, nameRange: place });
  const zoneChain = `filter_IN_${name}`;
  const first: FirewallRule[] = [
    rule([asks("ct state", { kind: "names", names: ["established", "related"] }, place), decides({ kind: "accept" }, place)], place),
    rule([asks("ct status", { kind: "names", names: ["dnat"] }, place), decides({ kind: "accept" }, place)], place),
    rule([asks("meta iifname", { kind: "names", names: ["lo"] }, place), decides({ kind: "accept" }, place)], place),
    rule([asks("ct state", { kind: "names", names: ["invalid"] }, place), decides({ kind: "drop" }, place)], place),
  ];
  const bound = bindings(zone).map(({ statement, range }) => rule([...statement, decides({ kind: "goto", target: zoneChain }, range)], range, conditional(range)));
  const others = (reason: string): FirewallRule[] => [rule([{ kind: "unknown", reason, range: place }], place, true), rule([decides(REJECTED, place)], place)];
  return {
    family: "inet",
    name: "firewalld",
    chains: [
      chain("filter_INPUT", [...first, ...bound, ...others("other zones decide what comes by other ways")], { hook: "input", type: "filter", priority: 10, policy: "accept" }),
      chain("filter_FORWARD", [...first, ...others("what is forwarded between zones is not in the text")], { hook: "forward", type: "filter", priority: 10, policy: "accept" }),
      chain(zoneChain, ended(zoneRules(zone, own, conditional), zoneEnd(zone))),
    ],
    sets: [],
    range: zone.range,
  };
}

/** How a packet comes into the zone: by its source, else by its interface; unknown where the file names neither. */
function bindings(zone: XmlElement): { statement: Statement[]; range: Range }[] {
  const found: { statement: Statement[]; range: Range }[] = [];
  for (const child of zone.children) {
    if (child.name !== "source") continue;
    const address = attribute(child, "address");
    const statement = address !== undefined ? addressMatch(address, "saddr", child.range) : [asks("ip saddr", unknown("which sources belong to the zone is not in the text"), child.range)];
    found.push({ statement, range: child.range });
  }
  for (const child of zone.children) {
    if (child.name !== "interface") continue;
    const name = attribute(child, "name") ?? "";
    found.push({ statement: [asks("meta iifname", name.includes(HOLE) ? unknown("a template decides the interface") : { kind: "names", names: [name.replace(/\+$/, "*")] }, child.range)], range: child.range });
  }
  if (found.length > 0 && zone.children.some(({ name }) => name === "interface")) return found;
  return [...found, { statement: [asks("meta iifname", unknown("which interfaces belong to the zone is not in the text"), zone.nameRange)], range: zone.nameRange }];
}

/** In firewalld's order: rich rules with a negative priority, refusals, what is let in, rich rules with a positive one. */
function zoneRules(zone: XmlElement, own: OwnServices, conditional: (range: Range) => boolean): FirewallRule[] {
  const rich: RichRule[] = [];
  const deny: FirewallRule[] = [];
  const allow: FirewallRule[] = [];
  const open = (ways: readonly (readonly Statement[])[], range: Range, to: FirewallRule[], verdict: Verdict): void => {
    for (const way of ways) to.push(rule([...way, decides(verdict, range)], range, conditional(range)));
  };
  const inverted = zone.children.some(({ name }) => name === "icmp-block-inversion");
  for (const child of zone.children) {
    const { range } = child;
    switch (child.name) {
      case "service":
        open(serviceMatches(attribute(child, "name") ?? "", range, own), range, allow, { kind: "accept" });
        break;
      case "port":
        open([portMatch(attribute(child, "port") ?? "", attribute(child, "protocol") ?? "", "dport", range)], range, allow, { kind: "accept" });
        break;
      case "source-port":
        open([portMatch(attribute(child, "port") ?? "", attribute(child, "protocol") ?? "", "sport", range)], range, allow, { kind: "accept" });
        break;
      case "protocol":
        open([portMatch("", attribute(child, "value") ?? "", "dport", range)], range, allow, { kind: "accept" });
        break;
      case "icmp-block":
        open(icmpMatches(attribute(child, "name") ?? "", range), range, inverted ? allow : deny, inverted ? { kind: "accept" } : REJECTED);
        break;
      case "rule": {
        const read = readRich(child, own, conditional(range));
        if (read) rich.push(read);
      }
    }
  }
  const ordered = (wanted: (rule: RichRule) => boolean): FirewallRule[] => rich.filter(wanted).sort((a, b) => a.priority - b.priority || (a.kind === b.kind ? 0 : a.kind === "deny" ? -1 : 1)).flatMap(({ rules }) => rules);
  return [
    ...ordered(({ priority }) => priority < 0),
    ...ordered(({ priority, kind }) => priority === 0 && kind === "deny"),
    ...deny,
    ...ordered(({ priority, kind }) => priority === 0 && kind === "allow"),
    ...allow,
    ...ordered(({ priority }) => priority > 0),
  ];
}

/** The rules with what becomes of the rest, unless a rich rule takes every packet before: the target is then for forwarding. */
function ended(rules: FirewallRule[], end: readonly FirewallRule[]): FirewallRule[] {
  const takesAll = rules.some(({ statements, conditional }) => !conditional && statements.length === 1 && statements[0]!.kind === "verdict");
  return takesAll ? rules : [...rules, ...end];
}

/** What becomes of the rest: the zone's target; without one ICMP passes, unless it is inverted, and the rest is rejected. */
function zoneEnd(zone: XmlElement): FirewallRule[] {
  const written = zone.attributes.find(({ name }) => name === "target");
  const range = written?.range ?? zone.nameRange;
  const target = written?.value ?? "default";
  if (target.includes(HOLE)) return [rule([{ kind: "unknown", reason: "a template decides the zone's target", range }], range)];
  if (target === "ACCEPT" || target === "DROP") return [rule([decides({ kind: target === "ACCEPT" ? "accept" : "drop" }, range)], range)];
  const icmp = asks("meta l4proto", intervals(1n, 58n), range);
  const inverted = zone.children.some(({ name }) => name === "icmp-block-inversion");
  const messages = target === "default" ? [rule([icmp, decides(inverted ? REJECTED : { kind: "accept" }, range)], range)] : [];
  return [...messages, rule([decides(REJECTED, range)], range)];
}
