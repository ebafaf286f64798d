import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import { rulesetsBeside } from "../tracking/ceph.ts";
import { longLivedAccepts } from "../tracking/evidence.ts";
import { statefulPlace, untracked } from "../tracking/index.ts";
import { intersect, isEmpty, subtract } from "../tracking/ports.ts";
import type { PortInterval } from "../tracking/ports.ts";
import type { Chain, FirewallRule, Ruleset, Statement, Table, Values } from "../ruleset.ts";

/** A link of which a stateful ruleset lets in nothing but storage traffic. */
export interface StorageLink {
  /** `interface eth1`, `network 10.20.0.0/22`. */
  readonly link: string;
  readonly services: readonly string[];
  /** The first rule that lets the traffic in. */
  readonly rule: FirewallRule;
}

const SERVICES = new Set(["Ceph", "iSCSI", "NFS", "DRBD", "GlusterFS", "NVMe over TCP"]);

/**
 * The interfaces, and Ceph's cluster network, from which a closed and stateful input chain accepts the ports of storage
 * services only, ICMP aside, and tracks them. An interface that is accepted whole, or that some other rule lets more in
 * from, is no such link.
 */
export function storageLinks(workspace: Workspace, ruleset: Ruleset): StorageLink[] {
  const networks = workspace.derive(clusterNetworks);
  const chains = inputChains(ruleset);
  const named = chains.some(({ chain }) => chain.rules.some(({ statements }) => statements.some((one) => one.kind === "match" && ((one.field === "meta iifname" && !isLoopback(one.values)) || (networks.length > 0 && one.field === "ip saddr")))));
  if (!named || statefulPlace(ruleset) === undefined) return [];
  const storage = new Map<FirewallRule, string>();
  for (const { service, rules } of longLivedAccepts(ruleset)) if (SERVICES.has(service)) for (const rule of rules) if (!storage.has(rule)) storage.set(rule, service);
  if (storage.size === 0) return [];
  const exempt = untracked(rulesetsBeside(workspace, ruleset.path), "prerouting", "dport");
  if (exempt.unknown) return [];
  const links = new Map<string, { accepts: FirewallRule[]; other: boolean }>();
  for (const { chain } of chains) {
    for (const rule of chain.rules) {
      if (!rule.statements.some(lets) || answersOnly(rule) || isIcmp(rule)) continue;
      for (const link of linksOf(workspace, rule)) {
        const entry = links.get(link) ?? { accepts: [], other: false };
        links.set(link, entry);
        if (storage.has(rule) && onlyStorage(rule)) entry.accepts.push(rule);
        else entry.other = true;
      }
    }
  }
  return [...links].flatMap(([link, { accepts, other }]) => {
    const tracked = accepts.filter((rule) => !isEmpty(subtract(portsOf(rule), exempt.ports)));
    const [first] = tracked;
    if (other || first === undefined) return [];
    return [{ link, services: [...new Set(tracked.map((rule) => storage.get(rule)!))], rule: first }];
  });
}

function inputChains(ruleset: Ruleset): { table: Table; chain: Chain }[] {
  return ruleset.tables.flatMap((table) => (table.chains.some(({ hook, policy, rules }) => hook === "input" && (policy === "drop" || refusesAtEnd(rules))) ? table.chains.filter(({ hook }) => hook === undefined || hook === "input").map((chain) => ({ table, chain })) : []));
}

function isLoopback(values: Values): boolean {
  return !isUnknown(values) && values.kind === "names" && values.names.every((name) => name === "lo");
}

function refusesAtEnd(rules: readonly FirewallRule[]): boolean {
  const [only, ...more] = rules.at(-1)?.statements.filter(({ kind }) => kind !== "other") ?? [];
  return only?.kind === "verdict" && (only.verdict.kind === "drop" || only.verdict.kind === "reject") && more.length === 0;
}

function lets(statement: Statement): boolean {
  return statement.kind === "verdict" && (statement.verdict.kind === "accept" || statement.verdict.kind === "jump" || statement.verdict.kind === "goto");
}

/** Replies to what the host began do not make a link one for other services. */
function answersOnly({ statements }: FirewallRule): boolean {
  return statements.some((statement) => statement.kind === "match" && statement.field === "ct state" && !statement.negated && !isUnknown(statement.values) && statement.values.kind === "names" && !statement.values.names.includes("new") && !statement.values.names.includes("untracked"));
}

function isIcmp({ statements }: FirewallRule): boolean {
  return statements.some((statement) => statement.kind === "match" && (/^icmp(v6)? /.test(statement.field) || (statement.field === "meta l4proto" && isIcmpOnly(statement.values))));
}

function isIcmpOnly(values: Values): boolean {
  return !isUnknown(values) && values.kind === "intervals" && values.intervals.length > 0 && values.intervals.every(([first, last]) => first === last && (first === 1n || first === 58n));
}

/** Every port that the rule names is one of a storage service: single ports of others beside them make it more. */
function onlyStorage(rule: FirewallRule): boolean {
  const ports = portsOf(rule);
  return !isEmpty(ports) && isEmpty(subtract(ports, STORAGE));
}

/** Monitors, OSDs and their neighbours, iSCSI, NFS with its helpers, DRBD, GlusterFS, NVMe over TCP. */
const STORAGE: readonly PortInterval[] = [[111n, 111n], [2049n, 2049n], [3260n, 3260n], [3300n, 3300n], [4420n, 4420n], [6789n, 7568n], [7788n, 7799n], [20048n, 20048n], [24007n, 24008n], [49152n, 49251n]];

function portsOf({ statements }: FirewallRule): readonly PortInterval[] {
  const lists = statements.flatMap((statement) => (statement.kind === "match" && /^(tcp|th) dport$/.test(statement.field) && !statement.negated && !isUnknown(statement.values) && statement.values.kind === "intervals" ? [statement.values.intervals] : []));
  return lists.length === 0 ? [] : lists.reduce((all, one) => intersect(all, one));
}

function linksOf(workspace: Workspace, { statements }: FirewallRule): string[] {
  const found: string[] = [];
  for (const statement of statements) {
    if (statement.kind !== "match" || statement.negated || isUnknown(statement.values)) continue;
    if (statement.field === "meta iifname" && statement.values.kind === "names") found.push(...statement.values.names.filter((name) => name !== "lo").map((name) => `interface ${name}`));
    if (statement.field === "ip saddr" && statement.values.kind === "intervals") {
      for (const network of workspace.derive(clusterNetworks)) if (isEmpty(subtract(statement.values.intervals, [network.span]))) found.push(`network ${network.text}`);
    }
  }
  return found;
}

/** Ceph's cluster networks that are not its public networks: nothing but OSDs talks there. */
function clusterNetworks(workspace: Workspace): { text: string; span: PortInterval }[] {
  const values = (option: string): string[] =>
    workspace.subjects("ceph").flatMap(({ subject }) => subject.settings.filter((setting) => setting.option === option).flatMap(({ value }) => (isUnknown(value) ? [] : value.split(/[\s,]+/))));
  const known = new Set(values("public_network"));
  return [...new Set(values("cluster_network"))].flatMap((text) => {
    const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(text);
    if (match === null || known.has(text) || Number(match[5]) > 32) return [];
    const base = match.slice(1, 5).reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    const host = (1n << (32n - BigInt(match[5]!))) - 1n;
    return [{ text, span: [base & ~host, base | host] as const }];
  });
}
