import type { Range } from "../../engine/location.ts";
import { HOLE } from "../template/jinja.ts";
import { MATCHES } from "./matches.ts";
import { TARGETS } from "./targets.ts";
import type { IptablesCommand, Option, Report } from "./tree.ts";
import { named, parseProtocol } from "./values.ts";
import type { Extension } from "./matches.ts";

const NO_OUT = ["INPUT", "PREROUTING"];
const NO_IN = ["OUTPUT", "POSTROUTING"];

/** What iptables-restore refuses about a command as a whole: options that need or exclude each other, wrong family, wrong chain. */
export function checkCommand(command: IptablesCommand, table: string, family: "ip" | "ip6" | undefined, report: Report): void {
  const { rule } = command;
  const templated = rule.notUnderstood.some((word) => word.text.includes(HOLE));
  const problem = (range: Range, message: string): void => report({ range, message, certain: !templated });
  if (command.name === undefined) {
    if (!templated) problem(command.range, "This line holds no command: iptables-restore refuses it. Begin it with -A and the chain.");
    return;
  }
  if (command.table) problem(command.table.range, "iptables-restore refuses -t on a rule: the table is the one that the last “*” line names.");
  if (command.onlyFamily !== undefined && family !== undefined && command.onlyFamily !== family) return;
  const chain = command.chain?.text ?? "";
  for (const option of rule.basics) {
    if (option.name === "out-interface" && NO_OUT.includes(chain)) problem(option.range, `${chain} sees packets before they have an outgoing interface: iptables refuses -o here. Use FORWARD, OUTPUT or POSTROUTING.`);
    if (option.name === "in-interface" && NO_IN.includes(chain)) problem(option.range, `${chain} sees no incoming interface: iptables refuses -i here.`);
  }
  for (const option of rule.basics) {
    const text = option.values[0]?.text ?? "";
    if (option.negated && text.includes(",") && (option.name === "source" || option.name === "destination")) problem(option.range, "“!” goes with one address only: iptables refuses a list. Write a rule for each, or use an ipset.");
    if (option.negated && option.name === "protocol" && parseProtocol(text) === 0) problem(option.range, "“! -p all” never matches: iptables refuses it.");
  }
  const protocolOption = rule.basics.find(({ name }) => name === "protocol");
  const written = protocolOption?.values[0]?.text;
  const protocol = written === undefined || written.includes(HOLE) ? undefined : parseProtocol(written);
  for (const match of rule.matches) {
    const extension = named(MATCHES, match.module);
    if (extension === undefined) continue;
    if (extension.families !== undefined && family !== undefined && extension.families !== family) {
      problem(match.range, `The match “${match.module}” is ${extension.families === "ip" ? "IPv4" : "IPv6"}'s: ${family === "ip" ? "iptables" : "ip6tables"} does not have it and refuses the rule.`);
    }
    const wrong = extension.protocols !== undefined && !written?.includes(HOLE) && (protocolOption?.negated === true || !extension.protocols.includes(protocol ?? -1));
    if (extension.notIn?.includes(chain)) problem(match.range, `The match “${match.module}” works for what the host itself sends: the kernel refuses it in ${chain}. Use OUTPUT or POSTROUTING.`);
    if (wrong && (match.options.length > 0 || ["icmp", "mh", "esp"].includes(match.module)) && !(family === "ip6" && ["esp", "ah"].includes(match.module))) problem(match.range, `The match “${match.module}” needs its protocol: iptables refuses the rule. Write “-p ${match.module === "multiport" ? "tcp" : match.module}” before it.`);
    checkOptions(`-m ${match.module}`, match.range, extension, match.options, problem);
  }
  const { target } = rule;
  const extension = target && !target.goto ? named(TARGETS, target.name.text) : undefined;
  if (target && extension) {
    if (extension.families !== undefined && family !== undefined && extension.families !== family) {
      problem(target.name.range, `The target ${target.name.text} is ${extension.families === "ip" ? "IPv4" : "IPv6"}'s: ${family === "ip" ? "iptables" : "ip6tables"} refuses the rule.`);
    }
    checkOptions(`-j ${target.name.text}`, target.range, extension, target.options, problem);
    const withPorts = target.options.some(({ name, values }) => name === "to-ports" || (/^to-(source|destination)$/.test(name) && hasPorts(values[0]?.text ?? "")));
    const needed = withPorts ? [6, 17, 33, 132, 136] : extension.protocols;
    if (needed !== undefined && !written?.includes(HOLE) && (protocolOption?.negated === true || !needed.includes(protocol ?? -1))) {
      problem(target.range, `${target.name.text} with ports needs a protocol that has them: iptables refuses the rule. Write “-p tcp” or “-p udp” before it.`);
    }
    const twice = target.options.find((option, i) => /^to-(source|destination)$/.test(option.name) && target.options.findIndex(({ name }) => name === option.name) < i);
    if (twice) problem(twice.range, `A second --${twice.name}: iptables refuses it since Linux 2.6.11.`);
    if (extension.notIn?.includes(chain)) problem(target.range, `The kernel refuses ${target.name.text} in ${chain}.`);
    if (extension.tables !== undefined && !extension.tables.includes(table) && !table.includes(HOLE)) {
      problem(target.name.range, `${target.name.text} works in the table ${extension.tables.join(" or ")} only: the kernel refuses it in “${table}”. Move the rule there.`);
    }
  }
}

function checkOptions(what: string, range: Range, extension: Extension, options: readonly Option[], problem: (range: Range, message: string) => void): void {
  if (extension.needs && !options.some(({ name }) => extension.needs!.includes(name))) {
    problem(range, `“${what}” needs ${extension.needs.slice(0, 3).map((name) => `--${name}`).join(" or ")}: iptables refuses the rule.`);
  }
  const missing = extension.needsAll?.find((wanted) => !options.some(({ name }) => name === wanted));
  if (missing !== undefined) problem(range, `“${what}” needs --${missing} too: iptables refuses the rule.`);
  if (extension.oneOf) {
    const chosen = options.filter(({ name }) => extension.oneOf!.includes(name));
    if (chosen.length > 1 && chosen[0]!.name !== chosen[1]!.name) problem(chosen[1]!.range, `“--${chosen[1]!.name}” cannot stand beside “--${chosen[0]!.name}”: iptables refuses the rule.`);
  }
}

/** `192.0.2.1:80`, `[2001:db8::1]:80`, `:80`. */
function hasPorts(text: string): boolean {
  return /^[\d.-]*:\d|\]:\d/.test(text);
}
