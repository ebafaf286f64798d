import type { Say } from "./check-chains.ts";
import { layersOf } from "./layers.ts";
import type { Expression } from "./tree.ts";

type FieldNode = Extract<Expression, { kind: "field" }>;

/** Transport protocols whose headers nft knows; the others are "unknown" to it, and conflict with all. */
const TRANSPORTS = new Map([
  [1n, "icmp"], [2n, "igmp"], [6n, "tcp"], [17n, "udp"], [33n, "dccp"], [50n, "esp"], [51n, "ah"], [58n, "icmpv6"], [108n, "comp"],
  [132n, "sctp"], [136n, "udplite"],
]);
const ETHER_TYPES = new Map([[0x0800n, "ip"], [0x86ddn, "ip6"], [0x0806n, "arp"], [0x8100n, "vlan"], [0x88a8n, "vlan"]]);
const NF_PROTOS = new Map([[2n, "ip"], [10n, "ip6"]]);
const BRIDGE_FIELDS = new Set(["meta ibrname", "meta obrname", "meta ibrpvid", "meta ibrvproto", "meta ibrhwaddr"]);
const FIXED = new Set(["ip", "ip6", "arp"]);

/** What a rule has said so far about the protocols of a packet, as nft's `struct proto_ctx` holds it. */
export class Protocols {
  readonly family: string;
  network: string | undefined;
  transport: string | undefined;
  /** Whether the rule asks for a transport protocol in any way. */
  told = false;
  #vlan = false;
  #ether = false;
  readonly #layered: boolean;
  readonly #say: Say;

  constructor(family: string, say: Say) {
    this.family = family;
    this.network = FIXED.has(family) ? family : undefined;
    this.#layered = family === "bridge" || family === "netdev";
    this.#say = say;
  }

  /** A field is read; false, with a complaint, where the rule is already about another protocol. */
  read(field: FieldNode): boolean {
    const layers = layersOf(field.field);
    if (layers.optional) return true;
    this.told ||= layers.tells;
    if (field.field === "meta nfproto" && (this.family === "ip" || this.family === "ip6")) {
      this.#say(field, `A table of family ${this.family} sees nothing else, and nft refuses meta nfproto there: it loads nothing of this file. Remove the match.`);
      return false;
    }
    if (BRIDGE_FIELDS.has(field.field) && this.family !== "bridge" && this.family !== "") {
      this.#say(field, `Only a table of family bridge knows the bridge (${field.field}): the kernel refuses the whole file.`);
      return false;
    }
    if (field.field.startsWith("ether ")) this.#ether = true;
    if (field.field.startsWith("vlan ") && this.#ether && !this.#vlan && !this.#layered && this.family !== "") return this.#conflict(field, "Ethernet", "vlan");
    if (field.field.startsWith("vlan ") && this.#layered) {
      if (this.network !== undefined && !this.#vlan) return this.#conflict(field, `Ethernet with ${this.network}`, "vlan");
      this.#vlan = true;
    }
    const { network } = layers;
    if (network !== undefined && this.family !== "") {
      // nft takes ICMP within IPv6, and ICMPv6 within IPv4; it never matches.
      if (this.network !== undefined && this.network !== network && !field.field.startsWith("icmp")) return this.#conflict(field, this.network, network);
      if (network === "arp" && this.family === "inet") return this.#conflict(field, "inet", "arp");
      if (this.network === undefined || !field.field.startsWith("icmp")) this.network = network;
    }
    const name = layers.transport === undefined ? undefined : TRANSPORTS.get(layers.transport);
    if (name === undefined || /^(vxlan|geneve|gre|gretap) /.test(field.field)) return true;
    if (this.family === "arp") return this.#conflict(field, "arp", name);
    if (this.transport !== undefined && this.transport !== name && this.family !== "") return this.#conflict(field, this.transport, name);
    this.transport = name;
    return true;
  }

  /** The rule goes on only for packets whose `field` is one of `values`. */
  equals(field: string, values: readonly bigint[]): void {
    if (values.length === 0) return;
    const last = values.reduce<bigint | undefined>((most, value) => (most === undefined || value > most ? value : most), undefined);
    if (last === undefined) return;
    switch (field) {
      case "meta l4proto":
        // What the rule said first holds.
        this.transport ??= TRANSPORTS.get(last) ?? "another protocol";
        break;
      case "ip protocol":
      case "ip6 nexthdr":
        if (TRANSPORTS.has(last)) this.transport = TRANSPORTS.get(last);
        break;
      case "meta nfproto":
        if (this.family === "inet") this.network = NF_PROTOS.get(last) ?? this.network;
        break;
      case "meta protocol":
        if (this.#layered) this.#ethernet(last);
        break;
      case "vlan type":
        this.network = networkOf(ETHER_TYPES.get(last)) ?? this.network;
        break;
      case "ether type":
        if (this.#layered || this.family === "inet" || ETHER_TYPES.get(last) === "vlan") this.#ethernet(last);
    }
  }

  #ethernet(type: bigint): void {
    const name = ETHER_TYPES.get(type);
    if (name === "vlan") this.#vlan = true;
    else this.network = name ?? this.network;
  }

  #conflict(field: Expression, known: string, wanted: string): false {
    this.#say(field, `This is about ${wanted}, but the packet is ${known} here: nft loads nothing of this file. Use two rules, or a table of another family.`);
    return false;
  }
}

function networkOf(name: string | undefined): string | undefined {
  return name === "vlan" ? undefined : name;
}
