import type { TypeName } from "./datatypes.ts";

/** What a packet field holds, and the protocol that a match on it asks for. */
export interface FieldInfo {
  readonly type: TypeName;
  readonly bits: number;
}

function parse(bits: string): ReadonlyMap<string, FieldInfo> {
  return new Map(
    bits.trim().split(/\s+/).map((entry) => {
      const [name, type, width] = entry.split(":") as [string, TypeName, string];
      return [name, { type, bits: Number(width) }];
    }),
  );
}

/** Header fields by protocol, from nftables' proto.c and exthdr.c: `name:type:bits`. */
export const HEADERS: ReadonlyMap<string, ReadonlyMap<string, FieldInfo>> = new Map(
  Object.entries({
    ether: "daddr:ether_addr:48 saddr:ether_addr:48 type:ether_type:16",
    vlan: "id:integer:12 dei:integer:1 cfi:integer:1 pcp:integer:3 type:ether_type:16",
    arp: "htype:arp_htype:16 ptype:ether_type:16 hlen:integer:8 plen:integer:8 operation:arp_op:16",
    ip: "version:integer:4 hdrlength:integer:4 dscp:dscp:6 ecn:ecn:2 length:integer:16 id:integer:16 frag-off:integer:16 ttl:integer:8 protocol:inet_proto:8 checksum:integer:16 saddr:ipv4_addr:32 daddr:ipv4_addr:32",
    ip6: "version:integer:4 dscp:dscp:6 ecn:ecn:2 flowlabel:integer:20 length:integer:16 nexthdr:inet_proto:8 hoplimit:integer:8 saddr:ipv6_addr:128 daddr:ipv6_addr:128",
    icmp: "type:icmp_type:8 code:icmp_code:8 checksum:integer:16 id:integer:16 sequence:integer:16 gateway:integer:32 mtu:integer:16",
    icmpv6: "type:icmpv6_type:8 code:icmpv6_code:8 checksum:integer:16 parameter-problem:integer:32 pptr:integer:32 packet-too-big:integer:32 mtu:integer:32 id:integer:16 sequence:integer:16 max-delay:integer:16 taddr:ipv6_addr:128 daddr:ipv6_addr:128",
    igmp: "type:igmp_type:8 mrt:integer:8 checksum:integer:16 group:ipv4_addr:32",
    tcp: "sport:inet_service:16 dport:inet_service:16 sequence:integer:32 ackseq:integer:32 doff:integer:4 reserved:integer:4 flags:tcp_flag:8 window:integer:16 checksum:integer:16 urgptr:integer:16",
    udp: "sport:inet_service:16 dport:inet_service:16 length:integer:16 checksum:integer:16",
    udplite: "sport:inet_service:16 dport:inet_service:16 csumcov:integer:16 checksum:integer:16",
    sctp: "sport:inet_service:16 dport:inet_service:16 vtag:integer:32 checksum:integer:32",
    dccp: "sport:inet_service:16 dport:inet_service:16 type:dccp_pkttype:4",
    th: "sport:inet_service:16 dport:inet_service:16",
    ah: "nexthdr:inet_proto:8 hdrlength:integer:8 reserved:integer:16 spi:integer:32 sequence:integer:32",
    esp: "spi:integer:32 sequence:integer:32",
    comp: "nexthdr:inet_proto:8 flags:integer:8 cpi:integer:16",
    gre: "flags:integer:5 version:integer:3 protocol:ether_type:16 hdrlength:integer:16",
    vxlan: "flags:integer:8 vni:integer:24",
    geneve: "vni:integer:24 type:ether_type:16",
    hbh: "nexthdr:inet_proto:8 hdrlength:integer:8",
    rt: "nexthdr:inet_proto:8 hdrlength:integer:8 type:integer:8 seg-left:integer:8",
    srh: "last-entry:integer:8 flags:integer:8 tag:integer:16 sid:ipv6_addr:128 seg-left:integer:8",
    rt0: "addr:ipv6_addr:128",
    rt2: "addr:ipv6_addr:128",
    rt4: "last-entry:integer:8 flags:integer:8 tag:integer:16 sid:ipv6_addr:128",
    frag: "nexthdr:inet_proto:8 reserved:integer:8 frag-off:integer:13 reserved2:integer:2 more-fragments:integer:1 id:integer:32",
    dst: "nexthdr:inet_proto:8 hdrlength:integer:8",
    mh: "nexthdr:inet_proto:8 hdrlength:integer:8 type:mh_type:8 reserved:integer:8 checksum:integer:16",
  }).map(([header, fields]) => [header, parse(fields)]),
);

/** What a tunnel's inner packet can be asked for. */
export const TUNNELS = new Set(["vxlan", "geneve", "gre", "gretap"]);
/** Extension headers of IPv6 that can be asked for themselves. */
export const EXTENSIONS = new Set(["hbh", "rt", "frag", "dst", "mh", "srh", "ah", "esp", "comp"]);

/** Keys of `meta`, from meta.c. */
export const META: ReadonlyMap<string, FieldInfo> = parse(
  `length:integer:32 protocol:ether_type:16 nfproto:nf_proto:8 l4proto:inet_proto:8 priority:classid:32 mark:mark:32 iif:iface_index:32
  iifname:ifname:128 iiftype:iface_type:16 oif:iface_index:32 oifname:ifname:128 oiftype:iface_type:16 skuid:uid:32 skgid:gid:32
  nftrace:integer:1 rtclassid:realm:32 ibriport:ifname:128 ibrname:ifname:128 obriport:ifname:128 obrname:ifname:128
  ibridgename:ifname:128 obridgename:ifname:128 bri_iifname:ifname:128 bri_oifname:ifname:128 pkttype:pkt_type:8
  cpu:integer:32 iifgroup:devgroup:32 oifgroup:devgroup:32 cgroup:cgroup:32 random:integer:32 ipsec:boolean:1 secpath:boolean:1
  iifkind:ifname:128 oifkind:ifname:128 ibrpvid:integer:16 ibrvproto:ether_type:16 ibrhwaddr:ether_addr:48 time:time:64 day:day:8
  hour:hour:32 secmark:string:0 sdif:iface_index:32 sdifname:ifname:128 broute:boolean:1`,
);
/** Those of them that may stand without `meta`. */
export const BARE_META = new Set(
  "mark iif iifname iiftype oif oifname oiftype skuid skgid nftrace rtclassid ibriport ibrname obriport obrname ibridgename obridgename pkttype cpu iifgroup oifgroup cgroup time day hour".split(" "),
);

/** Keys of `ct`, from ct.c. */
export const CONNTRACK: ReadonlyMap<string, FieldInfo> = parse(
  `state:ct_state:32 direction:ct_dir:8 status:ct_status:32 mark:mark:32 expiration:time_span:32 helper:string:128 l3proto:nf_proto:8
  saddr:address:128 daddr:address:128 protocol:inet_proto:8 proto-src:inet_service:16 proto-dst:inet_service:16 label:ct_label:128
  event:ct_event:32 eventmask:ct_event:32 secmark:string:0 zone:integer:16 id:integer:32 bytes:integer:64 packets:integer:64
  avgpkt:integer:64 timeout:string:128 expectation:string:128`,
);
/** Keys of `ct` that `ct original` and `ct reply` may have. */
export const DIRECTED_CONNTRACK = new Set("l3proto saddr daddr protocol proto-src proto-dst zone bytes packets avgpkt".split(" "));

/** TCP options and the fields of each, from tcpopt.c; every one has kind and length. */
export const TCP_OPTIONS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    eol: "", nop: "", maxseg: "size", mss: "size", window: "count", "sack-permitted": "", "sack-perm": "",
    sack: "left right", sack0: "left right", sack1: "left right", sack2: "left right", sack3: "left right",
    timestamp: "tsval tsecr", fastopen: "", md5sig: "", mptcp: "subtype", echo: "",
  }).map(([option, fields]) => [option, fields.split(" ").filter((field) => field !== "")]),
);

/** IPv4 options, from ipopt.c. */
export const IP_OPTIONS = new Set(["lsrr", "rr", "ssrr", "ra"]);

/** SCTP chunks, from sctp_chunk.c. */
export const SCTP_CHUNKS = new Set(
  "data init init-ack sack heartbeat heartbeat-ack abort shutdown shutdown-ack error cookie-echo cookie-ack ecne cwr shutdown-complete asconf-ack forward-tsn asconf".split(" "),
);

/** The fields of SCTP chunks. */
export const SCTP_CHUNK_FIELDS = new Set(
  "type flags length tsn stream ssn ppid init-tag a-rwnd num-outbound-streams num-inbound-streams initial-tsn cum-tsn-ack num-gap-ack-blocks num-dup-tsns lowest-tsn seqno new-cum-tsn".split(" "),
);

const FIXED: ReadonlyMap<string, FieldInfo> = parse(
  `rt_classid:realm:32 rt_nexthop:address:128 rt_ip_nexthop:ipv4_addr:32 rt_ip6_nexthop:ipv6_addr:128 rt_mtu:integer:16 rt_ipsec:boolean:1
  socket_transparent:integer:1 socket_wildcard:integer:1 socket_mark:mark:32 socket_cgroupv2:string:64 osf_name:string:128
  osf_version:string:128 ct_ip_saddr:ipv4_addr:32 ct_ip_daddr:ipv4_addr:32 ct_ip6_saddr:ipv6_addr:128 ct_ip6_daddr:ipv6_addr:128
  tcp_option_maxseg_size:integer:16 arp_saddr_ip:ipv4_addr:32 arp_daddr_ip:ipv4_addr:32 arp_saddr_ether:ether_addr:48 arp_daddr_ether:ether_addr:48`,
);

const known = new Map<string, FieldInfo | undefined>();

/** What is known of a field that the parser has named; undefined for functions, raw payload and the like. */
export function fieldInfo(field: string): FieldInfo | undefined {
  let info = known.get(field);
  if (info === undefined && !known.has(field)) {
    info = find(field);
    // Names with numbers in them are without end; those of headers are few.
    if (info !== undefined) known.set(field, info);
  }
  return info;
}

function find(field: string): FieldInfo | undefined {
  const [first = "", second = "", ...rest] = field.split(" ");
  const raw = /@(?:\w+),\d+,(\d+)$/.exec(field) ?? /option @\d+,\d+,(\d+)$/.exec(field);
  if (raw) return { type: "integer", bits: Number(raw[1]) };
  if (first === "meta") return META.get(second);
  if (first === "numgen" || first === "jhash" || first === "symhash") return { type: "integer", bits: 32 };
  if (first === "ct" && (second === "original" || second === "reply")) {
    return rest.length === 2 ? FIXED.get(`ct_${rest.join("_")}`) : CONNTRACK.get(rest[0] ?? "");
  }
  if (first === "ct") return CONNTRACK.get(second);
  if (first === "fib") {
    const result = field.slice(field.lastIndexOf(" ") + 1);
    return { type: result === "type" ? "fib_addrtype" : result === "oifname" ? "ifname" : "iface_index", bits: 32 };
  }
  if (rest.length === 0) return HEADERS.get(first)?.get(second) ?? FIXED.get(`${first}_${second}`);
  if (first === "socket") return FIXED.get(`socket_${second}`);
  return FIXED.get(field.replaceAll(" ", "_"));
}
