import type { Extension } from "./matches.ts";

const AFTER_ROUTING = ["FORWARD", "OUTPUT", "POSTROUTING"];

/** The targets of iptables 1.8.9, from iptables-extensions(8). */
export const TARGETS: Readonly<Record<string, Extension>> = {
  ACCEPT: { options: {} },
  DROP: { options: {} },
  RETURN: { options: {} },
  QUEUE: { options: {} },
  AUDIT: { options: { type: "audit-type" }, needs: ["type"] },
  CHECKSUM: { options: { "checksum-fill": "" }, tables: ["mangle"], needs: ["checksum-fill"] },
  CLASSIFY: { options: { "set-class": "class" }, needs: ["set-class"], onlyIn: AFTER_ROUTING },
  CLUSTERIP: {
    options: { new: "", hashmode: "text", clustermac: "mac", "total-nodes": "uint32", "local-node": "uint32", "hash-init": "uint32" },
    families: "ip",
  },
  CONNMARK: {
    options: {
      "set-xmark": "mark",
      "save-mark": "",
      "restore-mark": "",
      "set-mark": "mark",
      "and-mark": "uint32",
      "or-mark": "uint32",
      "xor-mark": "uint32",
      "left-shift-mark": "uint32",
      "right-shift-mark": "uint32",
      ctmask: "uint32",
      nfmask: "uint32",
      mask: "uint32",
    },
  },
  CONNSECMARK: { options: { save: "", restore: "" }, needs: ["save", "restore"], oneOf: ["save", "restore"], tables: ["mangle", "security"] },
  CT: {
    options: { notrack: "", helper: "text", timeout: "text", ctevents: "text", expevents: "text", "zone-orig": "zone", "zone-reply": "zone", zone: "zone" },
    tables: ["raw"],
  },
  DNAT: { options: { "to-destination": "nat-range", random: "", persistent: "" }, tables: ["nat"], onlyIn: ["PREROUTING", "OUTPUT"], needs: ["to-destination"] },
  DNPT: { options: { "src-pfx": "prefix6", "dst-pfx": "prefix6" }, families: "ip6", tables: ["mangle"], needsAll: ["src-pfx", "dst-pfx"] },
  SNPT: { options: { "src-pfx": "prefix6", "dst-pfx": "prefix6" }, families: "ip6", tables: ["mangle"], needsAll: ["src-pfx", "dst-pfx"] },
  DSCP: { options: { "set-dscp": "dscp", "set-dscp-class": "dscp-class" }, tables: ["mangle"], needs: ["set-dscp", "set-dscp-class"], oneOf: ["set-dscp", "set-dscp-class"] },
  ECN: {
    options: { "ecn-tcp-remove": "", "ecn-tcp-cwr": "text", "ecn-tcp-ece": "text", "ecn-ip-ect": "text" },
    families: "ip",
    tables: ["mangle"],
    needs: ["ecn-tcp-remove", "ecn-tcp-cwr", "ecn-tcp-ece", "ecn-ip-ect"],
  },
  HL: { options: { "hl-set": "uint8", "hl-dec": "uint8-positive", "hl-inc": "uint8-positive" }, families: "ip6", tables: ["mangle"], needs: ["hl-set", "hl-dec", "hl-inc"], oneOf: ["hl-set", "hl-dec", "hl-inc"] },
  HMARK: {
    options: {
      "hmark-tuple": "text",
      "hmark-mod": "uint32-positive",
      "hmark-offset": "uint32",
      "hmark-src-prefix": "prefix",
      "hmark-dst-prefix": "prefix",
      "hmark-sport-mask": "uint32",
      "hmark-dport-mask": "uint32",
      "hmark-spi-mask": "uint32",
      "hmark-sport": "uint32",
      "hmark-dport": "uint32",
      "hmark-spi": "uint32",
      "hmark-proto-mask": "uint32",
      "hmark-rnd": "uint32",
    },
    needs: ["hmark-mod"],
    excludes: [["hmark-spi-mask", "hmark-sport-mask"], ["hmark-spi-mask", "hmark-dport-mask"], ["hmark-spi", "hmark-sport"], ["hmark-spi", "hmark-dport"]],
  },
  IDLETIMER: { options: { timeout: "uint32-positive", label: "text", alarm: "", send_nl_msg: "" }, needsAll: ["timeout", "label"] },
  LED: { options: { "led-trigger-id": "text", "led-delay": "text", "led-always-blink": "" }, needs: ["led-trigger-id"] },
  LOG: {
    options: {
      "log-level": "log-level",
      "log-prefix": "text30",
      "log-tcp-sequence": "",
      "log-tcp-options": "",
      "log-ip-options": "",
      "log-uid": "",
      "log-macdecode": "",
    },
  },
  MARK: {
    options: { "set-xmark": "mark", "set-mark": "mark", "and-mark": "uint32", "or-mark": "uint32", "xor-mark": "uint32" },
    needs: ["set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark"],
    oneOf: ["set-xmark", "set-mark", "and-mark", "or-mark", "xor-mark"],
  },
  MASQUERADE: { options: { "to-ports": "nat-ports", random: "", "random-fully": "" }, tables: ["nat"], onlyIn: ["POSTROUTING"] },
  NETMAP: { options: { to: "one-address" }, tables: ["nat"], needs: ["to"] },
  NFLOG: {
    options: { "nflog-group": "uint16", "nflog-prefix": "text128", "nflog-range": "uint32", "nflog-size": "uint32", "nflog-threshold": "uint16" },
  },
  NFQUEUE: { options: { "queue-num": "uint16", "queue-balance": "queue-range", "queue-bypass": "", "queue-cpu-fanout": "" } },
  NOTRACK: { options: {}, tables: ["raw"] },
  RATEEST: { options: { "rateest-name": "text", "rateest-interval": "text", "rateest-ewmalog": "text" }, needs: ["rateest-name"] },
  REDIRECT: { options: { "to-ports": "nat-ports", random: "" }, tables: ["nat"], onlyIn: ["PREROUTING", "OUTPUT"] },
  REJECT: { options: { "reject-with": "reject-with" }, tables: ["filter"] },
  SECMARK: { options: { selctx: "text" }, tables: ["mangle", "security"], needs: ["selctx"] },
  SET: {
    options: {
      "add-set": "text set-directions",
      "del-set": "text set-directions",
      "map-set": "text set-directions",
      exist: "",
      timeout: "uint32",
      "map-mark": "",
      "map-prio": "",
      "map-queue": "",
    },
    needs: ["add-set", "del-set", "map-set"],
  },
  SNAT: { options: { "to-source": "nat-range", random: "", "random-fully": "", persistent: "" }, tables: ["nat"], onlyIn: ["POSTROUTING", "INPUT"], needs: ["to-source"] },
  SYNPROXY: { options: { wscale: "uint8", mss: "uint16", timestamp: "", "sack-perm": "", ecn: "" }, protocols: [6], onlyIn: ["INPUT", "FORWARD"] },
  TCPMSS: { options: { "set-mss": "uint16", "clamp-mss-to-pmtu": "" }, needs: ["set-mss", "clamp-mss-to-pmtu"], oneOf: ["set-mss", "clamp-mss-to-pmtu"], onlyInWith: { "clamp-mss-to-pmtu": AFTER_ROUTING } },
  TCPOPTSTRIP: { options: { "strip-options": "tcp-options" }, protocols: [6], tables: ["mangle"] },
  TEE: { options: { gateway: "host-address", oif: "interface" }, needs: ["gateway"] },
  TOS: { options: { "set-tos": "tos", "and-tos": "uint8", "or-tos": "uint8", "xor-tos": "uint8" }, tables: ["mangle"], needs: ["set-tos", "and-tos", "or-tos", "xor-tos"] },
  TPROXY: { options: { "on-port": "uint16", "on-ip": "host-address", "tproxy-mark": "mark" }, protocols: [6, 17], tables: ["mangle"], onlyIn: ["PREROUTING"], needs: ["on-port"] },
  TRACE: { options: {} },
  TTL: { options: { "ttl-set": "uint8", "ttl-dec": "uint8-positive", "ttl-inc": "uint8-positive" }, families: "ip", tables: ["mangle"], needs: ["ttl-set", "ttl-dec", "ttl-inc"], oneOf: ["ttl-set", "ttl-dec", "ttl-inc"] },
  ULOG: { options: { "ulog-nlgroup": "uint32", "ulog-prefix": "text31", "ulog-cprange": "uint32", "ulog-qthreshold": "uint32" }, families: "ip" },
};

const BY_NAME: ReadonlyMap<string, Extension> = new Map(Object.entries(TARGETS));

/** The target of that name; undefined where iptables has none. */
export function targetOf(name: string): Extension | undefined {
  return BY_NAME.get(name);
}
