import type { Range } from "../../engine/location.ts";
import { HOLE } from "../template/jinja.ts";
import type { Extension } from "./matches.ts";
import { matchOf } from "./matches.ts";
import { checkOptions } from "./combinations.ts";
import { targetOf } from "./targets.ts";
import type { IptablesCommand, Match, Option, Report, Target } from "./tree.ts";
import { parseProtocol } from "./values.ts";

const NO_OUT = ["INPUT", "PREROUTING"];
const NO_IN = ["OUTPUT", "POSTROUTING"];
const BUILT_IN = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];
const LONGEST_NAME = 28;
const WITH_PORTS = [6, 17, 33, 132, 136];

/** A rule's surroundings, and what its `-p` says. */
interface Place {
  readonly chain: string;
  readonly table: string;
  readonly family: "ip" | "ip6" | undefined;
  /** The option itself; none: any protocol. */
  readonly option: Option | undefined;
  /** Undefined where the option is not there or a template hides it. */
  readonly protocol: number | undefined;
  readonly problem: (range: Range, message: string) => void;
}

/** What iptables-restore refuses about a command as a whole: options that need or exclude each other, wrong family, wrong chain. */
export function checkCommand(command: IptablesCommand, table: string, family: "ip" | "ip6" | undefined, report: Report): void {
  const { rule } = command;
  const problem = (range: Range, message: string): void => report({ range, message, certain: !rule.notUnderstood.some((word) => word.text.includes(HOLE)) });
  if (command.help) return;
  if (command.name === undefined) {
    if (!rule.notUnderstood.some((word) => word.text.includes(HOLE))) problem(command.range, "This line holds no command: iptables-restore refuses it. Begin it with -A and the chain.");
    return;
  }
  if (command.table) problem(command.table.range, "iptables-restore refuses -t on a rule: the table is the one that the last “*” line names.");
  if (command.onlyFamily !== undefined && family !== undefined && command.onlyFamily !== family) return;
  const chain = command.chain?.text ?? "";
  checkChainCommand(command, problem);
  checkBasics(rule.basics, chain, family, problem);
  const option = rule.basics.find(({ name }) => name === "protocol");
  const written = option?.values[0]?.text;
  const hidden = written?.includes(HOLE) === true;
  const place: Place = { chain, table, family, option, protocol: written === undefined || hidden ? undefined : parseProtocol(written), problem };
  for (const match of rule.matches) checkMatch(match, place, hidden);
  if (rule.target) checkTarget(rule.target, place, hidden);
}

/** Names that no chain can have, policies that no chain can have, and rule numbers, which count from 1. */
function checkChainCommand({ name, chain, position, argument }: IptablesCommand, problem: Place["problem"]): void {
  if (chain === undefined || chain.text.includes(HOLE)) return;
  const fault = name === "new-chain" ? chainNameFault(chain.text) : undefined;
  if (fault !== undefined) problem(chain.range, fault);
  if ((name === "insert" || name === "replace" || name === "delete") && position === 0) problem(chain.range, "Rules are numbered from 1: iptables refuses the number 0.");
  if (name !== "policy" || argument === undefined || argument.text.includes(HOLE)) return;
  if (!BUILT_IN.includes(chain.text)) problem(chain.range, `Only built-in chains have a policy: iptables refuses one for “${chain.text}”.`);
  else if (!/^(ACCEPT|DROP)$/.test(argument.text)) problem(argument.range, `A built-in chain's policy is ACCEPT or DROP: iptables refuses “${argument.text}”.`);
}

/** Why a chain of one's own cannot have that name; undefined where it can. */
export function chainNameFault(name: string): string | undefined {
  if (name.length > LONGEST_NAME) return `A chain's name has at most ${LONGEST_NAME} letters, and this one ${name.length}: iptables refuses it.`;
  return targetOf(name) === undefined ? undefined : `“${name}” is the name of a target: iptables refuses a chain of that name.`;
}

function checkBasics(basics: readonly Option[], chain: string, family: "ip" | "ip6" | undefined, problem: Place["problem"]): void {
  for (const { name, negated, values, range } of basics) {
    const text = values[0]?.text ?? "";
    if (name === "out-interface" && NO_OUT.includes(chain)) problem(range, `${chain} sees packets before they have an outgoing interface: iptables refuses -o here. Use FORWARD, OUTPUT or POSTROUTING.`);
    if (name === "in-interface" && NO_IN.includes(chain)) problem(range, `${chain} sees no incoming interface: iptables refuses -i here.`);
    if (name === "fragment" && family === "ip6") problem(range, "ip6tables has no -f and refuses it. Use -m frag.");
    if (negated && text.includes(",") && (name === "source" || name === "destination")) problem(range, "“!” goes with one address only: iptables refuses a list. Write a rule for each, or use an ipset.");
    if (negated && name === "protocol" && parseProtocol(text) === 0) problem(range, "“! -p all” never matches: iptables refuses it.");
  }
}

function checkMatch(match: Match, place: Place, hidden: boolean): void {
  const { module, range, options } = match;
  const { family, problem, protocol } = place;
  const extension = matchOf(module);
  if (extension === undefined) return;
  if (extension.families !== undefined && family !== undefined && extension.families !== family) {
    problem(range, `The match “${module}” is ${extension.families === "ip" ? "IPv4" : "IPv6"}'s: ${family === "ip" ? "iptables" : "ip6tables"} does not have it and refuses the rule.`);
  }
  checkPlace("match", module, extension, options, range, place);
  const wrong = extension.protocols !== undefined && !hidden && (!extension.protocols.includes(protocol ?? -1) || (module === "multiport" && place.option?.negated === true));
  const kernels = family !== "ip6" && module === "ah" && !hidden && protocol !== 51;
  if ((wrong && (options.length > 0 || ["icmp", "mh", "esp"].includes(module)) && !(family === "ip6" && ["esp", "ah"].includes(module))) || (kernels && family === "ip")) {
    problem(range, `The match “${module}” needs its protocol: iptables refuses the rule. Write “-p ${module === "multiport" || extension.protocols?.every((one) => one === 6) === true ? "tcp" : module}” before it.`);
  }
  checkOptions("-m", module, range, extension, options, problem);
}

function checkTarget(target: Target, place: Place, hidden: boolean): void {
  const { family, problem } = place;
  const name = target.name.text;
  const extension = targetOf(name);
  if (BUILT_IN.includes(name)) problem(target.name.range, `Nothing can jump to ${name}: the kernel itself calls the built-in chains. It refuses the rule.`);
  if (target.goto && extension !== undefined) problem(target.name.range, `“-g” leads to a chain, and ${name} is none: iptables refuses the rule. Write -j.`);
  if (extension === undefined || target.goto) return;
  if (name === "DROP" && place.table === "nat") problem(target.name.range, "iptables refuses DROP in the table nat, which sees the first packet of a connection only. Drop in the table filter.");
  if (extension.families !== undefined && family !== undefined && extension.families !== family) {
    problem(target.name.range, `The target ${name} is ${extension.families === "ip" ? "IPv4" : "IPv6"}'s: ${family === "ip" ? "iptables" : "ip6tables"} refuses the rule.`);
  }
  checkOptions("-j", name, target.range, extension, target.options, problem);
  if (target.options.length > 0 || extension.protocols !== undefined) checkPorts(target, extension, place, hidden);
  checkPlace("target", name, extension, target.options, target.name.range, place);
}

/** Targets that need a protocol, of their own or for the ports that they are given; and addresses that are given twice. */
function checkPorts(target: Target, extension: Extension, { problem, protocol, option }: Place, hidden: boolean): void {
  const name = target.name.text;
  const ported = target.options.find(({ name, values }) => name === "to-ports" || (/^to-(source|destination)$/.test(name) && hasPorts(values[0]?.text ?? "")));
  const needed = ported ? WITH_PORTS : extension.protocols;
  if (needed !== undefined && !hidden && !needed.includes(protocol ?? -1)) {
    problem(target.range, `${name}${ported ? " with ports" : ""} needs a protocol ${ported ? "that has them" : "of its own"}: iptables refuses the rule. Write “-p tcp”${needed.length > 1 ? " or “-p udp”" : ""} before it.`);
  } else if (ported && option && option.range.start > ported.range.start) {
    problem(option.range, `iptables reads ${name}'s ports before it knows this protocol, and refuses the rule. Write “-p” before “-j”.`);
  }
  const twice = target.options.find((one, i) => /^to-(source|destination)$/.test(one.name) && target.options.findIndex((other) => other.name === one.name) < i);
  if (twice) problem(twice.range, `A second --${twice.name}: iptables refuses it since Linux 2.6.11.`);
}

/** What the kernel refuses: an extension in a table or a built-in chain that it is not for. */
function checkPlace(kind: "match" | "target", name: string, { tables, onlyIn, onlyInWith }: Extension, options: readonly Option[], range: Range, { table, chain, problem }: Place): void {
  if (tables === undefined && onlyIn === undefined && onlyInWith === undefined) return;
  const what = kind === "match" ? `The match “${name}”` : name;
  if (tables !== undefined && !tables.includes(table) && !table.includes(HOLE)) {
    problem(range, `${what} works in the table ${tables.join(" or ")} only: the kernel refuses it in “${table}”. Move the rule there.`);
    return;
  }
  if (!BUILT_IN.includes(chain)) return;
  let chains = onlyIn;
  for (const { name, values } of onlyInWith === undefined ? [] : options) chains ??= onlyInWith![name] ?? onlyInWith![`${name} ${values[0]?.text.toLowerCase() ?? ""}`];
  if (chains !== undefined && !chains.includes(chain)) problem(range, `${what} works in ${chains.join(" or ")} only: the kernel refuses it in ${chain}. Move the rule there.`);
}

/** `192.0.2.1:80`, `[2001:db8::1]:80`, `:80`. */
function hasPorts(text: string): boolean {
  return /^[\d.-]*:\d|\]:\d/.test(text);
}
