import type { FieldInfo } from "../../src/formats/nftables/fields.ts";
import { fieldInfo } from "../../src/formats/nftables/fields.ts";
import { BITMASKS, typeByName } from "../../src/formats/nftables/datatypes.ts";
import { CLOSED } from "../../src/formats/nftables/symbols.ts";
import type { Field, Values } from "../../src/model/firewall/ruleset.ts";
import { mergeIntervals } from "../../src/model/firewall/values.ts";
import type { CanonicalTable, Part } from "./nftables-canonical.ts";
import { canonicalElements, canonicalRule, showMatch, showTuple, showValues } from "./nftables-canonical.ts";
import type { Json, Tree } from "./nftables-listed-values.ts";
import { UNTYPED, array, isTree, keyOf, listedElement, numberOf, valuesOf } from "./nftables-listed-values.ts";

const L4: Readonly<Record<string, bigint>> = { icmp: 1n, igmp: 2n, tcp: 6n, udp: 17n, dccp: 33n, esp: 50n, ah: 51n, icmpv6: 58n, comp: 108n, sctp: 132n, udplite: 136n };
const L3: Readonly<Record<string, [bigint, bigint]>> = { ip: [2n, 0x0800n], ip6: [10n, 0x86ddn], icmp: [2n, 0x0800n], icmpv6: [10n, 0x86ddn], igmp: [2n, 0x0800n], arp: [0n, 0x0806n], frag: [10n, 0x86ddn], dst: [10n, 0x86ddn], hbh: [10n, 0x86ddn], rt: [10n, 0x86ddn] };

/** The kernel's own listing of a ruleset (`nft -j list ruleset`), in the form that our model is brought to as well. */
export function fromListing(text: string): CanonicalTable[] {
  const { nftables } = JSON.parse(text) as { nftables: Tree[] };
  const tables = new Map<string, CanonicalTable>();
  const of = (object: Tree): CanonicalTable => tables.get(`${object["family"]} ${object["table"] ?? object["name"]}`)!;
  for (const entry of nftables) {
    const [[kind, value]] = Object.entries(entry) as [[string, Tree]];
    if (kind === "table") tables.set(`${value["family"]} ${value["name"]}`, { family: String(value["family"]), name: String(value["name"]), chains: new Map(), sets: new Map() });
    else if (kind === "chain") {
      const base = value["hook"] === undefined ? "" : `${value["type"]} ${value["hook"]} ${value["prio"]} ${value["policy"] ?? "accept"}`;
      of(value).chains.set(String(value["name"]), { base, rules: [] });
    } else if (kind === "set" || kind === "map") of(value).sets.set(String(value["name"]), listedSet(value, kind));
    else if (kind === "rule") of(value).chains.get(String(value["chain"]))!.rules.push(canonicalRule(new Listed(String(value["family"])).statements(value["expr"] as Json[])));
  }
  return [...tables.values()];
}

function listedSet(set: Tree, kind: string): string | undefined {
  const names = array(set["type"]).map(String);
  const infos = names.map((name) => typeByName(name) ?? UNTYPED);
  const data = typeByName(String(set["map"]).split(" . ")[0]!) ?? UNTYPED;
  if (set["elem"] === undefined) return undefined;
  return canonicalElements(kind === "map", array(set["elem"]).map((element) => listedElement(element, infos, data)));
}

/** The statements of one rule, with the matches on protocols that a listing leaves out. */
class Listed {
  readonly #family: string;
  readonly #parts: Part[] = [];

  constructor(family: string) {
    this.#family = family;
  }

  statements(list: readonly Json[]): Part[] {
    for (const statement of list) this.#statement(statement);
    return this.#parts;
  }

  #act(text: string): void {
    this.#parts.push({ text, match: false });
  }

  #match(text: string): void {
    this.#parts.push({ text, match: true });
  }

  #statement(statement: Json): void {
    // Rules in braces are listed as text by this version.
    if (!isTree(statement)) return this.#act(String(statement).replace(/^(jump|goto) \{[^]*$/, "$1 {"));
    const [[kind, value]] = Object.entries(statement) as [[string, Json]];
    const tree = isTree(value) ? value : {};
    // An object that is looked up by its name.
    if (tree["map"] !== undefined) this.#lookup(value);
    switch (kind) {
      case "match":
        return this.#comparison(tree["left"]!, String(tree["op"]), tree["right"]!);
      case "accept":
      case "drop":
      case "return":
      case "continue":
        return this.#act(kind);
      case "jump":
      case "goto":
        return this.#act(`${kind} ${String(tree["target"])}`);
      case "vmap":
        return this.#vmap(tree["key"]!, tree["data"]!);
      case "reject":
        return this.#reject(tree);
      case "limit":
        return this.#act(typeof value === "string" ? "limit rate" : `limit rate${tree["inv"] === true ? " over" : ""}`);
      case "quota":
        return this.#act(typeof value === "string" || tree["map"] !== undefined ? "limit quota" : `limit quota${tree["inv"] === true ? " over" : ""}`);
      case "ct count":
        return this.#act(`limit connections${tree["inv"] === true ? " over" : ""}`);
      case "mangle":
        return this.#mangle(tree["key"]!, tree["value"]!);
      case "dnat":
      case "snat":
      case "masquerade":
      case "redirect":
      case "tproxy":
        return this.#nat(kind, tree);
      case "set":
        this.#depend(tree["elem"]!);
        return this.#act(`${String(tree["op"])} ${String(tree["set"])}`);
      case "meter":
        this.#depend((tree["key"] as Tree)["elem"]!);
        return this.#act(`meter @${String(tree["name"])}`);
      case "synproxy":
        this.#protocol("meta l4proto", 6n);
        this.#match("tcp flags!=0/0x12");
        this.#act("synproxy");
        return this.#act("accept");
      case "fwd":
        this.#act("fwd");
        return this.#act("drop");
      case "queue":
      case "notrack":
        return this.#act(kind);
      case "counter":
      case "log":
      case "last":
      case "dup":
        return this.#act(`(${kind})`);
      case "flow":
        return this.#act(`(flow add ${String(tree["flowtable"])})`);
      default:
        return this.#act(`(${kind} set)`);
    }
  }

  /** What is read, by the model's name for it. */
  #field(expression: Json): { field: Field; info: FieldInfo } {
    const [[kind, value]] = Object.entries(expression as Tree) as [[string, Tree]];
    const known = (field: string, info = fieldInfo(field) ?? UNTYPED): { field: Field; info: FieldInfo } => ({ field, info });
    switch (kind) {
      case "payload": {
        if (value["base"] !== undefined) return known(`@${String(value["base"])},${String(value["offset"])},${String(value["len"])}`);
        const name = `${String(value["protocol"])} ${String(value["field"])}`;
        if (name === "ip protocol" || name === "ip6 nexthdr") return { field: "meta l4proto", info: fieldInfo(name)! };
        return known(name);
      }
      case "meta": {
        const key = String(value["key"]);
        if (key === "protocol" && (this.#family === "inet" || this.#family === "ip" || this.#family === "ip6")) return { field: "meta nfproto", info: fieldInfo("meta protocol")! };
        return known(key === "iif" || key === "oif" ? `meta ${key}name` : `meta ${key}`, fieldInfo(`meta ${key}`) ?? UNTYPED);
      }
      case "ct": {
        const key = String(value["key"]);
        return known(`ct ${value["dir"] === undefined ? "" : `${String(value["dir"])} `}${key}`);
      }
      case "tcp option":
        return known(`tcp option ${String(value["name"])} ${String(value["field"])}`);
      case "fib": {
        const flags = array(value["flags"]).join(" . ");
        return known(`fib ${flags} ${String(value["result"])}`);
      }
      case "socket":
      case "rt":
      case "osf":
        return known(`${kind} ${String(value["key"])}`);
      case "numgen":
        return known(`numgen ${String(value["mode"])} mod ${String(value["mod"])}`);
      default:
        return known(kind);
    }
  }

  /** The matches on protocols that nft made, and that its listing does not show. */
  #depend(expression: Json): void {
    if (Array.isArray(expression)) return expression.forEach((one) => this.#depend(one as Json));
    if (!isTree(expression)) return;
    for (const [kind, value] of Object.entries(expression)) {
      if (kind === "payload" && isTree(value) && value["protocol"] !== undefined) this.#layers(String(value["protocol"]));
      else if (kind === "tcp option") this.#layers("tcp");
      else if (kind === "exthdr" && isTree(value)) this.#layers(String(value["name"]));
      else if (kind === "ct" && isTree(value) && /^ip6? /.test(String(value["key"]))) this.#layers(String(value["key"]).split(" ")[0]!);
      else if (kind === "concat" || kind === "&" || kind === "|" || kind === "^" || kind === ">>" || kind === "<<") this.#depend(value);
      else if (kind === "elem" && isTree(value)) this.#depend(value["val"] ?? null);
      else if (kind === "val") this.#depend(value);
      else if (kind === "map" && isTree(value)) this.#depend(value["key"]!);
    }
  }

  #layers(protocol: string): void {
    const layer3 = L3[protocol];
    const layered = this.#family === "bridge" || this.#family === "netdev";
    if (layer3 && protocol !== this.#family && !(protocol === "icmp" && this.#family === "ip") && !(protocol === "icmpv6" && this.#family === "ip6") && !(this.#family === "ip6" && layer3[0] === 10n) && !(this.#family === "ip" && layer3[0] === 2n)) {
      this.#protocol(layered ? "meta protocol" : "meta nfproto", layered ? layer3[1] : layer3[0]);
    }
    if (L4[protocol] !== undefined) this.#protocol("meta l4proto", L4[protocol]);
  }

  #protocol(field: string, number: bigint): void {
    this.#match(`${field}=${number}`);
  }

  #comparison(left: Json, op: string, right: Json): void {
    this.#depend(left);
    const negated = op === "!=";
    const tree = left as Tree;
    if (tree["concat"] !== undefined) {
      const fields = array(tree["concat"]).map((part) => this.#field(part));
      const names = fields.map(({ field }) => field);
      if (typeof right === "string" && right.startsWith("@")) return this.#match(showTuple(names, negated, right));
      return this.#match(showTuple(names, negated, array(isTree(right) ? right["set"] : right).map((element) => ({ key: keyOf(element, fields.map(({ info }) => info)) }))));
    }
    if (tree["&"] !== undefined) {
      const [inner, mask] = array(tree["&"]) as [Json, Json];
      if (isTree(inner) && (inner["payload"] ?? inner["meta"] ?? inner["ct"]) !== undefined) return this.#masked(inner, mask, right, op);
      return this.#match("calculated");
    }
    if (tree["|"] !== undefined || tree["^"] !== undefined || tree[">>"] !== undefined || tree["<<"] !== undefined) return this.#match("calculated");
    const { field, info } = this.#field(left);
    if (info.type === "time" || info.type === "hour" || info.type === "time_span") return this.#match(showMatch(field, negated, "?"));
    if (typeof right === "string" && right.startsWith("@")) return this.#match(showMatch(field, negated, right));
    if (info.type === "tcp_flag" && op === "in") return this.#match(showMatch(field, true, { kind: "masked", mask: numberOf(right, info), values: [0n] }));
    if (info.type === "tcp_flag" && op === "!") return this.#match(showMatch(field, false, { kind: "masked", mask: numberOf(right, info), values: [0n] }));
    if (BITMASKS.has(info.type) && op === "!") return this.#match(showMatch(field, true, valuesOf(right, info)));
    if (["<", ">", "<=", ">="].includes(op)) {
      const number = numberOf(right, info);
      const most = info.bits === 0 ? number * 2n + (1n << 128n) : (1n << BigInt(info.bits)) - 1n;
      const span: [bigint, bigint] = op === "<" ? [0n, number - 1n] : op === "<=" ? [0n, number] : op === ">" ? [number + 1n, most] : [number, most];
      return this.#match(showMatch(field, false, mergeIntervals([span])));
    }
    let values = valuesOf(right, info);
    if (field === "meta nfproto" && info.type === "ether_type") values = families(values);
    this.#match(showMatch(field, negated, values));
  }

  #masked(inner: Json, mask: Json, right: Json, op: string): void {
    const { field, info } = this.#field(inner);
    if (info.type === "ct_state" || info.type === "ct_status") {
      const set = [...(CLOSED.get(info.type) ?? [])].filter(([, bit]) => (numberOf(mask, info) & bit) !== 0n).map(([name]) => name);
      return this.#match(showMatch(field, (op === "!=") !== (numberOf(right, info) === 0n), { kind: "names", names: set }));
    }
    if (info.type === "ifname") return this.#match(`${field}=?`);
    if (["<", ">", "<=", ">="].includes(op)) {
      const [bits, bound] = [numberOf(mask, info), numberOf(right, info)];
      const all = Array.from({ length: Number(bits) + 1 }, (_, i) => BigInt(i)).filter((part) => (part & bits) === part);
      const values = all.filter((part) => (op === "<" ? part < bound : op === "<=" ? part <= bound : op === ">" ? part > bound : part >= bound));
      return this.#match(showMatch(field, false, { kind: "masked", mask: bits, values }));
    }
    const values = isTree(right) && right["set"] !== undefined ? array(right["set"]).map((one) => numberOf(one, info)) : [numberOf(right, info)];
    this.#match(showMatch(field, op === "!=", { kind: "masked", mask: numberOf(mask, info), values }));
  }

  #vmap(key: Json, data: Json): void {
    this.#depend(key);
    const parts = (isTree(key) && key["concat"] !== undefined ? array(key["concat"]) : [key]).map((part) => this.#field(part));
    const infos = parts.map(({ info }) => info);
    const names = parts.map(({ field }) => field).join(", ");
    if (typeof data === "string") return this.#act(`vmap (${names}) ${data}`);
    const elements = array((data as Tree)["set"]).map((element) => listedElement(element, infos, UNTYPED));
    const converted = parts[0]!.field === "meta nfproto" && infos[0]!.type === "ether_type" ? elements.map((element) => ({ ...element, key: [families(element.key[0]!)] })) : elements;
    this.#act(`vmap (${names}) ${canonicalElements(true, converted)}`);
  }

  #reject(tree: Tree): void {
    const type = tree["type"] === undefined ? undefined : String(tree["type"]);
    if (type === "tcp reset") this.#protocol("meta l4proto", 6n);
    else if ((type === "icmp" || type === "icmpv6") && !(this.#family === "ip" && type === "icmp") && !(this.#family === "ip6" && type === "icmpv6")) this.#layersOfAnswer(type);
    this.#act(`reject`);
  }

  #layersOfAnswer(type: string): void {
    const layered = this.#family === "bridge" || this.#family === "netdev";
    this.#protocol(layered ? "meta protocol" : "meta nfproto", L3[type]![layered ? 1 : 0]);
  }

  #lookup(value: Json | undefined): boolean {
    if (!isTree(value) || !isTree(value["map"])) return false;
    const { key, data } = value["map"];
    const calculated = /numgen|jhash|symhash/.test(JSON.stringify(key));
    this.#depend(key!);
    if (calculated) return true;
    if (typeof data === "string") this.#match(`lookup ${data}`);
    else this.#comparison(key!, "==", { set: array((data as Tree)["set"]).map((pair) => array(pair)[0]!) });
    return true;
  }

  #nat(kind: string, tree: Tree): void {
    const { addr, port } = tree;
    const mapped = this.#lookup(addr) || this.#lookup(port);
    if (this.#family === "inet" && tree["family"] !== undefined && addr !== undefined) this.#protocol("meta nfproto", L3[String(tree["family"])]![0]);
    const several = mapped || isTree(addr) || isTree(port) || Array.isArray(addr);
    if (several) return this.#act(`${kind} ?`);
    const address = addr === undefined ? "" : showValues(valuesOf(addr, { type: "address", bits: 128 }));
    this.#act(`${kind}${addr === undefined && port === undefined ? "" : ` ${address}${port === undefined ? "" : `:${String(port)}`}`}`);
  }

  #mangle(key: Json, value: Json): void {
    this.#depend(key);
    const { field, info } = this.#field(key);
    if (this.#lookup(value)) return this.#act(`${field} := ?`);
    if (/^(meta (nftrace|secmark|broute)|ct (helper|timeout|expectation|event|secmark))$/.test(field)) return this.#act(`(${field} set)`);
    if (field === "tcp option maxseg size") return this.#act(`mss ${isTree(value) ? "path" : String(value)}`);
    const all = (1n << BigInt(info.bits || 1)) - 1n;
    const bits = (written: Json): { from: string; and: bigint; xor: bigint } | undefined => {
      if (!isTree(written)) return { from: field, and: 0n, xor: numberOf(written, info) };
      const [[operator, operands]] = Object.entries(written) as [[string, Json]];
      if (!["&", "|", "^"].includes(operator)) return /numgen|hash|<<|>>/.test(operator) ? undefined : { from: this.#field(written).field, and: all, xor: 0n };
      const [left, right] = array(operands) as [Json, Json];
      const old = bits(left);
      if (old === undefined || isTree(right)) return undefined;
      const number = numberOf(right, info);
      if (operator === "&") return { ...old, and: old.and & number, xor: old.xor & number };
      if (operator === "|") return { ...old, and: old.and & ~number & all, xor: (old.xor & ~number & all) | number };
      return { ...old, xor: old.xor ^ number };
    };
    const found = bits(value);
    this.#act(found === undefined ? `${field} := ?` : `${field} := ${found.and === 0n ? "" : found.from} & ${found.and} ^ ${found.xor}`);
  }
}

function families(values: Values): Values {
  if (!("kind" in values) || values.kind !== "intervals") return values;
  return mergeIntervals(values.intervals.flatMap(([first]): [bigint, bigint][] => (first === 0x0800n ? [[2n, 2n]] : first === 0x86ddn ? [[10n, 10n]] : [])));
}
