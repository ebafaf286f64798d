import { isUnknown } from "../../../src/engine/unknown.ts";
import type { Chain, Family, FirewallRule, Ruleset, Statement, Table, Values } from "../../../src/model/firewall/ruleset.ts";

/** Protocols that a field belongs to, so that a match on the field asks for the protocol too. */
const PROTOCOL: Readonly<Record<string, bigint>> = { tcp: 6n, udp: 17n, udplite: 136n, sctp: 132n, dccp: 33n, icmp: 1n, icmpv6: 58n, ah: 51n, esp: 50n, comp: 108n, mh: 135n };

/** Extension headers of IPv6: any value of one of their fields means that the header is there. */
const EXTENSIONS = new Set(["ah", "esp", "mh", "rt", "hbh", "dst", "frag"]);

/** A ruleset's meaning as text, equal for rules that mean the same however they are written: by chain, one line a rule, with ` | ` between its alternatives. */
export function normal(ruleset: Ruleset, known: (table: Table) => boolean = () => true): Map<string, string[]> {
  const chains = new Map<string, string[]>();
  for (const table of ruleset.tables) {
    if (!known(table)) continue;
    for (const chain of table.chains) {
      const lines = normalChain(chain, table.family);
      if (lines.length > 0) chains.set(`${table.family} ${table.name} ${chain.name}`, lines);
    }
  }
  return chains;
}

/** The lines of one chain; none for a chain that lets everything go on. */
function normalChain(chain: Chain, family: Family): string[] {
  const written = new Map<string, string[]>();
  for (const rule of chain.rules) {
    // Alternatives of one rule stand at one place.
    const place = `${rule.range.start} ${rule.range.end}`;
    written.set(place, [...(written.get(place) ?? []), ...normalRule(rule, family)]);
  }
  const rules = [...written.values()].map((lines) => merged(lines).join(" | "));
  const head = chain.hook === undefined ? [] : [`${chain.hook} ${text(chain.priority)} ${chain.type} ${text(chain.policy ?? "accept")}`];
  return rules.length === 0 && (chain.hook === undefined || chain.policy === undefined || chain.policy === "accept") ? [] : [...head, ...rules];
}

/** One rule; several where it allows alternatives. */
export function normalRule(rule: FirewallRule, family: Family): string[] {
  const conditional = rule.conditional ? "maybe: " : "";
  return alternatives(rule.statements).map((statements) => conditional + normalStatements(statements, family));
}

/** Joins alternatives that differ in the numbers of one field only. */
function merged(lines: string[]): string[] {
  if (lines.length < 2 || lines.length > 40) return lines;
  const found: string[][] = [];
  for (const line of lines) {
    const parts = line.split("; ");
    const like = found.find((other) => other.length === parts.length && numbersOf(parts, other) !== undefined);
    const at = like && numbersOf(parts, like);
    if (like && at !== undefined) like[at] = `${fieldOf(like[at]!)} ${joined(`${valueOf(like[at]!)},${valueOf(parts[at]!)}`)}`;
    else found.push(parts);
  }
  return found.map((parts) => parts.join("; ")).sort();
}

/** The one part in which two lines differ, where it is a field with other numbers. */
function numbersOf(a: readonly string[], b: readonly string[]): number | undefined {
  const different = a.flatMap((part, i) => (part === b[i] ? [] : [i]));
  const [at] = different;
  if (at === undefined || different.length > 1) return undefined;
  return fieldOf(a[at]!) === fieldOf(b[at]!) && /^[\d,-]+$/.test(valueOf(a[at]!)) && /^[\d,-]+$/.test(valueOf(b[at]!)) ? at : undefined;
}

function fieldOf(part: string): string {
  return part.slice(0, part.lastIndexOf(" "));
}

function valueOf(part: string): string {
  return part.slice(part.lastIndexOf(" ") + 1);
}

function joined(list: string): string {
  const spans = list.split(",").map((one) => one.split("-").map(Number)).map(([from, to]): [number, number] => [from!, to ?? from!]).sort((x, y) => x[0] - y[0]);
  const found: [number, number][] = [];
  for (const [from, to] of spans) {
    const last = found.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(",");
}

/** Tuples of several keys become a rule each, as a list of ports of either side does. */
function alternatives(statements: readonly Statement[]): Statement[][] {
  let lists: Statement[][] = [[]];
  for (const statement of statements) {
    if (statement.kind !== "match-tuple" || statement.negated || isUnknown(statement.elements) || statement.elements.length > 16) {
      for (const list of lists) list.push(statement);
      continue;
    }
    const { fields, range, elements } = statement;
    const each = elements.map(({ key }) => key.map((values, i): Statement => ({ kind: "match", field: fields[i]!, negated: false, values, range })));
    lists = lists.flatMap((list) => [...each].reverse().map((matches) => [...list, ...matches]));
  }
  return lists;
}

function normalStatements(statements: readonly Statement[], family: Family): string {
  const parts: string[] = [];
  let group = new Set<string>();
  let implied = new Set<bigint>();
  const flush = (): void => {
    for (const protocol of implied) group.delete(`meta l4proto ${protocol}`);
    for (const protocol of implied) if (![...group].some((one) => PROTOCOL[one.replace("exthdr ", "").split(" ")[0]!] === protocol)) group.add(`meta l4proto ${protocol}`);
    // A match behind a limit is not tried where the limit is exceeded, but that changes no verdict.
    parts.push(...[...group].sort());
    group = new Set();
    implied = new Set();
  };
  for (const statement of statements) {
    if (statement.kind === "match") {
      const { field } = statement;
      const protocol = !field.includes(" ") ? undefined : PROTOCOL[field.split(" ")[0]!];
      if (protocol !== undefined) implied.add(protocol);
      if (field === "meta nfproto" && family !== "inet") continue;
      const line = matchLine(statement);
      const header = field.split(" ")[0]!;
      if (line !== undefined) group.add(line);
      else if (family === "ip6" && EXTENSIONS.has(header)) group.add(`exthdr ${header} 1`);
    } else if (statement.kind !== "other") {
      const line = otherLine(statement, family);
      if (statement.kind === "limit") group.add(line);
      else {
        flush();
        parts.push(line);
      }
    }
  }
  flush();
  return parts.join("; ");
}

/** A match in one form; undefined where it asks nothing. */
function matchLine({ field, negated, values }: Statement & { kind: "match" }): string | undefined {
  // Which interface has which number is known to the host only.
  if (isUnknown(values) || /^fib .* oif$/.test(field)) return `${field} ${/^fib/.test(field) && negated ? "!" : ""}?`;
  if (values.kind === "masked") {
    const { mask } = values;
    const [only] = values.values;
    const all = widest(field);
    if (mask === all) return matchLine({ kind: "match", field, negated, values: { kind: "intervals", intervals: values.values.map((value) => [value, value]) }, range: { start: 0, end: 0 } });
    // One bit is set, or it is not.
    if ((mask & (mask - 1n)) === 0n && values.values.length === 1) return `${field} & ${mask} ${(only !== 0n) === negated ? 0 : mask}`;
    return `${field} & ${mask} ${negated ? "!" : ""}${[...values.values].sort().join(",")}`;
  }
  if (values.kind === "names") return `${field} ${negated ? "!" : ""}${[...new Set(values.names)].sort().join(",")}`;
  const [first, second] = values.intervals;
  if (first && !second && first[0] === 0n && first[1] === widest(field) && !negated) return undefined;
  const all = /^ct .*(packets|bytes|avgpkt)$/.test(field) ? (1n << 64n) - 1n : undefined;
  if (negated && all !== undefined && first && !second) return first[1] === all ? `${field} 0-${first[0] - 1n}` : `${field} ${first[1] + 1n}-${all}`;
  return `${field} ${negated ? "!" : ""}${values.intervals.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(",")}`;
}

function widest(field: string): bigint {
  if (/ (saddr|daddr)$/.test(field)) return field.startsWith("ip6") ? (1n << 128n) - 1n : 0xffff_ffffn;
  if (/ (sport|dport|cpi)$/.test(field)) return 0xffffn;
  if (/ (spi|id|mark|seg-left)$/.test(field)) return 0xffff_ffffn;
  if (field === "tcp flags") return 0xffn;
  return / type$/.test(field) ? 255n : -1n;
}

function otherLine(statement: Exclude<Statement, { kind: "match" }>, family: Family): string {
  switch (statement.kind) {
    case "limit": {
      const rate = /(\d+)\s*[a-z]*\s*(?:\/\s*([smhd]))?/.exec(statement.text.replace(/^limit rate (over )?|^ct count (over )?|^quota (over )?/, ""));
      return `limit ${statement.what}${statement.over ? " over" : ""} ${rate?.[1] ?? ""}${statement.what === "rate" ? `/${rate?.[2] ?? "s"}` : ""}`;
    }
    case "verdict":
      return verdictLine(statement.verdict, family);
    case "nat":
      return `${statement.nat} ${statement.to === undefined ? "" : isUnknown(statement.to) ? "?" : `${statement.to.address ?? ""}:${statement.to.port === 0 ? "" : statement.to.port ?? ""}`}`;
    case "assign":
      return `${statement.field} = ${statement.from ?? ""} ${isUnknown(statement.value) ? "?" : `& ${statement.value.and} ^ ${statement.value.xor}`}`;
    case "mss-clamp":
      return `mss ${text(statement.size)}`;
    case "match-tuple":
    case "vmap":
      return `${statement.kind} ${statement.fields.join(" . ")} ${isUnknown(statement.elements) ? "?" : statement.elements.map(({ key }) => key.map(valuesText).join(" . ")).join(", ")}`;
    case "unknown":
      return `unknown: ${statement.reason}`;
    default:
      return statement.kind;
  }
}

function verdictLine(verdict: Extract<Statement, { kind: "verdict" }>["verdict"], family: Family): string {
  if (verdict.kind === "reject") return `reject ${verdict.with ?? (family === "ip6" ? "icmpv6 port-unreachable" : family === "ip" ? "icmp port-unreachable" : "icmpx port-unreachable")}`;
  return verdict.kind === "jump" || verdict.kind === "goto" ? `${verdict.kind} ${text(verdict.target)}` : verdict.kind;
}

function valuesText(values: Values): string {
  if (isUnknown(values)) return "?";
  return values.kind === "intervals" ? values.intervals.map(([from, to]) => `${from}-${to}`).join(",") : values.kind === "names" ? values.names.join(",") : `&${values.mask}=${values.values.join(",")}`;
}

function text(value: unknown): string {
  return isUnknown(value) ? "?" : String(value);
}
