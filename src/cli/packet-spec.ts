import { nearest } from "../engine/similar.ts";
import { parseIpv4, parseIpv6 } from "../formats/iptables/address.ts";
import { PROTOCOLS } from "../formats/iptables/names.ts";
import { parseIcmpType } from "../formats/iptables/values.ts";
import { protocolNumber } from "../model/firewall/evaluate/packet.ts";
import type { Packet } from "../model/firewall/ruleset.ts";

/** What is wrong with a packet, as a sentence that says what to write instead. */
export class BadPacket extends Error {}

type Growing = { -readonly [K in keyof Packet]: Packet[K] };

const KEYS = ["hook", "iif", "oif", "saddr", "daddr", "proto", "sport", "dport", "type", "code", "flags", "ct", "mark"] as const;
type Key = (typeof KEYS)[number];
const HOOKS = ["input", "forward", "output"];
const STATES = ["new", "established", "related", "invalid", "untracked"];
const FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];
/** What other tools call the keys. */
const ALSO: Readonly<Record<string, Key>> = {
  src: "saddr", source: "saddr", dst: "daddr", destination: "daddr", protocol: "proto", in: "iif", iifname: "iif", interface: "iif", out: "oif", oifname: "oif",
  spt: "sport", dpt: "dport", port: "dport", state: "ct", chain: "hook", fwmark: "mark",
};

/**
 * Reads `hook=input,iif=eth0,…`; flags are joined by `+`. Whatever else rules may ask for goes by nft's name of the field:
 * `ether saddr=02:00:00:00:00:01`, `meta skuid=1000`, `ct mark=0x2`. Throws BadPacket.
 */
export function packetOfSpec(spec: string): Packet {
  const given = new Map<string, unknown>();
  for (const part of spec.split(",")) {
    const text = part.trim();
    if (text === "") continue;
    const at = text.indexOf("=");
    if (at === -1) {
      const meant = FLAGS.includes(text.toLowerCase()) ? " Join TCP flags by +, such as flags=syn+ack." : "";
      throw new BadPacket(`“${text}” is not KEY=VALUE; write a packet as hook=input,saddr=192.0.2.1,proto=tcp,dport=22.${meant}`);
    }
    const key = text.slice(0, at).trim();
    if (given.has(key)) throw new BadPacket(`${key} is given twice; leave one out.`);
    given.set(key, text.slice(at + 1).trim());
  }
  return packetOf(given);
}

/** Reads one line of JSON. Throws BadPacket. */
export function packetOfJson(line: string): Packet {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new BadPacket('it is no JSON; write one object a line, such as {"saddr":"192.0.2.1","proto":"tcp","dport":22}.');
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new BadPacket('it is no object; write one a line, such as {"saddr":"192.0.2.1","proto":"tcp","dport":22}.');
  return packetOf(new Map(Object.entries(value).filter(([, one]) => one !== null && one !== undefined)));
}

function packetOf(given: ReadonlyMap<string, unknown>): Packet {
  const packet: Growing = { hook: "input" };
  const fields: Record<string, number | string> = {};
  for (const [key, value] of given) {
    if (key === "fields" && typeof value === "object" && value !== null) {
      for (const [field, one] of Object.entries(value)) fields[fieldName(field)] = fieldValue(field, one);
      continue;
    }
    if (key.includes(" ")) {
      fields[fieldName(key)] = fieldValue(key, value);
      continue;
    }
    if (!(KEYS as readonly string[]).includes(key)) {
      const meant = Object.hasOwn(ALSO, key.toLowerCase()) ? ALSO[key.toLowerCase()] : nearest(key, KEYS);
      throw new BadPacket(`A packet has no key ${key}. ${meant === undefined ? `The keys are ${KEYS.join(", ")}.` : `Did you mean ${meant}?`}`);
    }
    if (key !== "type") set(packet, key as Key, value);
  }
  if (Object.keys(fields).length > 0) packet.fields = fields;
  familyOf(packet);
  if (given.has("type")) packet.type = icmpType(packet, given.get("type"));
  return packet;
}

/** What fields are called that a packet has a key for. */
const KEY_OF: Readonly<Record<string, Key>> = {
  "ip saddr": "saddr", "ip6 saddr": "saddr", "ip daddr": "daddr", "ip6 daddr": "daddr", "meta iifname": "iif", "meta oifname": "oif", "meta iif": "iif", "meta oif": "oif",
  "meta l4proto": "proto", "ip protocol": "proto", "ip6 nexthdr": "proto", "meta mark": "mark", "ct state": "ct", "tcp flags": "flags",
  "icmp type": "type", "icmpv6 type": "type", "icmp code": "code", "icmpv6 code": "code", "th sport": "sport", "th dport": "dport",
  "tcp sport": "sport", "tcp dport": "dport", "udp sport": "sport", "udp dport": "dport", "sctp sport": "sport", "sctp dport": "dport", "dccp sport": "sport", "dccp dport": "dport",
};
/** What fields begin with, as nft names them. */
const HEADERS = ["meta", "ct", "ip", "ip6", "ether", "vlan", "arp", "tcp", "udp", "udplite", "sctp", "dccp", "th", "icmp", "icmpv6", "igmp", "gre", "esp", "ah", "comp", "socket", "osf", "rt", "fib", "frag", "dst", "hbh", "mh"];

function fieldName(name: string): string {
  const field = name.trim().replace(/ +/g, " ");
  if (Object.hasOwn(KEY_OF, field)) throw new BadPacket(`A packet tells ${field} by the key ${KEY_OF[field]}; write ${KEY_OF[field]}= in its place.`);
  const header = field.split(" ", 1)[0]!;
  if (/^[a-z][a-z0-9]*( [a-z0-9_-]+)+$/.test(field) && HEADERS.includes(header)) return field;
  const meant = nearest(header, HEADERS);
  throw new BadPacket(`“${field}” is no field of a packet as nft names them, such as ether saddr or meta skuid.${meant === undefined || meant === header ? "" : ` Did you mean ${meant}?`}`);
}

/** A number, `0x…`, a hardware address or a name. Numbers beyond what is exact stay hexadecimal. */
function fieldValue(field: string, value: unknown): number | string {
  const text = typeof value === "string" || typeof value === "number" ? String(value).trim() : "";
  if (text === "" || text.length > 80) throw new BadPacket(`${field}=${shown(value)} is no value; give a number, a hardware address or a name.`);
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) return Number.parseInt(text.replaceAll(":", ""), 16);
  if (!/^(\d+|0x[0-9a-f]+)$/i.test(text)) return text;
  const number = BigInt(text);
  return number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : `0x${number.toString(16)}`;
}

function set(packet: Growing, key: Key, value: unknown): void {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  switch (key) {
    case "hook":
      packet.hook = oneOf(key, value, HOOKS) as Packet["hook"];
      return;
    case "ct":
      packet.ct = oneOf(key, value, STATES) as NonNullable<Packet["ct"]>;
      return;
    case "iif":
    case "oif":
      if (text === undefined || !/^[^\s/]{1,15}$/.test(text)) throw new BadPacket(`${key}=${shown(value)} is no interface; give its name of at most 15 characters, such as eth0.`);
      packet[key] = text;
      return;
    case "saddr":
    case "daddr":
      if (text === undefined || (parseIpv4(text) === undefined && parseIpv6(text) === undefined)) throw new BadPacket(`${key}=${shown(value)} is no address; give one IPv4 or IPv6 address, without a prefix.`);
      packet[key] = text;
      return;
    case "proto":
      packet.proto = protocol(text ?? shown(value));
      return;
    case "sport":
    case "dport":
      packet[key] = whole(key, text, 65535, "a port");
      return;
    case "code":
      packet.code = whole(key, text, 255, "an ICMP code");
      return;
    case "mark":
      packet.mark = whole(key, text, 0xffff_ffff, "a mark");
      return;
    case "flags":
      packet.flags = flags(value);
  }
}

function oneOf(key: string, value: unknown, choices: readonly string[]): string {
  const wanted = shown(value).toLowerCase();
  if (choices.includes(wanted)) return wanted;
  const meant = nearest(wanted, choices);
  throw new BadPacket(`${key}=${shown(value)} is none of ${choices.join(", ")}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`);
}

function whole(key: string, text: string | undefined, most: number, what: string): number {
  const value = text !== undefined && /^(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw new BadPacket(`${key}=${text ?? "?"} is not ${what}; give a number from 0 to ${most}.`);
  return value;
}

function protocol(text: string): string | number {
  const name = text.toLowerCase();
  const number = protocolNumber(name);
  if (number !== undefined && number <= 255 && name !== "all") return /^\d+$/.test(name) ? number : name;
  const meant = nearest(name, Object.keys(PROTOCOLS).filter((one) => one !== "all"));
  throw new BadPacket(`proto=${text} is no protocol; give a name such as tcp, udp or icmpv6, or a number from 0 to 255.${meant === undefined ? "" : ` Did you mean ${meant}?`}`);
}

function flags(value: unknown): string[] {
  const list = Array.isArray(value) ? value.map(String) : String(value).split(/[+,|\s]+/);
  const names = list.map((one) => one.toLowerCase()).filter((one) => one !== "" && one !== "none");
  for (const name of names) {
    if (!FLAGS.includes(name)) throw new BadPacket(`${name} is no TCP flag; there are ${FLAGS.join(", ")}, joined by + in a SPEC.`);
  }
  return names;
}

/** Both addresses and the protocol have to be of one family; a number says that the other family's ICMP is meant. */
function familyOf(packet: Growing): void {
  const { saddr, daddr, proto } = packet;
  const [source, destination] = [saddr, daddr].map((one) => (one === undefined ? undefined : one.includes(":") ? "IPv6" : "IPv4"));
  if (source !== undefined && destination !== undefined && source !== destination) throw new BadPacket(`saddr is an ${source} address and daddr an ${destination} one; give both of one family.`);
  const number = protocolNumber(proto);
  const family = source ?? destination;
  if (family !== undefined && typeof proto === "number") packet.family = family === "IPv4" ? "ip" : "ip6";
  else if (number === 58 && family === "IPv4") throw new BadPacket("proto=icmpv6 goes with IPv6 addresses; write proto=icmp, or other addresses.");
  else if (number === 1 && family === "IPv6") throw new BadPacket("proto=icmp goes with IPv4 addresses; write proto=icmpv6, or other addresses.");
}

function icmpType(packet: Growing, value: unknown): number {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : shown(value);
  if (/^(\d+|0x[0-9a-f]+)$/i.test(text)) return whole("type", text, 255, "an ICMP type");
  const six = protocolNumber(packet.proto) === 58 || (packet.saddr ?? packet.daddr ?? "").includes(":");
  const known = parseIcmpType(text, six ? "ip6" : "ip");
  if (known === undefined || known === "any") throw new BadPacket(`type=${text} is no ICMP type; give a number from 0 to 255, such as 8 for an echo request (128 in ICMPv6).`);
  if (packet.code === undefined && known[1] === known[2]) packet.code = known[1];
  return known[0];
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "").slice(0, 60);
}
