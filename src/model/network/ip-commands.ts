import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { ShellCommand, ShellWord } from "../../formats/shell/index.ts";
import { programOf } from "../../formats/shell/index.ts";
import type { CommandReading } from "./command-reading.ts";
import { interfaceAt, numberOf, wordText, writtenWord } from "./command-reading.ts";
import { abbreviates, CommandWords } from "./command-words.ts";
import { readLegacyCommand } from "./legacy-commands.ts";
import { readLink } from "./link-commands.ts";
import type { PolicyRule, Written } from "./network.ts";
import { familyOfRoute, tableName } from "./route.ts";

/**
 * Adds what commands of ip(8) and its forerunners set up. What they take away is left out, and so are commands in other
 * network namespaces.
 */
export function readCommands(commands: readonly ShellCommand[], reading: Omit<CommandReading, "conditional">, conditional: boolean): void {
  for (const command of commands) {
    const program = programOf(command.words);
    if (program === undefined) continue;
    const one = { ...reading, conditional: conditional || command.blocks.some(({ kind }) => kind !== "function") || command.connector === "||" };
    if (program.name === "ip") readIp(new CommandWords(command.words, program.index + 1), one);
    else readLegacyCommand(program.name, new CommandWords(command.words, program.index + 1), one);
  }
}

function readIp(words: CommandWords, reading: CommandReading): void {
  let family: 4 | 6 | undefined;
  while (words.peek()?.startsWith("-") === true) {
    const option = words.take()!.text.replace(/^--/, "-");
    if (option === "-4" || option === "-6") family = option === "-4" ? 4 : 6;
    else if (/^-f(?:a(?:m(?:i(?:l(?:y)?)?)?)?)?$/.test(option)) family = words.take()?.text === "inet6" ? 6 : 4;
    else if (/^-n(?:e(?:t(?:ns?)?)?)?$|^-b(?:a(?:t(?:c(?:h)?)?)?)?$/.test(option)) return;
  }
  const object = words.take()?.text ?? "";
  const verb = words.take()?.text ?? "";
  if (abbreviates(object, "address")) readAddress(verb, words, reading);
  else if (abbreviates(object, "link")) readLink(verb, words, reading);
  else if (abbreviates(object, "rule", 2)) readRule(verb, words, reading);
  else if (abbreviates(object, "route")) readRoute(verb, words, reading, family);
  else if (abbreviates(object, "tunnel") || object === "tunl") readLink(verb, words, reading, family === 6 ? "ip6tnl" : "tunnel");
}

function readAddress(verb: string, words: CommandWords, reading: CommandReading): void {
  if (!/^a(?:dd?)?$|^r(?:ep(?:lace)?)?$|^ch/.test(verb)) return;
  if (words.peek() === "local") words.take();
  const address = words.take();
  let device: ShellWord | undefined;
  while (words.left > 0) if (words.take()!.text === "dev") device = words.take();
  if (address === undefined) return;
  interfaceAt(device, reading)?.addresses.push(reading.source.prefix(address.text, address.range));
}

const ROUTE_TYPES = new Set(["unicast", "local", "broadcast", "multicast", "throw", "unreachable", "prohibit", "blackhole", "nat"]);

function readRoute(verb: string, words: CommandWords, reading: CommandReading, asked: 4 | 6 | undefined): void {
  if (!/^a(?:dd?)?$|^r(?:ep(?:lace)?)?$|^append$|^prepend$|^ch(?:ange)?$/.test(verb)) return;
  const { source, draft, conditional } = reading;
  const type = ROUTE_TYPES.has(words.peek() ?? "") ? words.take()!.text : undefined;
  words.takeIf("to");
  const to = words.take();
  if (to === undefined) return;
  let via: Written<Maybe<string>> | undefined;
  let device: Maybe<string> | undefined;
  let table: Maybe<string> = type === "local" || type === "broadcast" ? "local" : "main";
  let metric: Maybe<number> | undefined;
  let mtu: Written<Maybe<number>> | undefined;
  let onLink = false;
  while (words.left > 0) {
    const word = words.take()!.text;
    // `nexthop` begins the ways of a route of several, which are one route.
    if (word === "via") {
      if (words.peek() === "inet" || words.peek() === "inet6") words.take();
      via ??= writtenWord(words.take(), reading);
    } else if (word === "dev" || word === "oif") device ??= wordText(words.take(), reading);
    else if (word === "table" || word === "vrf") table = wordText(words.take(), reading) ?? table;
    else if (word === "metric" || word === "priority" || word === "preference") metric = numberOf(words.take(), reading)?.value;
    else if (word === "mtu") {
      words.takeIf("lock");
      mtu = numberOf(words.take(), reading);
    } else if (word === "onlink") onLink = true;
  }
  const destination = source.destination(to.text, to.range);
  draft.routes.push({
    ...(/^[rc]/.test(verb) && { replaces: true }),
    to: destination, family: asked ?? familyOrFour(destination, to.text, via), table: tableName(table), location: source.at(to.range),
    ...(via && { via }), ...(device !== undefined && { device }), ...(metric !== undefined && { metric }), ...(mtu && { mtu }),
    ...(type !== undefined && type !== "unicast" && { type }), ...(onLink && { onLink }), ...(conditional && { conditional }),
  });
}

/** `ip route add default dev X` without a family is IPv4's. */
function familyOrFour(...route: Parameters<typeof familyOfRoute>): Maybe<4 | 6> {
  return route[2] === undefined && !isUnknown(route[0]) && route[0] === "default" ? 4 : familyOfRoute(...route);
}

function readRule(verb: string, words: CommandWords, reading: CommandReading): void {
  if (!/^a(?:dd?)?$/.test(verb)) return;
  const start = words.left;
  let from: Maybe<string> | undefined;
  let to: Maybe<string> | undefined;
  let table: Maybe<string> = unknown("the rule names no table");
  let priority: Maybe<number> | undefined;
  let place: ShellWord | undefined;
  while (words.left > 0) {
    const word = words.take()!;
    place ??= word;
    if (word.text === "from") from = wordText(words.take(), reading);
    else if (word.text === "to") to = wordText(words.take(), reading);
    else if (word.text === "table" || abbreviates(word.text, "lookup", 2)) table = wordText(words.take(), reading) ?? table;
    else if (/^(?:pref\w*|prio\w*|order)$/.test(word.text)) priority = numberOf(words.take(), reading)?.value;
  }
  if (start === 0 || place === undefined) return;
  const rule: PolicyRule = {
    table: tableName(table), location: reading.source.at(place.range),
    ...(from !== undefined && { from }), ...(to !== undefined && { to }), ...(priority !== undefined && { priority }), ...(reading.conditional && { conditional: true }),
  };
  reading.draft.policyRules.push(rule);
}
