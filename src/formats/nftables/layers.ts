const L4PROTO: Record<string, bigint> = { icmp: 1n, igmp: 2n, tcp: 6n, udp: 17n, dccp: 33n, gre: 47n, gretap: 47n, esp: 50n, ah: 51n, icmpv6: 58n, comp: 108n, sctp: 132n, udplite: 136n, vxlan: 17n, geneve: 17n };
/** Extension headers, which only IPv6 has. */
const IPV6_HEADERS = new Set(["ip6", "icmpv6", "hbh", "rt0", "rt2", "rt4", "srh", "frag", "dst", "mh", "exthdr"]);

/** The protocols that a field belongs to: nft's family and the IP protocol's number. */
export interface Layers {
  readonly network: string | undefined;
  readonly transport: bigint | undefined;
  /** A part of a packet that may be missing: an option or chunk. */
  readonly optional: boolean;
  /** A match on it says which transport protocol is meant. */
  readonly tells: boolean;
}

const layers = new Map<string, Layers>();

/** The protocols that a field belongs to, by its name. */
export function layersOf(field: string): Layers {
  const cached = layers.get(field);
  if (cached) return cached;
  const [first = "", second = "", third = ""] = field.split(" ");
  let network = IPV6_HEADERS.has(first) ? "ip6" : first === "ip" || first === "icmp" || first === "igmp" ? "ip" : undefined;
  if (first === "arp") network = "arp";
  if (first === "rt" && (second === "ip" || second === "ip6")) network = second;
  if (first === "rt" && ["type", "nexthdr", "hdrlength", "seg-left"].includes(second)) network = "ip6";
  if (first === "ct" && (third === "ip" || third === "ip6")) network = third;
  const transport = L4PROTO[first];
  const tells = transport !== undefined || /^(meta l4proto|ip protocol|ip6 nexthdr|th |ct |@|meta protocol|gre)/.test(field);
  const found = { network, transport, optional: / (option|chunk) /.test(field), tells };
  // Names with numbers in them are without end.
  if (!/\d{2}/.test(field)) layers.set(field, found);
  return found;
}
