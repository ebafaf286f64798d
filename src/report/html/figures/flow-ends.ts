import type { FlowChange } from "../../../model/firewall/change/flows.ts";
import type { Translate } from "../../reviewed.ts";

/** One end of a flow: what it is, and what more is known of it. */
export interface End {
  readonly name: string;
  readonly detail: string;
}

/** Lists beyond these entries are counted. */
const LISTED = 4;
const FAMILIES = { ip: "IPv4", ip6: "IPv6" } as const;

/** Where the packets come from: addresses, the interface. */
export function sourceOf({ way, match }: FlowChange, t: Translate): End {
  if (way === "output") return { name: t("this host"), detail: match["saddr"] === undefined ? "" : listed(match["saddr"], t) };
  const on = match["iif"] === undefined || match["iif"].join() === "!lo" ? "" : t("on {0}", listed(match["iif"], t));
  if (match["saddr"] === undefined) return { name: t("anywhere"), detail: on };
  return { name: listed(match["saddr"], t), detail: on };
}

/** Where they go: the service, and the hosts that have it. */
export function targetOf(change: FlowChange, t: Translate): End {
  const { way, match, families, minor } = change;
  const details = [
    way === "input" ? t("on this host") : match["daddr"] === undefined ? (way === "forward" ? t("through this host") : t("anywhere")) : t("to {0}", listed(match["daddr"], t)),
    ...(way === "input" && match["daddr"] !== undefined ? [listed(match["daddr"], t)] : []),
    ...(match["oif"] === undefined || match["oif"].join() === "!lo" ? [] : [t("out of {0}", listed(match["oif"], t))]),
    ...(match["sport"] === undefined ? [] : [t("from port {0}", listed(match["sport"], t))]),
    ...(minor && match["ct"] !== undefined ? [listed(match["ct"], t)] : []),
    // An address tells its family.
    ...(families.length === 1 && match["saddr"] === undefined && match["daddr"] === undefined ? [FAMILIES[families[0]!]] : []),
  ];
  return { name: serviceOf(change, t), detail: details.join(", ") };
}

/** `TCP 22, 6800-7300`, `ICMP type 8`, `any protocol`. */
function serviceOf({ match }: FlowChange, t: Translate): string {
  const protocols = match["proto"];
  const icmp = protocols?.every((one) => one.startsWith("icmp")) === true && match["type"] !== undefined;
  const name = protocols === undefined ? undefined : listed(protocols.map(spelled), t);
  const ports = match["dport"] === undefined ? undefined : listed(match["dport"], t);
  if (icmp) return t("{0} type {1}", name!, listed(match["type"]!, t));
  if (ports !== undefined) return name === undefined ? t("port {0}", ports) : `${name} ${ports}`;
  if (name === undefined) return t("any protocol");
  return protocols!.every((one) => /^(tcp|udp|sctp|dccp|udplite)$/.test(one)) ? t("{0}, any port", name) : name;
}

function spelled(protocol: string): string {
  const bare = protocol.replace(/^!/, "");
  const name = /^\d/.test(bare) ? `IP ${bare}` : bare === "icmpv6" ? "ICMPv6" : bare.toUpperCase();
  return protocol.startsWith("!") ? `!${name}` : name;
}

/** Up to four entries, and how many more there are; `!` before all of them means any but these. */
function listed(entries: readonly string[], t: Translate): string {
  const but = entries.length > 0 && entries.every((entry) => entry.startsWith("!"));
  const names = but ? entries.map((entry) => entry.slice(1)) : entries;
  const shown = names.length > LISTED ? t("{0} and {1} more", names.slice(0, LISTED - 1).join(", "), names.length - LISTED + 1) : names.join(", ");
  return but ? t("any but {0}", shown) : shown;
}
