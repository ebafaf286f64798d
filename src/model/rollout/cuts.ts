import type { Location } from "../../engine/location.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Encapsulation } from "../network/network.ts";
import type { Workspace } from "../workspace.ts";
import type { Branch, Purpose } from "./branches.ts";
import { branchesOf } from "./branches.ts";
import type { Disruption } from "./disruption.ts";
import type { Carrier } from "./overlay.ts";
import { carrierTo, hostNamed, tunnelOfOwn } from "./overlay.ts";

/** A way that a play interrupts on its own hosts. */
export interface Cut {
  readonly purpose: Purpose;
  /** What is reached; undefined for the hosts themselves. */
  readonly target: string | undefined;
  readonly hosts: readonly Host[];
  /** What carries it, for a person. */
  readonly carrier: string;
  /** False where only a gateway in between is interrupted, mostly for a moment. */
  readonly isOverlay: boolean;
  readonly disruption: Disruption;
  /** Where the target is named. */
  readonly location: Location;
  /** Where the carrier is written. */
  readonly over: Location;
}

type Broken = Pick<Cut, "carrier" | "disruption" | "over" | "isOverlay">;

/** What several hosts need that the disruptions of a play interrupt on all of them together. */
export function cutsOf(workspace: Workspace, hosts: readonly Host[], disruptions: readonly Disruption[]): readonly Cut[] {
  const hit = new Set(hosts.map(({ name }) => name));
  const cuts: { readonly branch: Branch; readonly host: Host; readonly cut: Broken }[] = [];
  /** Hosts that have another log server or name server, which stays in reach. */
  const spared = new Set<string>();
  for (const branch of branchesOf(workspace)) {
    for (const host of branch.hosts) {
      if (!hit.has(host.name)) continue;
      const cut = cutOf(workspace, branch, host, hit, disruptions);
      if (cut !== undefined) cuts.push({ branch, host, cut });
      else if (branch.target !== host.name) spared.add(`${branch.purpose} ${host.name}`);
    }
  }
  const found = new Map<string, Cut & { hosts: Host[] }>();
  for (const { branch, host, cut } of cuts) {
    if ((branch.purpose === "logging" || branch.purpose === "names") && spared.has(`${branch.purpose} ${host.name}`)) continue;
    const target = branch.own === true ? undefined : branch.target;
    const key = `${branch.purpose} ${target ?? ""} ${cut.carrier}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { purpose: branch.purpose, target, hosts: [host], location: branch.location, ...cut });
    else if (!known.hosts.includes(host)) known.hosts.push(host);
  }
  return [...found.values()];
}

function cutOf(workspace: Workspace, { purpose, target, own }: Branch, host: Host, hit: ReadonlySet<string>, disruptions: readonly Disruption[]): Broken | undefined {
  // A console or a board controller is a way beside every network of the host.
  if (purpose === "management" && [...host.variables.keys()].some((name) => BESIDE.test(name))) return undefined;
  if (own === true) {
    const carrier = tunnelOfOwn(workspace, host, target);
    return carrier === undefined ? undefined : broken(carrier, disruptions);
  }
  if (purpose === "management") {
    const jump = hostNamed(workspace, target);
    if (jump === undefined || jump === host || !hit.has(jump.name)) return undefined;
    const disruption = disruptions.find(({ kind }) => kind !== "storage" && kind !== "hypervisor");
    return disruption === undefined ? undefined : { carrier: "a host that the play takes down too", disruption, over: jump.location, isOverlay: true };
  }
  const carrier = carrierTo(workspace, host, target);
  if (carrier === undefined || (carrier.through !== undefined && !hit.has(carrier.through.name))) return undefined;
  return broken(carrier, disruptions);
}

const BESIDE = /(?:^|_)(?:oob|out_of_band|ipmi|bmc|i?drac|ilo|console|management_console)(?:_|$)/;
/** Services that bring interfaces, and so tunnels, down and up. */
const NETWORKING = /^(?:networking|network|systemd-networkd|NetworkManager|network-manager|networkmanager|netplan|ifupdown2?|wicked\S*)$/;

/** The disruption that interrupts what goes over a carrier. A reboot takes a host away whatever it is reached over. */
function broken(carrier: Carrier, disruptions: readonly Disruption[]): Broken | undefined {
  const disruption = disruptions.find((one) => interrupts(carrier, one));
  return disruption === undefined ? undefined : { carrier: carrier.name, disruption, over: carrier.location, isOverlay: carrier.by !== "gateway" };
}

function interrupts({ by, mode }: Carrier, { kind, service }: Disruption): boolean {
  if (by === "ipsec") return kind === "ipsec";
  if (by === "gateway") return kind === "host" || kind === "firewall" || (kind === "network" && NETWORKING.test(service));
  const own: Partial<Record<Encapsulation, RegExp>> = { wireguard: /^wg-quick/, openvpn: /^openvpn/ };
  if (mode === "ipsec" || mode === "vti") return kind === "ipsec" || (kind === "network" && NETWORKING.test(service));
  return kind === "network" && (NETWORKING.test(service) || (mode !== undefined && own[mode]?.test(service) === true));
}
