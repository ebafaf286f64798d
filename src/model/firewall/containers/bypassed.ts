import type { Workspace } from "../../workspace.ts";
import type { Host } from "../../fleet/fleet.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { effectiveSysctl } from "../../kernel/effective.ts";
import { baseChains } from "../closed-input.ts";
import type { Place } from "../evaluate/index.ts";
import { evaluate } from "../evaluate/index.ts";
import { FAR } from "../evaluate/samples.ts";
import { isRefused } from "../pmtud.ts";
import { sharedHosts } from "../paths/beside.ts";
import type { FirewallRule, Packet, Ruleset } from "../ruleset.ts";
import { rulesetsBeside } from "../tracking/ceph.ts";
import { rulesOf } from "../tracking/index.ts";
import { dockerLeavesRulesAlone, ruleWriters } from "./writers.ts";
import type { Published } from "./published.ts";
import { publishedPorts } from "./published.ts";

/** A port that an input chain closes, or opens to some, and that a container runtime opens to everybody. */
export interface Bypassed {
  readonly published: Published;
  /** What refuses the port at the input hook. */
  readonly place: Place;
  /** The rule that names the port, which was meant to decide. */
  readonly named?: FirewallRule;
}

/**
 * Published ports of the hosts of a ruleset that its input chain refuses. Docker and rootful podman translate them ahead of
 * routing, so that their packets go through forward and never come to input; rulesets that refuse them there are silent.
 */
export function bypassedPorts(workspace: Workspace, ruleset: Ruleset): Bypassed[] {
  const [base] = baseChains(ruleset, "input", "ip");
  if (base === undefined || dockerLeavesRulesAlone(workspace)) return [];
  const beside = rulesetsBeside(workspace, ruleset.path, true);
  const found: Bypassed[] = [];
  for (const published of publishedPorts(workspace)) {
    if (sharedHosts(workspace, ruleset.path, published.location.path) === undefined || found.some((other) => other.published.port === published.port)) continue;
    const stranger: Packet = { hook: "input", iif: "uplink0", saddr: FAR.ip, daddr: "192.0.2.10", proto: published.protocol, sport: 40_000, dport: published.port, ct: "new", ...(published.protocol === "tcp" ? { flags: ["syn"] } : {}) };
    const outcome = evaluate([ruleset], stranger);
    const place = isRefused(outcome) ? outcome.places.get(outcome.possible[0]!) : undefined;
    if (place === undefined || handledInForward(beside, published)) continue;
    const named = rulesOf(ruleset).find((rule) => names(rule, published));
    found.push({ published, place, ...(named === undefined ? {} : { named }) });
  }
  return found;
}

/** A rule in the runtime's own chain, or a forward chain that refuses the packet after its translation. */
function handledInForward(rulesets: readonly Ruleset[], { inner, protocol }: Published): boolean {
  if (rulesets.some(({ tables }) => tables.some(({ chains }) => chains.some(({ name, rules }) => name === "DOCKER-USER" && rules.length > 0)))) return true;
  const packet: Packet = { hook: "forward", iif: "uplink0", oif: "docker0", saddr: FAR.ip, daddr: "172.17.0.2", proto: protocol, sport: 40_000, dport: inner, ct: "new", ...(protocol === "tcp" ? { flags: ["syn"] } : {}) };
  return evaluate(rulesets, packet).possible.some((end) => end !== "accept");
}

function names({ statements }: FirewallRule, { port, protocol }: Published): boolean {
  return statements.some((statement) => statement.kind === "match" && (statement.field === `${protocol} dport` || statement.field === "th dport") && !isUnknown(statement.values) && statement.values.kind === "intervals" && statement.values.intervals.some(([low, high]) => low <= BigInt(port) && BigInt(port) <= high && high - low < 64n));
}

/** A forward chain that drops what passes between the ports of one bridge, on hosts where bridged packets come to it. */
export interface CutGuests {
  readonly place: Place;
  readonly hosts: readonly Host[];
  /** Why bridged packets come to iptables there, as a clause. */
  readonly why: string;
}

const BRIDGE_CALLS = "net.bridge.bridge-nf-call-iptables";

/** Hypervisors among the hosts of a ruleset whose guests it cuts from their bridge; undefined where nothing says so. */
export function cutGuests(workspace: Workspace, ruleset: Ruleset): CutGuests | undefined {
  const [base] = baseChains(ruleset, "forward", "ip");
  const scope = workspace.fleet.scopeOf(ruleset.path);
  if (base === undefined || isUnknown(scope)) return undefined;
  const bridged: Packet = { hook: "forward", iif: "br0", oif: "br0", saddr: "192.0.2.20", daddr: "192.0.2.21", proto: "tcp", sport: 40_000, dport: 443, flags: ["syn"], ct: "new" };
  const outcome = evaluate([ruleset], bridged);
  const place = isRefused(outcome) ? outcome.places.get(outcome.possible[0]!) : undefined;
  if (place === undefined || rulesOf(ruleset).some(({ statements }) => statements.some((one) => one.kind === "match" && /physdev|^meta ibrname/.test(one.field)))) return undefined;
  const docker = ruleWriters(workspace, ruleset).find(({ writer }) => writer === "Docker" || writer === "Kubernetes");
  const hosts = scope.hosts.filter((host) => {
    if (workspace.fleet.trait(host, "hypervisor") === undefined) return false;
    const set = effectiveSysctl(workspace, host, BRIDGE_CALLS);
    if (set !== undefined) return !isUnknown(set) && Number(set.value) === 1;
    return docker?.hosts !== undefined;
  });
  const [first] = hosts;
  if (first === undefined) return undefined;
  const set = effectiveSysctl(workspace, first, BRIDGE_CALLS);
  return { place, hosts, why: set !== undefined && !isUnknown(set) ? `${BRIDGE_CALLS} is 1` : `${docker!.writer} loads br_netfilter` };
}
