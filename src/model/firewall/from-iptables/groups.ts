import type { Range } from "../../../engine/location.ts";
import { unknown } from "../../../engine/unknown.ts";
import type { Match, Option } from "../../../formats/iptables/tree.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Field, Statement, Values } from "../ruleset.ts";
import { intervals } from "../values.ts";
import { connectionBytes } from "./fields.ts";
import type { Lowered } from "./match.ts";
import { TEMPLATE, addressTypes, clock, weekdays } from "./values.ts";

/** Matches whose options only together say what is asked; undefined for the others. */
export function lowerGroup(match: Match): Lowered | undefined {
  switch (match.module) {
    case "addrtype":
      return [lowerAddressType(match)];
    case "time":
      return [lowerTime(match)];
    case "statistic":
      return [[lowerStatistic(match)]];
    case "connbytes":
      return [[lowerConnectionBytes(match)]];
    case "rpfilter":
      return [[lowerReversePath(match)]];
    case "socket":
      return [lowerSocket(match)];
    default:
      return undefined;
  }
}

function textOf(match: Match, wanted: string): string | undefined {
  return match.options.find(({ name }) => name === wanted)?.values[0]?.text;
}

function has(match: Match, wanted: string): boolean {
  return match.options.some(({ name }) => name === wanted);
}

function asked(field: Field, values: Values, range: Range, negated = false): Statement {
  return { kind: "match", field, negated, values, range };
}

/** `--limit-iface-in` asks whether the address is of that type on the interface that the packet came in by. */
function lowerAddressType(match: Match): Statement[] {
  const part = has(match, "limit-iface-in") ? " . iif" : has(match, "limit-iface-out") ? " . oif" : "";
  return match.options
    .filter(({ name }) => name.endsWith("-type"))
    .map(({ name, values, negated, range }) => asked(`fib ${name === "src-type" ? "saddr" : "daddr"}${part} type`, values[0]?.text.includes(HOLE) ? TEMPLATE : addressTypes(values[0]?.text ?? ""), range, negated));
}

function lowerTime(match: Match): Statement[] {
  const { range, options } = match;
  const found: Statement[] = [];
  if (["datestart", "datestop", "monthdays"].some((name) => has(match, name))) {
    found.push(asked("meta time", unknown("what day it is is not in the text"), range, options.some(({ name, negated }) => name === "monthdays" && negated)));
  }
  const [start, stop] = ["timestart", "timestop"].map((name) => textOf(match, name));
  if (start !== undefined || stop !== undefined) {
    const read = clock(start ?? "00:00") !== undefined && clock(stop ?? "23:59:59") !== undefined;
    found.push(asked("meta hour", unknown(read ? "what time it is is not in the text" : "a template decides the value"), range));
  }
  for (const option of options) {
    if (option.name === "weekdays" || option.name === "days") found.push(asked("meta day", weekdays(option.values[0]?.text ?? "", option.negated) ?? TEMPLATE, option.range));
  }
  return found;
}

function lowerStatistic(match: Match): Statement {
  const { range, options } = match;
  const every = options.find(({ name }) => name === "every");
  const [count, packet] = [textOf(match, "every"), textOf(match, "packet") ?? "0"];
  if (every !== undefined && /^\d+$/.test(count ?? "") && /^\d+$/.test(packet)) return asked(`numgen inc mod ${count}`, intervals(BigInt(packet)), range, every.negated);
  const chance = options.find(({ name }) => name === "probability");
  return asked("meta random", unknown("chance decides"), range, chance?.negated === true);
}

function lowerConnectionBytes(match: Match): Statement {
  const { field, values } = connectionBytes(textOf(match, "connbytes") ?? "", textOf(match, "connbytes-dir") ?? "", textOf(match, "connbytes-mode") ?? "");
  return asked(field, values ?? TEMPLATE, match.range, match.options.some(({ name, negated }) => name === "connbytes" && negated));
}

/** The route back to the source, as nft's fib asks for it: any interface where it is loose. */
function lowerReversePath(match: Match): Statement {
  const field = `fib saddr${has(match, "validmark") ? " . mark" : ""}${has(match, "loose") ? "" : " . iif"} oif`;
  return asked(field, intervals(0n), match.range, !has(match, "invert"));
}

/** A socket that is bound to any address does not count unless `--nowildcard` is given; its mark may become the packet's. */
function lowerSocket(match: Match): Statement[] {
  const { range } = match;
  const found: Statement[] = [];
  if (!has(match, "nowildcard")) found.push(asked("socket wildcard", intervals(0n), range));
  if (has(match, "transparent")) found.push(asked("socket transparent", intervals(1n), range));
  if (found.length === 0) found.push(asked("socket", unknown("whether a socket awaits it is not in the text"), range));
  if (has(match, "restore-skmark")) found.push({ kind: "assign", field: "meta mark", from: "socket mark", value: { and: 0xffff_ffffn, xor: 0n }, range });
  return found;
}

/** SCTP's chunks, as iptables names them, with nft's names. */
const CHUNKS: Readonly<Record<string, string>> = {
  DATA: "data", INIT: "init", INIT_ACK: "init-ack", SACK: "sack", HEARTBEAT: "heartbeat", HEARTBEAT_ACK: "heartbeat-ack", ABORT: "abort", SHUTDOWN: "shutdown", SHUTDOWN_ACK: "shutdown-ack",
  ERROR: "error", COOKIE_ECHO: "cookie-echo", COOKIE_ACK: "cookie-ack", ECN_ECNE: "ecne", ECN_CWR: "cwr", SHUTDOWN_COMPLETE: "shutdown-complete", I_DATA: "i-data", RE_CONFIG: "re-config",
  PAD: "pad", ASCONF: "asconf", ASCONF_ACK: "asconf-ack", FORWARD_TSN: "forward-tsn", I_FORWARD_TSN: "i-forward-tsn",
};
/** Flags of chunks, upper case for set, lower case for not set. */
const CHUNK_FLAGS: Readonly<Record<string, Readonly<Record<string, bigint>>>> = { data: { I: 8n, U: 4n, B: 2n, E: 1n }, "i-data": { I: 8n, U: 4n, B: 2n, E: 1n }, abort: { T: 1n }, "shutdown-complete": { T: 1n } };

/** `--chunk-types all|any|only LIST`: all of them, any of them, or these and no others stand in the packet. */
export function lowerChunks({ values, negated, range }: Option): Lowered {
  const [how, list] = values.map(({ text }) => text);
  const unread: Lowered = [[asked("sctp chunks", unknown("which chunks the packet holds is not in the text"), range, negated)]];
  if (how === undefined || list === undefined || negated || (how + list).includes(HOLE)) return unread;
  const names = list.toUpperCase() === "ALL" ? Object.keys(CHUNKS) : list.split(",").map((one) => one.split(":")[0]!.toUpperCase());
  if (!names.every((name) => Object.hasOwn(CHUNKS, name))) return unread;
  const flags = new Map(list.split(",").map((one) => [one.split(":")[0]!.toUpperCase(), one.split(":")[1]]));
  const present = names.map((name): Statement => {
    const chunk = CHUNKS[name]!;
    const bits = chunkFlags(chunk, flags.get(name));
    return bits === undefined ? asked(`sctp chunk ${chunk}`, intervals(1n), range) : asked(`sctp chunk ${chunk} flags`, bits, range);
  });
  if (how.toLowerCase() === "any") return present.map((one) => [one]);
  if (how.toLowerCase() === "all") return [present];
  return [[...present, ...Object.keys(CHUNKS).filter((name) => !names.includes(name)).map((name) => asked(`sctp chunk ${CHUNKS[name]!}`, intervals(0n), range))]];
}

function chunkFlags(chunk: string, written: string | undefined): Values | undefined {
  const known = CHUNK_FLAGS[chunk];
  if (written === undefined || known === undefined) return undefined;
  let mask = 0n;
  let value = 0n;
  for (const letter of written) {
    const bit = known[letter.toUpperCase()] ?? 0n;
    mask |= bit;
    if (letter === letter.toUpperCase()) value |= bit;
  }
  return { kind: "masked", mask, values: [value] };
}
