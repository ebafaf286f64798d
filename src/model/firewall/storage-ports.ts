import ipaddr from "ipaddr.js";
import { isUnknown } from "../../engine/unknown.ts";
import { osdsOf } from "../ceph/osds.ts";
import { releaseFor } from "../ceph/release.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { baseChains, interfacesOf } from "./closed-input.ts";
import type { Place } from "./evaluate/index.ts";
import { evaluate } from "./evaluate/index.ts";
import type { Sample } from "./evaluate/samples.ts";
import { acceptedSamples, acceptingRules, FAR, OTHER } from "./evaluate/samples.ts";
import { isRefused } from "./pmtud.ts";
import type { FirewallRule, Packet, Ruleset } from "./ruleset.ts";
import { acceptsPorts } from "./tracking/accepted.ts";
import { cephHosts, spokenForElsewhere } from "./tracking/ceph.ts";
import { isCephPort, osdPorts } from "./tracking/evidence.ts";
import type { PortInterval } from "./tracking/ports.ts";

/** Ports of Ceph's that members of the cluster cannot reach on the hosts of a ruleset. */
export interface ClosedStorage {
  readonly daemon: "monitor" | "OSD";
  readonly ports: readonly PortInterval[];
  /** Hosts that run the daemon; empty where only the ruleset speaks of it. */
  readonly hosts: readonly Host[];
  /** Of Ceph's networks, the one that is refused. */
  readonly network?: string;
  readonly packet: Packet;
  readonly place: Place;
  /** The rule that lets in the daemon's other ports. */
  readonly beside?: FirewallRule;
  /** Of OSD ports: how many OSDs the open ones are enough for, and how many a host has. */
  readonly enough?: number;
  readonly osds?: number;
  /** Ceph's major version, where the repository tells. */
  readonly release?: number;
}

/** An OSD takes up to eight ports: two protocols on four messengers (Ceph pull request 42210). */
const PORTS_PER_OSD = 8;
/** msgr2 and its port came with Nautilus. */
const NAUTILUS = 14;

/** The ports that are closed to a cluster's members although the ruleset, or what runs on its hosts, needs them. */
export function closedStorage(workspace: Workspace, path: string, ruleset: Ruleset): ClosedStorage[] {
  if (baseChains(ruleset, "input", "ip").length === 0 && baseChains(ruleset, "input", "ip6").length === 0) return [];
  const scope = workspace.fleet.scopeOf(path);
  if (!isUnknown(scope) && scope.hosts.length === 0) return [];
  const release = releaseFor(workspace, path, scope)?.major;
  const hosts = cephHosts(workspace, path);
  const about = { workspace, ruleset, release, hosts };
  if (acceptsPorts(ruleset, isCephPort).length > 0) return [...halfMonitor(about), ...shortRange(about)];
  return hosts.length > 0 && !spokenForElsewhere(workspace, ruleset) && isAlone(workspace, path, ruleset) ? unspoken(about) : [];
}

interface About {
  readonly workspace: Workspace;
  readonly ruleset: Ruleset;
  readonly release: number | undefined;
  readonly hosts: readonly Host[];
}

/** Monitors that are reached on 6789 and not, by the same clients, on 3300. */
function halfMonitor({ ruleset, release, hosts }: About): ClosedStorage[] {
  if (release !== undefined && release < NAUTILUS) return [];
  for (const { rule, packet } of speakers(ruleset, 6789)) {
    const place = refusal(ruleset, { ...packet, dport: 3300 });
    if (!place || speakers(ruleset, 3300).length > 0) continue;
    return [{ daemon: "monitor", ports: [[3300n, 3300n]], hosts: ofDaemon(hosts, "monitor"), packet: { ...packet, dport: 3300 }, place, beside: rule, ...(release !== undefined && { release }) }];
  }
  return [];
}

/** OSDs whose range is opened in part. */
function shortRange({ workspace, ruleset, release, hosts }: About): ClosedStorage[] {
  const [first, last] = osdPorts(release);
  const owners = ofDaemon(hosts, "OSD");
  const counts = owners.flatMap((host) => osdsOf(workspace, host)?.count ?? []);
  const osds = counts.length === 0 ? undefined : Math.max(...counts);
  for (const { rule, packet, low, high } of speakers(ruleset, Number(first) + 2)) {
    if (low > Number(first) + 10 || high >= Number(last)) continue;
    const beyond = { ...packet, dport: high + 1 };
    const place = refusal(ruleset, beyond);
    if (!place || refusal(ruleset, { ...packet, dport: Number(last) }) === undefined) continue;
    const enough = Math.floor((high - low + 1) / PORTS_PER_OSD);
    // 7300 is right for every release up to Pacific, and enough for most hosts of later ones.
    if (release === undefined && high >= Number(last)) continue;
    if (osds !== undefined && osds <= enough) continue;
    return [{ daemon: "OSD", ports: [[BigInt(high + 1), last]], hosts: owners, packet: beyond, place, beside: rule, enough, ...(osds !== undefined && { osds }), ...(release !== undefined && { release }) }];
  }
  return [];
}

/** Hosts that run Ceph behind a ruleset which does not speak of it and lets nobody in. */
function unspoken({ workspace, ruleset, release, hosts }: About): ClosedStorage[] {
  const networks = cephNetworks(workspace);
  return (["monitor", "OSD"] as const).flatMap((daemon): ClosedStorage[] => {
    const owners = ofDaemon(hosts, daemon);
    if (owners.length === 0 || !owners.some((host) => isDaemonHost(host, daemon))) return [];
    const wanted: readonly PortInterval[] = daemon === "monitor" ? [...(release === undefined || release >= NAUTILUS ? [[3300n, 3300n] as const] : []), [6789n, 6789n]] : [osdPorts(release)];
    const sources = networks.length > 0 ? networks : [undefined];
    for (const network of sources) {
      const from = network === undefined ? undefined : addressIn(network);
      const family = from?.includes(":") === true ? "ip6" : "ip";
      if (baseChains(ruleset, "input", family).length === 0) continue;
      const packets = wanted.flatMap(([low, high]) => [low, high].flatMap((port) => visitors(ruleset, family, from).map((sample) => packetOf(sample, family, Number(port)))));
      const places = packets.map((packet) => refusal(ruleset, packet));
      if (places.length === 0 || places.some((place) => place === undefined)) continue;
      return [{ daemon, ports: wanted, hosts: owners, ...(network !== undefined && { network }), packet: packets[0]!, place: places[0]!, ...(release !== undefined && { release }) }];
    }
    return [];
  });
}

/** Everybody whom the rules know, from a network or from anywhere, by every interface. */
function visitors(ruleset: Ruleset, family: "ip" | "ip6", from: string | undefined): Sample[] {
  const doors = ["uplink0", ...interfacesOf(ruleset)].slice(0, 12);
  if (from !== undefined) return doors.map((iif) => ({ iif, saddr: from }));
  return [...doors.map((iif): Sample => ({ iif })), ...acceptedSamples(ruleset, "input", family, 6, 60).filter(({ states }) => states?.includes("new") !== false)];
}

interface Speaker {
  readonly rule: FirewallRule;
  readonly packet: Packet;
  readonly low: number;
  readonly high: number;
}

/** The rules that accept a port by an interval of Ceph's, each with a packet that it lets in. */
function speakers(ruleset: Ruleset, port: number): Speaker[] {
  const naming = new Set(acceptsPorts(ruleset, ([low, high]) => low <= BigInt(port) && BigInt(port) <= high).slice(0, 20));
  if (naming.size === 0) return [];
  return (["ip", "ip6"] as const).flatMap((family) =>
    acceptingRules(ruleset, "input", family, 6).flatMap(({ rule, sample }): Speaker[] => {
      if (!naming.has(rule) || sample.states?.includes("new") === false) return [];
      const interval = intervalOf(rule, port);
      if (!interval) return [];
      const packet = packetOf(sample, family, port);
      const outcome = evaluate([ruleset], packet);
      return outcome.verdict === "accept" && outcome.rule === rule ? [{ rule, packet, low: Number(interval[0]), high: Number(interval[1]) }] : [];
    }),
  );
}

function intervalOf(rule: FirewallRule, port: number): PortInterval | undefined {
  const wanted = BigInt(port);
  const spans = rule.statements.flatMap((statement) => {
    if (statement.kind === "match" && /^(tcp|th) dport$/.test(statement.field) && !statement.negated && !isUnknown(statement.values) && statement.values.kind === "intervals") return statement.values.intervals;
    return [];
  });
  return spans.find(([low, high]) => low <= wanted && wanted <= high && high - low <= 1100n);
}

function packetOf(sample: Sample, family: "ip" | "ip6", port: number): Packet {
  return { hook: "input", iif: sample.iif ?? "uplink0", saddr: sample.saddr ?? FAR[family], daddr: sample.daddr ?? OTHER[family], proto: "tcp", sport: sample.sport ?? 40113, dport: port, ct: "new" };
}

function refusal(ruleset: Ruleset, packet: Packet): Place | undefined {
  const outcome = evaluate([ruleset], packet);
  return isRefused(outcome) ? outcome.places.get(outcome.possible[0]!) : undefined;
}

const GROUPS = { monitor: /(^|[_-])(ceph[_-]?)?mons?($|[_-])|monitors?$/i, OSD: /(^|[_-])(ceph[_-]?)?osds?($|[_-])/i } as const;

function isDaemonHost({ groups }: Host, daemon: ClosedStorage["daemon"]): boolean {
  return groups.some((group) => GROUPS[daemon].test(group));
}

/** The hosts whose groups are named after the daemon. */
function ofDaemon(hosts: readonly Host[], daemon: ClosedStorage["daemon"]): readonly Host[] {
  return hosts.filter((host) => isDaemonHost(host, daemon));
}

/** Templates that a role chooses from are for different hosts: then nobody can tell which one these get. */
function isAlone(workspace: Workspace, path: string, ruleset: Ruleset): boolean {
  const scope = workspace.fleet.scopeOf(path);
  if (isUnknown(scope)) return false;
  const names = new Set(scope.hosts.map(({ name }) => name));
  return workspace.subjects("firewall").every(({ path: other, subject }) => {
    if (other === path || subject.dialect !== ruleset.dialect || baseChains(subject, "input", "ip").length === 0) return true;
    const there = workspace.fleet.scopeOf(other);
    return isUnknown(there) || !there.hosts.some(({ name }) => names.has(name));
  });
}

/** What ceph.conf, or the variables that become it, give as the networks of the cluster. */
function cephNetworks(workspace: Workspace): readonly string[] {
  const networks = workspace.subjects("ceph").flatMap(({ subject }) => subject.settings.flatMap(({ option, value }) => (/^(public|cluster)_network$/.test(option) && !isUnknown(value) ? value.split(/[\s,]+/) : [])));
  return [...new Set(networks.filter((network) => ipaddr.isValidCIDR(network)))];
}

function addressIn(network: string): string {
  const [address] = ipaddr.parseCIDR(network);
  const bytes = address.toByteArray();
  bytes[bytes.length - 1]! |= 9;
  return ipaddr.fromByteArray(bytes).toString();
}
