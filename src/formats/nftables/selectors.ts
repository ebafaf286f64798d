import { HOLE } from "../template/jinja.ts";
import type { Cursor } from "./cursor.ts";
import { BARE_META, CONNTRACK, DIRECTED_CONNTRACK, EXTENSIONS, HEADERS, IP_OPTIONS, META, SCTP_CHUNKS, SCTP_CHUNK_FIELDS, TCP_OPTIONS, TUNNELS } from "./fields.ts";
import type { Expression } from "./tree.ts";

const LEADING = new Set([...HEADERS.keys(), ...TUNNELS, ...BARE_META, "meta", "ct", "fib", "socket", "osf", "ipsec", "numgen", "jhash", "symhash", "exthdr", "tunnel", "@"]);
const NUMBER = /^(?:[0-9]+|0x[0-9a-f]+)$/i;

/** True where what reads a packet field may begin. */
export function startsSelector(c: Cursor): boolean {
  if (c.token.kind === "quoted" || !LEADING.has(c.token.text)) return false;
  return c.token.text !== "@" || (c.isAhead(2, ",") && !c.isAhead(1, "{"));
}

/** True where a selector stands that cannot be a mere value: its second word is one of its fields. */
export function isSelector(c: Cursor): boolean {
  if (!startsSelector(c)) return false;
  const { text } = c.token;
  const second = c.peek().text;
  const fields = HEADERS.get(text);
  if (fields === undefined) return true;
  return fields.has(second) || (second === "option" && (text === "tcp" || text === "ip" || text === "dccp")) || (text === "sctp" && second === "chunk") || (text === "rt" && /^(classid|nexthop|mtu|ipsec|ip6?)$/.test(second));
}

/** Parses what reads a packet field; call it where `startsSelector`. `operand` reads what jhash works on. */
export function parseSelector(c: Cursor, operand: (c: Cursor) => Expression): Expression {
  const { start } = c.token;
  const first = c.next().text;
  if (first === "jhash") {
    const argument = operand(c);
    return { kind: "field", field: `jhash ${modulo(c)}`, argument, range: c.range(start) };
  }
  const field = fieldName(c, first);
  return { kind: "field", field, argument: undefined, range: c.range(start) };
}

function fieldName(c: Cursor, first: string): string {
  switch (first) {
    case "meta":
      return named("meta", metaKey(oneOf(c, META, "a key of meta")));
    case "ct":
      return conntrack(c);
    case "fib":
      return fib(c);
    case "socket": {
      const key = oneOf(c, SOCKET, "transparent, mark, wildcard or cgroupv2");
      return key === "cgroupv2" && c.take("level") ? `socket cgroupv2 level ${c.next().text}` : `socket ${key}`;
    }
    case "osf": {
      if (c.take("ttl")) oneOf(c, TTL, "loose or skip");
      return `osf ${oneOf(c, OSF, "name or version")}`;
    }
    case "ipsec": {
      if (!c.is("in") && !c.is("out")) return "meta ipsec";
      const direction = c.next().text;
      if (c.take("spnum")) number(c);
      const key = oneOf(c, IPSEC, "reqid, spi, ip or ip6");
      return `ipsec ${direction} ${key}${key.startsWith("ip") ? ` ${oneOf(c, ADDRESSES, "saddr or daddr")}` : ""}`;
    }
    case "numgen": {
      const how = oneOf(c, NUMGEN, "inc or random");
      return `numgen ${how} ${modulo(c)}`;
    }
    case "symhash":
      return `symhash ${modulo(c)}`;
    case "tunnel":
      return `tunnel ${oneOf(c, TUNNEL, "id or path")}`;
    case "exthdr":
      return `exthdr ${oneOf(c, EXTENSIONS, "an extension header")}`;
    case "@":
      return raw(c);
  }
  return BARE_META.has(first) ? named("meta", metaKey(first)) : header(c, first);
}

const SOCKET = new Set(["transparent", "mark", "wildcard", "cgroupv2"]);
const TTL = new Set(["loose", "skip"]);
const OSF = new Set(["name", "version"]);
const IPSEC = new Set(["reqid", "spi", "ip", "ip6"]);
const ADDRESSES = new Set(["saddr", "daddr"]);
const NUMGEN = new Set(["inc", "random"]);
const TUNNEL = new Set(["id", "path"]);
const NEXTHOP = new Set(["nexthop"]);
const ARP_ADDRESS = new Set(["ip", "ether"]);

/** Takes one of the words that may stand here; "" with a complaint where another one does. */
function oneOf(c: Cursor, known: { has(name: string): boolean }, what: string): string {
  const { kind, text } = c.token;
  if (kind === "word" && (known.has(text) || text.includes(HOLE))) return c.next().text;
  c.expected(what);
  return "";
}

const names = new Map<string, Map<string, string>>();

/** The name of a field of two words, the same string each time: rules ask for few fields, and many rules for the same. */
function named(first: string, second: string): string {
  let seconds = names.get(first);
  if (seconds === undefined) names.set(first, (seconds = new Map()));
  let name = seconds.get(second);
  if (name === undefined) {
    name = `${first} ${second}`;
    // What a template writes is without end.
    if (!second.includes(HOLE)) seconds.set(second, name);
  }
  return name;
}

/** Older names of keys. */
const META_ALIASES = new Map([
  ["ibridgename", "ibrname"], ["obridgename", "obrname"], ["ibriport", "ibrname"], ["obriport", "obrname"],
  ["bri_iifname", "ibrname"], ["bri_oifname", "obrname"], ["secpath", "ipsec"],
]);

function metaKey(key: string): string {
  return META_ALIASES.get(key) ?? key;
}

function conntrack(c: Cursor): string {
  const direction = c.is("original") || c.is("reply") ? c.next().text : undefined;
  if (direction === undefined) return named("ct", oneOf(c, CONNTRACK, "a key of ct"));
  if (c.is("ip") || c.is("ip6")) {
    const family = c.next().text;
    return `ct ${direction} ${family} ${oneOf(c, ADDRESSES, "saddr or daddr")}`;
  }
  return `ct ${direction} ${oneOf(c, DIRECTED_CONNTRACK, `a key of ct ${direction}`)}`;
}

function fib(c: Cursor): string {
  const flags = ["saddr", "daddr", "mark", "iif", "oif"];
  const parts: string[] = [];
  const { start } = c.token;
  do {
    if (!flags.includes(c.token.text)) {
      c.expected("saddr, daddr, mark, iif or oif");
      break;
    }
    parts.push(c.next().text);
  } while (c.take("."));
  const wrong = parts.includes("saddr") === parts.includes("daddr") ? "either saddr or daddr" : parts.includes("iif") && parts.includes("oif") ? "iif or oif, not both" : undefined;
  if (wrong !== undefined) c.note(c.range(start), `fib looks up ${wrong}: nft loads nothing of this file.`);
  const results = ["oif", "oifname", "type", "check"];
  if (results.includes(c.token.text)) return `fib ${parts.join(" . ")} ${c.next().text}`;
  c.expected("oif, oifname or type");
  return `fib ${parts.join(" . ")}`;
}

function raw(c: Cursor): string {
  const base = c.next().text;
  c.take(",");
  const offset = number(c);
  c.expect(",");
  const length = number(c);
  if (length === 0) c.note({ start: c.lastEnd - 1, end: c.lastEnd }, "There is nothing in 0 bits to compare with: nft loads nothing of this file.");
  if (base === "th" && length === 16 && (offset === 0 || offset === 16)) return offset === 0 ? "th sport" : "th dport";
  return `@${base},${offset},${length}`;
}

function number(c: Cursor): number {
  if (NUMBER.test(c.token.text)) return Number(c.next().text);
  if (c.take("$")) return c.next(), NaN;
  c.expected("a number");
  return NaN;
}

function modulo(c: Cursor): string {
  if (!c.expect("mod")) return "";
  let text = `mod ${number(c)}`;
  if (c.take("seed")) text += ` seed ${number(c)}`;
  if (c.take("offset")) text += ` offset ${number(c)}`;
  return text;
}

const NO_FIELDS: ReadonlyMap<string, never> = new Map<string, never>();

function header(c: Cursor, first: string): string {
  if (c.is("option") && (first === "tcp" || first === "ip" || first === "dccp")) {
    c.next();
    return option(c, first);
  }
  if (first === "sctp" && c.take("chunk")) {
    const chunk = oneOf(c, SCTP_CHUNKS, "an SCTP chunk");
    return `sctp chunk ${chunk}${SCTP_CHUNK_FIELDS.has(c.token.text) ? ` ${c.next().text}` : ""}`;
  }
  if (first === "rt" && /^(classid|nexthop|mtu|ipsec)$/.test(c.token.text)) return `rt ${c.next().text}`;
  if (first === "rt" && (c.is("ip") || c.is("ip6"))) {
    const family = c.next().text;
    return `rt ${family} ${oneOf(c, NEXTHOP, "nexthop")}`;
  }
  if (TUNNELS.has(first) && HEADERS.has(c.token.text) && !HEADERS.get(first)?.has(c.token.text)) {
    const inner = c.next().text;
    return `${first} ${inner} ${oneOf(c, HEADERS.get(inner)!, `a field of ${inner}`)}`;
  }
  const fields = HEADERS.get(first) ?? NO_FIELDS;
  if (first === "arp" && (c.is("saddr") || c.is("daddr"))) return `arp ${c.next().text} ${oneOf(c, ARP_ADDRESS, "ip or ether")}`;
  const { token } = c;
  const name = token.kind === "word" && fields.has(token.text) ? c.next().text : oneOf(c, fields, `a field of ${first}`);
  if ((name === "sid" || name === "addr") && c.take("[")) {
    const index = number(c);
    c.expect("]");
    return `${first} ${name}[${index}]`;
  }
  return named(first, name === "cfi" ? "dei" : name);
}

function option(c: Cursor, protocol: string): string {
  if (c.take("@")) {
    const code = number(c);
    c.expect(",");
    const offset = number(c);
    c.expect(",");
    return `${protocol} option @${code},${offset},${number(c)}`;
  }
  if (NUMBER.test(c.token.text)) {
    if (Number(c.token.text) > 255) c.error(c.token, `${c.token.text} is no option: they go up to 255. nft loads nothing of this file.`);
    return `${protocol} option ${c.next().text}`;
  }
  if (protocol !== "tcp") {
    const name = oneOf(c, IP_OPTIONS, "an IP option");
    return `${protocol} option ${name}${/^(type|length|value|ptr|addr)$/.test(c.token.text) ? ` ${c.next().text}` : ""}`;
  }
  const name = oneOf(c, TCP_OPTIONS, "a TCP option");
  const fields = TCP_OPTIONS.get(name) ?? [];
  if (c.is("kind") || c.is("length") || fields.includes(c.token.text)) return `tcp option ${name === "mss" ? "maxseg" : name} ${c.next().text}`;
  if (HEADERS.get("tcp")!.has(c.token.text) && c.token.kind === "word") c.expected(`a field of the option ${name}`);
  // Old versions took a number here, which chose a block of the option.
  if (name === "sack" && /^[0-3]$/.test(c.token.text) && fields.includes(c.peek().text)) return `tcp option sack${c.next().text} ${c.next().text}`;
  return `tcp option ${name === "mss" ? "maxseg" : name}`;
}
