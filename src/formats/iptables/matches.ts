/**
 * What an extension takes. An option's names are separated by `|`, the first is the canonical one. Its signature: `!` where
 * it may be negated, then the kind of each value (see values.ts), nothing for a bare flag.
 */
export interface Extension {
  readonly options: Readonly<Record<string, string>>;
  /** Protocols (numbers) one of which the rule has to name with `-p`. */
  readonly protocols?: readonly number[];
  /** At least one of these. */
  readonly needs?: readonly string[];
  /** Every one of these. */
  readonly needsAll?: readonly string[];
  /** At most one of these. */
  readonly oneOf?: readonly string[];
  /** Options that need another one beside them. */
  readonly requires?: Readonly<Record<string, string>>;
  /** Options that cannot stand beside one another. */
  readonly excludes?: readonly (readonly [string, string])[];
  /** Options that one rule may give more than once; true: all. */
  readonly repeats?: readonly string[] | true;
  readonly families?: "ip" | "ip6";
  /** Built-in chains that the kernel allows it in; none: all. Chains of one's own are checked where something jumps to them. */
  readonly onlyIn?: readonly string[];
  /** The same for one option, or one option with one value (`dir in`). */
  readonly onlyInWith?: Readonly<Record<string, readonly string[]>>;
  /** Tables that the kernel allows it in; none: all. */
  readonly tables?: readonly string[];
}

/** Hooks where a packet's incoming interface is known. */
export const INCOMING = ["PREROUTING", "INPUT", "FORWARD"];
/** Hooks where a socket of the host's own may have sent a packet. */
const SENT = ["OUTPUT", "POSTROUTING"];

/** The matches of iptables 1.8.9, from iptables-extensions(8). */
export const MATCHES: Readonly<Record<string, Extension>> = {
  addrtype: {
    options: { "src-type": "!addrtypes", "dst-type": "!addrtypes", "limit-iface-in": "", "limit-iface-out": "" },
    needs: ["src-type", "dst-type"],
    oneOf: ["limit-iface-in", "limit-iface-out"],
  },
  ah: { options: { ahspi: "!uint32-range", ahlen: "!uint32", ahres: "" } },
  bpf: { options: { bytecode: "bytecode", "object-pinned": "text" }, needs: ["bytecode", "object-pinned"] },
  cgroup: { options: { path: "!text", cgroup: "!uint32" }, needs: ["path", "cgroup"], oneOf: ["path", "cgroup"], onlyIn: ["INPUT", ...SENT] },
  cluster: {
    options: {
      "cluster-total-nodes": "uint32",
      "cluster-local-node": "!uint32",
      "cluster-local-nodemask": "!uint32",
      "cluster-hash-seed": "uint32",
    },
    needs: ["cluster-local-node", "cluster-local-nodemask"],
    needsAll: ["cluster-total-nodes", "cluster-hash-seed"],
    oneOf: ["cluster-local-node", "cluster-local-nodemask"],
  },
  comment: { options: { comment: "text255" }, needs: ["comment"] },
  connbytes: {
    options: { connbytes: "!uint64-range", "connbytes-dir": "flow-direction", "connbytes-mode": "connbytes-mode" },
    needsAll: ["connbytes", "connbytes-dir", "connbytes-mode"],
  },
  connlabel: { options: { label: "!text", set: "" }, needs: ["label"] },
  connlimit: {
    options: {
      "connlimit-upto": "!uint32",
      "connlimit-above": "!uint32",
      "connlimit-mask": "prefix",
      "connlimit-saddr": "",
      "connlimit-daddr": "",
    },
    needs: ["connlimit-upto", "connlimit-above"],
    oneOf: ["connlimit-upto", "connlimit-above"],
    excludes: [["connlimit-saddr", "connlimit-daddr"]],
  },
  connmark: { options: { mark: "!mark" }, needs: ["mark"] },
  conntrack: {
    options: {
      ctstate: "!ctstates",
      ctproto: "!protocol",
      ctorigsrc: "!one-address",
      ctorigdst: "!one-address",
      ctreplsrc: "!one-address",
      ctrepldst: "!one-address",
      ctstatus: "!ctstatus",
      ctexpire: "!uint32-range",
      ctorigsrcport: "!port-range",
      ctorigdstport: "!port-range",
      ctreplsrcport: "!port-range",
      ctrepldstport: "!port-range",
      ctdir: "ctdir",
    },
    needs: ["ctstate", "ctproto", "ctorigsrc", "ctorigdst", "ctreplsrc", "ctrepldst", "ctstatus", "ctexpire", "ctorigsrcport", "ctorigdstport", "ctreplsrcport", "ctrepldstport", "ctdir"],
  },
  cpu: { options: { cpu: "!uint32" }, needs: ["cpu"] },
  dccp: {
    options: {
      "source-port|sport": "!port-range",
      "destination-port|dport": "!port-range",
      "dccp-types": "!dccp-types",
      "dccp-option": "!uint8-positive",
    },
    protocols: [33],
  },
  devgroup: { options: { "src-group": "!mark", "dst-group": "!mark" }, needs: ["src-group", "dst-group"] },
  dscp: { options: { dscp: "!dscp", "dscp-class": "!dscp-class" }, needs: ["dscp", "dscp-class"], oneOf: ["dscp", "dscp-class"] },
  dst: { options: { "dst-len": "!uint32", "dst-opts": "ipv6-options" }, families: "ip6" },
  ecn: {
    options: { "ecn-tcp-cwr": "!", "ecn-tcp-ece": "!", "ecn-ip-ect": "!ect" },
    needs: ["ecn-tcp-cwr", "ecn-tcp-ece", "ecn-ip-ect"],
  },
  esp: { options: { espspi: "!uint32-range" }, protocols: [50] },
  eui64: { options: {}, families: "ip6", onlyIn: INCOMING },
  frag: {
    options: { fragid: "!uint32-range", fraglen: "!uint32", fragres: "", fragfirst: "", fragmore: "", fraglast: "" },
    families: "ip6",
    oneOf: ["fragmore", "fraglast"],
  },
  hashlimit: {
    options: {
      "hashlimit-upto|hashlimit": "!hash-rate",
      "hashlimit-above": "!hash-rate",
      "hashlimit-burst": "hash-burst",
      "hashlimit-mode": "hash-modes",
      "hashlimit-srcmask": "prefix",
      "hashlimit-dstmask": "prefix",
      "hashlimit-name": "text255",
      "hashlimit-htable-size": "uint32",
      "hashlimit-htable-max": "uint32",
      "hashlimit-htable-gcinterval": "uint32",
      "hashlimit-htable-expire": "uint32",
      "hashlimit-rate-match": "",
      "hashlimit-rate-interval": "uint32",
    },
    needs: ["hashlimit-upto", "hashlimit-above"],
    needsAll: ["hashlimit-name"],
    oneOf: ["hashlimit-upto", "hashlimit-above"],
  },
  hbh: { options: { "hbh-len": "!uint32", "hbh-opts": "ipv6-options" }, families: "ip6" },
  helper: { options: { helper: "!text" }, needs: ["helper"] },
  hl: { options: { "hl-eq|hl": "!uint8", "hl-lt": "uint8", "hl-gt": "uint8" }, families: "ip6", needs: ["hl-eq", "hl-lt", "hl-gt"], oneOf: ["hl-eq", "hl-lt", "hl-gt"] },
  icmp: { options: { "icmp-type": "!icmp-type" }, protocols: [1], families: "ip" },
  icmp6: { options: { "icmpv6-type": "!icmpv6-type" }, protocols: [58], families: "ip6" },
  ipcomp: { options: { ipcompspi: "!uint32-range", compres: "" }, protocols: [108] },
  iprange: { options: { "src-range": "!address-range", "dst-range": "!address-range" }, needs: ["src-range", "dst-range"] },
  ipv6header: { options: { header: "!ipv6-headers", soft: "" }, families: "ip6", needs: ["header"] },
  ipvs: {
    options: {
      ipvs: "!",
      vproto: "!protocol",
      vaddr: "!one-address",
      vport: "!port",
      vdir: "ctdir",
      vmethod: "!ipvs-method",
      vportctl: "!port",
    },
  },
  length: { options: { length: "!uint16-range" }, needs: ["length"] },
  limit: { options: { limit: "rate", "limit-burst": "burst" } },
  mac: { options: { "mac-source": "!mac" }, needs: ["mac-source"], onlyIn: INCOMING },
  mark: { options: { mark: "!mark" }, needs: ["mark"] },
  mh: { options: { "mh-type": "!mh-type" }, protocols: [135], families: "ip6" },
  multiport: {
    options: { "source-ports|sports": "!ports", "destination-ports|dports": "!ports", ports: "!ports" },
    protocols: [6, 17, 33, 132, 136],
    needs: ["source-ports", "destination-ports", "ports"],
    oneOf: ["source-ports", "destination-ports", "ports"],
  },
  nfacct: { options: { "nfacct-name": "text31" }, needs: ["nfacct-name"] },
  osf: { options: { genre: "!text", ttl: "osf-level", log: "osf-level" }, protocols: [6], needs: ["genre"], onlyIn: INCOMING },
  owner: {
    options: { "uid-owner": "!owner", "gid-owner": "!owner", "suppl-groups": "", "socket-exists": "!" },
    needs: ["uid-owner", "gid-owner", "socket-exists"],
    requires: { "suppl-groups": "gid-owner" },
    onlyIn: SENT,
  },
  physdev: {
    options: {
      "physdev-in": "!interface",
      "physdev-out": "!interface",
      "physdev-is-in": "!",
      "physdev-is-out": "!",
      "physdev-is-bridged": "!",
    },
    needs: ["physdev-in", "physdev-out", "physdev-is-in", "physdev-is-out", "physdev-is-bridged"],
  },
  pkttype: { options: { "pkt-type": "!pkttype" }, needs: ["pkt-type"] },
  policy: {
    options: {
      dir: "policy-dir",
      pol: "policy-pol",
      strict: "",
      reqid: "!uint32",
      spi: "!uint32",
      proto: "!protocol",
      mode: "!policy-mode",
      "tunnel-src": "!one-address",
      "tunnel-dst": "!one-address",
      next: "",
    },
    needs: ["dir"],
    repeats: true,
    onlyInWith: { "dir in": INCOMING, "dir out": ["FORWARD", ...SENT] },
  },
  quota: { options: { quota: "!uint64" }, needs: ["quota"] },
  rateest: {
    options: {
      "rateest1|rateest": "!text",
      rateest2: "!text",
      "rateest-bps1|rateest-bps": "estimator-rate?",
      "rateest-pps1|rateest-pps": "estimator-packets?",
      "rateest-bps2": "estimator-rate?",
      "rateest-pps2": "estimator-packets?",
      "rateest-delta": "",
      "rateest-lt": "!",
      "rateest-gt": "!",
      "rateest-eq": "!",
    },
  },
  realm: { options: { realm: "!realm" }, families: "ip", needs: ["realm"], onlyIn: ["INPUT", "FORWARD", ...SENT] },
  recent: {
    options: {
      set: "!",
      rcheck: "!",
      update: "!",
      remove: "!",
      seconds: "uint32-positive",
      reap: "",
      hitcount: "uint16",
      rttl: "",
      name: "text199",
      rsource: "",
      rdest: "",
      mask: "host-address",
    },
    needs: ["set", "rcheck", "update", "remove"],
    oneOf: ["set", "rcheck", "update", "remove"],
    excludes: [["set", "rttl"], ["set", "hitcount"], ["set", "seconds"], ["remove", "rttl"], ["rsource", "rdest"]],
    requires: { reap: "seconds" },
  },
  rpfilter: { options: { loose: "", validmark: "", "accept-local": "", invert: "" }, tables: ["raw", "mangle"], onlyIn: ["PREROUTING"] },
  rt: {
    options: {
      "rt-type": "!uint32",
      "rt-segsleft": "!uint32-range",
      "rt-len": "!uint32",
      "rt-0-res": "",
      "rt-0-addrs": "text",
      "rt-0-not-strict": "",
    },
    families: "ip6",
  },
  sctp: {
    options: { "source-port|sport": "!port-range", "destination-port|dport": "!port-range", "chunk-types": "!sctp-match sctp-chunks" },
    protocols: [132],
  },
  set: {
    options: {
      "match-set": "!text set-directions",
      "return-nomatch": "",
      "update-counters": "!",
      "update-subcounters": "!",
      "packets-eq": "!uint64",
      "packets-lt": "uint64",
      "packets-gt": "uint64",
      "bytes-eq": "!uint64",
      "bytes-lt": "uint64",
      "bytes-gt": "uint64",
    },
    needs: ["match-set"],
  },
  socket: { options: { transparent: "", nowildcard: "", "restore-skmark": "" }, onlyIn: ["PREROUTING", "INPUT"] },
  srh: {
    options: {
      ...Object.fromEntries(["next-hdr", "hdr-len-eq", "hdr-len-gt", "hdr-len-lt", "segs-left-eq", "segs-left-gt", "segs-left-lt", "last-entry-eq", "last-entry-gt", "last-entry-lt"].map((name) => [`srh-${name}`, "!uint8"])),
      "srh-tag": "!uint16",
      ...Object.fromEntries(["psid", "nsid", "lsid"].map((name) => [`srh-${name}`, "!one-address"])),
    },
    families: "ip6",
  },
  state: { options: { state: "!ctstates" }, needs: ["state"] },
  statistic: {
    options: { mode: "statistic-mode", probability: "!probability", every: "!uint32-positive", packet: "uint32" },
    needs: ["mode"],
    requires: { every: "packet" },
    excludes: [["probability", "every"], ["probability", "packet"]],
  },
  string: {
    options: { from: "uint16", to: "uint16", algo: "string-algorithm", string: "!text128", "hex-string": "!text", icase: "" },
    needs: ["string", "hex-string"],
    needsAll: ["algo"],
    oneOf: ["string", "hex-string"],
  },
  tcp: {
    options: {
      "source-port|sport": "!port-range",
      "destination-port|dport": "!port-range",
      "tcp-flags": "!tcp-flags tcp-flags",
      syn: "!",
      "tcp-option": "!uint8-positive",
    },
    protocols: [6],
  },
  tcpmss: { options: { mss: "!uint16-range" }, protocols: [6], needs: ["mss"] },
  time: {
    options: {
      timestart: "clock",
      timestop: "clock",
      monthdays: "!monthdays",
      weekdays: "!weekdays",
      days: "!weekdays",
      datestart: "date",
      datestop: "date",
      utc: "",
      localtz: "",
      kerneltz: "",
      contiguous: "",
    },
  },
  tos: { options: { tos: "!tos" }, needs: ["tos"] },
  ttl: { options: { "ttl-eq|ttl": "!uint8", "ttl-lt": "uint8", "ttl-gt": "uint8" }, families: "ip", needs: ["ttl-eq", "ttl-lt", "ttl-gt"], oneOf: ["ttl-eq", "ttl-lt", "ttl-gt"] },
  u32: { options: { u32: "!u32" }, needs: ["u32"] },
  udp: { options: { "source-port|sport": "!port-range", "destination-port|dport": "!port-range" }, protocols: [17] },
  udplite: { options: { "source-port|sport": "!port-range", "destination-port|dport": "!port-range" }, protocols: [136] },
};

const BY_NAME: ReadonlyMap<string, Extension> = new Map(Object.entries(MATCHES));

/** The match of that name; undefined where iptables has none. */
export function matchOf(name: string): Extension | undefined {
  return BY_NAME.get(name);
}

/** Other names of the same match. */
export const MATCH_SYNONYMS: Readonly<Record<string, string>> = {
  icmpv6: "icmp6",
  "ipv6-icmp": "icmp6",
  "ipv6-frag": "frag",
  "ipv6-opts": "dst",
  "ipv6-route": "rt",
  mport: "multiport",
  "ipv6-mh": "mh",
};

/** Matches of xtables-addons and of vendors' kernels, which a host may have beside those of iptables. */
export const FOREIGN_MATCHES: ReadonlySet<string> = new Set([
  "account", "asn", "bcount", "condition", "connrate", "dhcpmac", "dnetmap", "exp", "fuzzy", "geoip", "gradm", "grsec", "iface", "ipp2p", "ipv4options", "layer7", "length2",
  "lscan", "macsave", "ndpi", "nth", "opendpi", "osfp", "pknock", "pools", "psd", "quota2", "random", "slowpath", "unclean", "url", "webmon", "webstr", "weburl", "xor",
]);
