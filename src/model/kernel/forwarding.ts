import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Trait } from "../../engine/configuration.ts";
import type { Ruleset } from "../firewall/ruleset.ts";
import type { Workspace } from "../workspace.ts";
import type { PlacedSysctl } from "./effective.ts";
import { inLoadOrder } from "./effective.ts";
import { load } from "./loading/load.ts";
import type { Machine, MachineValue } from "./machines.ts";
import { hasFile, machines, valueOf } from "./machines.ts";
import { parseInteger } from "./number.ts";
import type { SignPattern } from "./signs.ts";
import { signs } from "./signs.ts";

/** Both names are one variable: writing either sets it for all interfaces (net/ipv4/devinet.c, devinet_sysctl_forward). */
const FORWARD = "net.ipv4.ip_forward";
const ALL_FORWARD = "net.ipv4.conf.all.forwarding";

/** Why a machine has to forward packets. */
export interface Duty {
  readonly what: string;
  /** The place that says so; undefined: what the fleet model knows of the host. */
  readonly location?: Location;
  /** premortem.yaml or a file of the machine says so, not only a name. */
  readonly certain: boolean;
}

/** A machine that is told not to forward, and has to. */
export interface NotForwarding {
  readonly machine: Machine;
  readonly key: string;
  readonly value: MachineValue;
  readonly duties: readonly Duty[];
}

/** Every machine whose effective ip_forward is 0 although it routes, runs containers or is the end of a VPN for others. */
export function notForwarding(workspace: Workspace): readonly NotForwarding[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): readonly NotForwarding[] {
  return machines(workspace).flatMap((machine) => {
    const last = lastWritten(machine);
    if (last === undefined) return [];
    const value = valueOf(workspace, machine, last);
    if (value === undefined || isUnknown(value) || parseInteger(value.value) !== 0) return [];
    const duties = dutiesOf(workspace, machine);
    return duties.length === 0 ? [] : [{ machine, key: last, value, duties }];
  });
}

/** Of the two names, the one that is written last. */
function lastWritten({ placed }: Machine): string | undefined {
  const lines: PlacedSysctl[] = placed.filter(({ setting, pattern }) => setting.persistent && (setting.key === FORWARD || setting.key === ALL_FORWARD || pattern?.test(ALL_FORWARD) === true || pattern?.test(FORWARD) === true));
  if (lines.length === 0) return undefined;
  const loaded = load(inLoadOrder(lines, "systemd"), "systemd");
  const [one, other] = [loaded.lineOf(FORWARD), loaded.lineOf(ALL_FORWARD)];
  if (one === undefined) return other === undefined ? undefined : ALL_FORWARD;
  return other !== undefined && loaded.positionOf(other) > loaded.positionOf(one) ? ALL_FORWARD : FORWARD;
}

const SIGNS: readonly SignPattern[] = [
  { name: "OpenVPN's server", in: /openvpn|\.ovpn$|server[^/]*\.conf/, pattern: /^[ \t]*(?:server(?:-bridge)?[ \t]+\d|push[ \t]+"route[ \t])/m },
  { name: "forwarding for WireGuard's peers", in: /\.conf(\.j2)?$|wireguard|wg\d/, pattern: /^[ \t]*PostUp[ \t]*=[^\n]*(?:MASQUERADE|FORWARD|masquerade|forward)/m },
  { name: "IPMasquerade", in: /\.network(\.j2)?$/, pattern: /^[ \t]*(?:IPMasquerade|IPForward|IPv4Forwarding)[ \t]*=[ \t]*(?:yes|true|1|ipv4|both)\b/m },
  { name: "a network of libvirt that it routes or translates for", in: /\.xml(\.j2)?$/, pattern: /<forward[ \t]+mode=['"](?:nat|route)['"]/ },
  { name: "Docker's configuration", in: /(^|\/)docker\/daemon\.json(\.j2)?$/, pattern: /\{/ },
  { name: "the kubelet's configuration", in: /kubelet|kubeadm/, pattern: /^kind:[ \t]*(?:KubeletConfiguration|ClusterConfiguration|InitConfiguration|JoinConfiguration)\b/m },
];
const TRAITS: readonly (readonly [Trait, string])[] = [["router", "it is a router"], ["container", "it is a host of containers"]];

function signsOfForwarding(workspace: Workspace): ReturnType<typeof signs> {
  return signs(workspace, SIGNS);
}

function dutiesOf(workspace: Workspace, machine: Machine): Duty[] {
  const duties: Duty[] = [];
  for (const [trait, words] of TRAITS) {
    const evidence = machine.host && workspace.fleet.trait(machine.host, trait);
    if (evidence !== undefined) duties.push({ what: `${words} (${evidence.why})`, certain: evidence.certain });
  }
  for (const { path, subject } of workspace.subjects("firewall")) {
    const place = forwards(subject);
    if (place !== undefined && hasFile(workspace, machine, path) === true) duties.push({ what: `${place.what} in ${path}`, location: { path, range: place.range }, certain: true });
  }
  for (const sign of workspace.data(signsOfForwarding)) {
    if (hasFile(workspace, machine, sign.path) === true) duties.push({ what: sign.what, location: sign.location, certain: true });
  }
  return duties;
}

/** A rule that makes sense only where packets are forwarded: translation of what leaves, or an accept in a forward chain. */
function forwards(ruleset: Ruleset): { readonly what: string; readonly range: Location["range"] } | undefined {
  for (const table of ruleset.tables) {
    if (table.family === "ip6") continue;
    for (const chain of table.chains) {
      for (const rule of chain.rules) {
        if (rule.conditional) continue;
        const nat = rule.statements.find((one) => one.kind === "nat" && (one.nat === "masquerade" || one.nat === "snat"));
        if (nat !== undefined) return { what: "addresses are translated for others", range: rule.range };
        const accepts = chain.hook === "forward" && rule.statements.some((one) => one.kind === "verdict" && one.verdict.kind === "accept") && rule.statements.some((one) => one.kind === "match" && /^meta [io]ifname$/.test(one.field));
        if (accepts) return { what: "forwarded packets are accepted", range: rule.range };
      }
    }
  }
  return undefined;
}
