import ipaddr from "ipaddr.js";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import { baseChains, interfacesOf } from "../closed-input.ts";
import type { Place } from "../evaluate/index.ts";
import { evaluate } from "../evaluate/index.ts";
import { acceptedSamples, FAR, OTHER } from "../evaluate/samples.ts";
import type { Family } from "../pmtud.ts";
import { isRefused } from "../pmtud.ts";
import type { FirewallRule, Packet, Ruleset } from "../ruleset.ts";
import { withoutCommonDoubts } from "./assumed.ts";
import { withFragments } from "./fragments.ts";
import type { RulesetPair } from "./pairs.ts";

/** A management port that operators reached before the change and do not reach after it. */
export interface LockOut {
  readonly port: number;
  readonly family: Family;
  /** The packet of the session that is refused first, and what refuses it. */
  readonly packet: Packet;
  readonly place: Place;
  /** `opening`: no new session; `running`: nor do running sessions go on; `replies`: the host's answers are dropped. */
  readonly what: "opening" | "running" | "replies";
  /** premortem.yaml names the network. */
  readonly network?: string;
  /** The port is still open to others, or by another interface; such a source. */
  readonly instead?: Packet;
  /** The rule that let the first packet in. */
  readonly was?: FirewallRule;
  /** A TCP port that is open now and was not before: sshd may have moved there. */
  readonly opened?: number;
}

/** A first packet, one that follows, and an answer. */
type Session = readonly [Packet, Packet, Packet];

/** sshd_config(5), and Ansible's variables for the port by which it connects. */
const PORT_LINE = /^[ \t]*Port[ \t]+(\d{1,5})[ \t]*$/gim;
const PORT_VARIABLES = ["ansible_port", "ansible_ssh_port", "ssh_port", "sshd_port"];

/** The TCP ports by which the hosts of a file are managed: as configured, and as sshd or Ansible use them. */
export function managementPorts(workspace: Workspace, path: string): readonly number[] {
  const scope = workspace.fleet.scopeOf(path);
  const hosts = isUnknown(scope) ? workspace.fleet.hosts : scope.hosts;
  const seen = new Set<number>();
  for (const host of hosts) {
    for (const name of PORT_VARIABLES) {
      const value = host.variables.get(name)?.value;
      const port = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
      if (Number.isInteger(port) && port > 0 && port < 65536) seen.add(port);
    }
  }
  for (const file of workspace.paths) {
    if (!/(^|\/)sshd_config(\.d\/[^/]+)?(\.j2|\.tmpl|\.erb)?$/.test(file)) continue;
    for (const [, port] of (workspace.text(file) ?? "").matchAll(PORT_LINE)) if (Number(port) < 65536) seen.add(Number(port));
  }
  const { ports } = workspace.configuration.management;
  const byDefault = ports.length === 1 && ports[0] === 22;
  return [...new Set(byDefault && seen.size > 0 ? seen : [...ports, ...seen])].sort((a, b) => a - b);
}

/** What the change takes from operators, one entry for each port at most. */
export function lockOuts(workspace: Workspace, pair: RulesetPair): LockOut[] {
  const { path } = pair;
  const { before, after: now } = withoutCommonDoubts(pair.before, withFragments(workspace, pair.after));
  const networks = workspace.configuration.management.networks;
  return managementPorts(workspace, path).flatMap((port) => {
    if (networks.length > 0) return (["ip", "ip6"] as const).flatMap((family) => fromNetworks(before, now, port, family, networks) ?? []).slice(0, 1);
    // Who can still come by the other family is not locked out.
    const tried = (["ip", "ip6"] as const).map((family) => fromAnywhere(before, now, port, family));
    const lost = tried.filter((one) => typeof one === "object");
    return tried.includes("kept") ? [] : lost.slice(0, 1);
  });
}

function fromNetworks(before: Ruleset, after: Ruleset, port: number, family: Family, networks: readonly string[]): LockOut | undefined {
  const doors = interfaces(before, after);
  for (const network of networks) {
    const saddr = addressIn(network, family);
    if (saddr === undefined) continue;
    const sessions = doors.map((iif) => session({ iif, saddr }, port, family)).filter((packets) => packets.every((packet) => passes(before, packet)));
    if (sessions.length === 0) continue;
    const lost = sessions.map((packets) => firstRefused(after, packets));
    // Where one of the interfaces still takes the network, nobody can tell which one it comes by.
    if (lost.some((one) => one === undefined) || doors.some((iif) => session({ iif, saddr }, port, family).every((packet) => mayPass(after, packet)))) continue;
    return { port, family, network, ...lost[0]!, ...letIn(before, lost[0]!), ...moved(before, after, lost[0]!.packet) };
  }
  return undefined;
}

/** Nothing tells where operators are: every source that a rule lets in counts, and all that were let in have to be lost. */
function fromAnywhere(before: Ruleset, after: Ruleset, port: number, family: Family): LockOut | "kept" | "closed" {
  // What a ruleset does not filter, another one may: it says nothing of who gets in.
  if ([before, after].some((ruleset) => baseChains(ruleset, "input", family).length === 0)) return "closed";
  const is = openings(after, port, family);
  const all = [...openings(before, port, family), ...is].filter((packets) => packets.every((packet) => passes(before, packet)));
  // Where rules name the interfaces that there are, only theirs count.
  const named = namedInterfaces(before);
  const was = named.size === 0 ? all : all.filter(([first]) => first?.iif !== undefined && named.has(first.iif));
  if (was.length === 0) return "closed";
  const lost = was.map((packets) => firstRefused(after, packets));
  if (lost.some((one) => one === undefined)) return "kept";
  const others = is.find((packets) => packets.every((packet) => mayPass(after, packet)));
  return { port, family, ...lost[0]!, ...(others && { instead: others[0] }), ...letIn(before, lost[0]!), ...moved(before, after, lost[0]!.packet) };
}

/** Sessions to the port as the rules of a ruleset describe who may open one, and one of a stranger. */
function openings(ruleset: Ruleset, port: number, family: Family): Session[] {
  const found = new Map<string, Session>();
  const add = (packets: Session): void => void found.set(JSON.stringify(packets[0]), packets);
  for (const iif of interfaces(ruleset)) add(session({ iif, saddr: FAR[family] }, port, family));
  for (const sample of acceptedSamples(ruleset, "input", family, 6)) {
    if (sample.states?.includes("new") === false || (sample.dport !== undefined && sample.dport !== port && sample.saddr === undefined)) continue;
    const { iif = "uplink0", saddr = FAR[family], daddr, sport } = sample;
    add(session({ iif, saddr, ...(daddr !== undefined && { daddr }), ...(sport !== undefined && { sport }) }, port, family));
  }
  return [...found.values()].slice(0, 60);
}

/** The packets without which no session is: the first, one that follows, and the host's answers. */
function session(from: { iif: string; saddr: string; daddr?: string; sport?: number }, port: number, family: Family): Session {
  const { iif, saddr, daddr = OTHER[family], sport = 50022 } = from;
  const inward = { hook: "input" as const, iif, saddr, daddr, proto: "tcp", sport, dport: port };
  const outward = { hook: "output" as const, oif: iif, saddr: daddr, daddr: saddr, proto: "tcp", sport: port, dport: sport };
  return [
    { ...inward, ct: "new", flags: ["syn"] },
    { ...inward, ct: "established", flags: ["ack"] },
    { ...outward, ct: "established", flags: ["ack"] },
  ];
}

function passes(ruleset: Ruleset, packet: Packet): boolean {
  return evaluate([ruleset], packet).verdict === "accept";
}

function mayPass(ruleset: Ruleset, packet: Packet): boolean {
  return !isRefused(evaluate([ruleset], packet));
}

function firstRefused(ruleset: Ruleset, packets: readonly Packet[]): Pick<LockOut, "packet" | "place" | "what"> | undefined {
  const refusals = packets.map((packet) => {
    const outcome = evaluate([ruleset], packet);
    const place = isRefused(outcome) ? outcome.places.get(outcome.possible[0]!) : undefined;
    return place && { packet, place };
  });
  const [opening, running, replies] = refusals;
  if (opening) return { ...opening, what: running ? "running" : "opening" };
  if (running) return { ...running, what: "running" };
  return replies && { ...replies, what: "replies" };
}

function letIn(before: Ruleset, { packet, what }: Pick<LockOut, "packet" | "what">): Pick<LockOut, "was"> | undefined {
  const { rule } = evaluate([before], packet);
  return rule && (what === "opening" || what === "running") ? { was: rule } : undefined;
}

/** A port that the same source may open now and could not before. */
function moved(before: Ruleset, after: Ruleset, packet: Packet): Pick<LockOut, "opened"> | undefined {
  if (packet.hook !== "input") return undefined;
  for (const { dport } of acceptedSamples(after, "input", packet.saddr?.includes(":") === true ? "ip6" : "ip", 6)) {
    if (dport === undefined) continue;
    const other = { ...packet, dport };
    if (passes(after, other) && isRefused(evaluate([before], other))) return { opened: dport };
  }
  return undefined;
}

function interfaces(...rulesets: readonly Ruleset[]): string[] {
  return [...new Set(["uplink0", ...rulesets.flatMap(interfacesOf)])].slice(0, 12);
}

/** The interfaces by which rules accept or refuse; none where they speak of all others, too. */
function namedInterfaces(ruleset: Ruleset): Set<string> {
  const names = new Set<string>();
  for (const { chains } of ruleset.tables) {
    for (const { rules } of chains) {
      for (const { statements } of rules) {
        for (const statement of statements) {
          if (statement.kind !== "match" || statement.field !== "meta iifname" || isUnknown(statement.values) || statement.values.kind !== "names") continue;
          const others = statement.values.names.filter((name) => name !== "lo");
          if (statement.negated && others.length > 0) return new Set();
          for (const name of others) names.add(name.replace(/\*$/, "0"));
        }
      }
    }
  }
  return names;
}

/** The first host of a network, of the family asked for. */
function addressIn(network: string, family: Family): string | undefined {
  const [base, length] = network.split("/");
  if (base === undefined || !ipaddr.isValid(base)) return undefined;
  const address = ipaddr.parse(base);
  if ((address.kind() === "ipv4") !== (family === "ip")) return undefined;
  const bytes = address.toByteArray();
  if (length !== undefined && Number(length) < bytes.length * 8) bytes[bytes.length - 1]! |= 1;
  return ipaddr.fromByteArray(bytes).toString();
}
