import type { Packet } from "./ruleset.ts";

const NAMES: Readonly<Record<string, string>> = { tcp: "TCP", udp: "UDP", sctp: "SCTP", dccp: "DCCP", icmp: "ICMP", icmpv6: "ICMPv6", "ipv6-icmp": "ICMPv6", esp: "ESP", ah: "AH", gre: "GRE", ospf: "OSPF", vrrp: "VRRP", igmp: "IGMP" };

/** A packet as operators speak of it: `TCP from 198.51.100.7 to port 5432, new`. */
export function packetText(packet: Packet): string {
  const { hook, iif, oif, saddr, daddr, sport, dport, type, code, ct } = packet;
  const proto = packet.proto === undefined ? "a packet" : (NAMES[packet.proto] ?? (/^\d+$/.test(String(packet.proto)) ? `protocol ${packet.proto}` : String(packet.proto)));
  const what = type === undefined ? proto : `${proto} type ${type}${code === undefined ? "" : ` code ${code}`}`;
  const from = saddr === undefined || hook === "output" ? "" : ` from ${saddr}`;
  const through = hook === "forward" ? [iif && ` in by ${iif}`, oif && ` out by ${oif}`] : [hook === "output" ? oif && ` out by ${oif}` : iif && ` on ${iif}`];
  const to = hook === "input" ? "" : daddr === undefined ? "" : ` to ${daddr}`;
  const port = dport === undefined ? "" : `${to === "" ? " to" : ""} port ${dport}`;
  const source = sport === undefined || (dport !== undefined && dport <= sport) || ct === "new" ? "" : ` from port ${sport}`;
  return `${what}${from}${source}${to}${port}${through.map((part) => part ?? "").join("")}${ct === undefined ? "" : `, ${ct}`}`;
}
