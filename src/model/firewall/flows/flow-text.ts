import type { Packet, Statement, Values } from "../ruleset.ts";
import { matchWords } from "../words/matches.ts";
import type { FlowMatch } from "./match.ts";
import { gaps } from "./match.ts";
import type { Product, Spans } from "./products.ts";
import type { Block } from "./space.ts";
import { STATES, WITH_PORTS } from "./space.ts";

const NOWHERE = { start: 0, end: 0 };
/** What is said apart from the rest, or not at all. */
const APART = /^(meta [io]ifname|ct state|tcp flags)$/;
const MOST_FLAGS = 3;
const MOST_NAMES = 8;

/** The packets in plain English, interfaces first: “lan0 -> wan0: TCP to port 22 from 192.0.2.0/24, new connections”. */
export function flowWords(product: Product, match: FlowMatch, family: "ip" | "ip6", way: Packet["hook"]): string {
  const statements = [...product.values].flatMap(([block, spans]) => (APART.test(block.field) || isUsualMark(block, spans) ? [] : [statementOf(block, spans, product, family)]));
  let words = matchWords(statements.filter(({ range }) => range === NOWHERE), undefined);
  if (match["proto"] && hasPortsOnly(product)) words = words.replace(/^(Everything\b)?\s*/, "Every protocol with ports ").trim();
  return [journey(match, way) + words, flagWords(match["flags"]), stateWords(match["ct"])].filter((part) => part !== "").join(", ");
}

/** Most packets have no mark; only others are worth a word. */
function isUsualMark({ field }: Block, spans: Spans): boolean {
  return field === "meta mark" && spans.length === 1 && spans[0]![0] === 0n && spans[0]![1] === 0n;
}

/** True of all protocols that have ports, together. */
function hasPortsOnly({ values }: Product): boolean {
  for (const [{ field }, spans] of values) {
    if (field !== "meta l4proto") continue;
    return spans.reduce((sum, [first, last]) => sum + last - first + 1n, 0n) === BigInt(WITH_PORTS.length) && WITH_PORTS.every((one) => spans.some(([first, last]) => first <= one && one <= last));
  }
  return false;
}

/** What a set of packets asks of one field, as a match without a place; negated where what is left out says more. */
export function statementOf(block: Block, spans: Spans, product: Product, family: "ip" | "ip6"): Statement & { kind: "match" } {
  const field = family === "ip6" ? block.field.replace(/^icmp /, "icmpv6 ") : block.field;
  const made = (negated: boolean, values: Values): Statement & { kind: "match" } => ({ kind: "match", field, negated, values, range: NOWHERE });
  const cube = product.masked.get(block);
  if (cube) return made(false, { kind: "masked", mask: cube.mask, values: [cube.value] });
  if (block.classes) {
    const { classes } = block;
    const has = (i: number): boolean => spans.some(([first, last]) => first <= BigInt(i) && BigInt(i) <= last);
    const others = has(classes.length - 1);
    return made(others, { kind: "names", names: classes.slice(0, -1).flatMap(({ name, kind }, i) => (has(i) === others ? [] : [kind === "prefix" ? `${name}*` : name])) });
  }
  // All protocols that have ports have one name.
  if (block.field === "meta l4proto" && hasPortsOnly(product)) return { ...made(false, { kind: "intervals", intervals: spans }), range: { start: 1, end: 1 } };
  const top = (1n << BigInt(block.bits)) - 1n;
  const others = gaps(spans, top);
  const size = spans.reduce((sum, [first, last]) => sum + last - first + 1n, 0n);
  const negated = size * 2n > top && others.length <= spans.length;
  return made(negated, { kind: "intervals", intervals: negated ? others : spans });
}

/** “lan0 -> wan0: ”; nothing where any interface will do, and of what others send nothing about the loopback. */
function journey(match: FlowMatch, way: Packet["hook"]): string {
  const said = (names: readonly string[] | undefined): string | undefined => {
    if (names === undefined || names.join() === "!lo") return undefined;
    const shown = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES - 1), `${names.length - MOST_NAMES + 1} more`] : names;
    const [named, but] = [shown.filter((name) => !name.startsWith("!")), shown.filter((name) => name.startsWith("!"))];
    const excepted = but.length > 0 ? `but ${but.map((name) => name.slice(1)).join(", ")}` : "";
    return [named.join(", ") || "any", excepted].filter((part) => part !== "").join(" ");
  };
  const [from, to] = [said(match["iif"]), said(match["oif"])];
  if (way === "input") return from === undefined ? "" : `${from}: `;
  if (way === "output") return to === undefined ? "" : `-> ${to}: `;
  return from === undefined && to === undefined ? "" : `${from ?? "any"} -> ${to ?? "any"}: `;
}

function flagWords(flags: readonly string[] | undefined): string {
  if (flags === undefined) return "";
  if (flags.length === 1 && flags[0] === "syn/fin,syn,rst,ack") return "opening a connection (SYN)";
  return flags.length > MOST_FLAGS ? "with certain flags" : `with flags ${flags.join(" or ")}`;
}

/** Of packets that open connections it is not said that what is invalid or exempt from tracking goes with them; `match` has it. */
function stateWords(states: readonly string[] | undefined): string {
  if (states === undefined) return "";
  const has = new Set(states);
  if (has.has("new") && has.has("established") && has.has("related")) return "";
  if (has.has("new")) return `new${has.has("established") ? " and established" : ""}${has.has("related") ? " and related" : ""} connections`;
  const connections = STATES.filter((state) => has.has(state) && (state === "established" || state === "related"));
  const packets = STATES.filter((state) => has.has(state) && (state === "invalid" || state === "untracked"));
  return [...(connections.length > 0 ? [`${connections.join(" and ")} connections`] : []), ...(packets.length > 0 ? [`${packets.join(" and ")} packets`] : [])].join(" and ");
}
