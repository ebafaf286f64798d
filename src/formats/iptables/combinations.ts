import type { Range } from "../../engine/location.ts";
import { HOLE } from "../template/jinja.ts";
import type { Extension } from "./matches.ts";
import type { Option } from "./tree.ts";
import { parseNumber, parseProtocol } from "./values.ts";

type Problem = (range: Range, message: string) => void;

/** What iptables refuses about the options of one match or target together. */
export function checkOptions(kind: "-m" | "-j", name: string, range: Range, extension: Extension, options: readonly Option[], problem: Problem): void {
  const has = (wanted: string): Option | undefined => options.find(({ name }) => name === wanted);
  const { needs, needsAll, oneOf, requires, excludes } = extension;
  if (needs && !options.some(({ name }) => needs.includes(name))) {
    problem(range, `“${kind} ${name}” needs ${needs.slice(0, 3).map((name) => `--${name}`).join(" or ")}: iptables refuses the rule.`);
  }
  const missing = needsAll?.find((wanted) => !has(wanted));
  if (missing !== undefined) problem(range, `“${kind} ${name}” needs --${missing} too: iptables refuses the rule.`);
  if (oneOf) {
    const chosen = options.filter(({ name }) => oneOf.includes(name));
    const other = chosen.find(({ name }) => name !== chosen[0]!.name);
    if (other) problem(other.range, `“--${other.name}” cannot stand beside “--${chosen[0]!.name}”: iptables refuses the rule.`);
  }
  for (const [first, second] of excludes ?? []) {
    const [a, b] = [has(first), has(second)];
    if (a && b) problem((a.range.start > b.range.start ? a : b).range, `“--${first}” cannot stand beside “--${second}”: iptables refuses the rule.`);
  }
  for (const option of requires === undefined ? [] : options) {
    const wanted = Object.hasOwn(requires!, option.name) ? requires![option.name]! : undefined;
    if (wanted !== undefined && !has(wanted)) problem(option.range, `“--${option.name}” needs --${wanted} beside it: iptables refuses the rule.`);
  }
  checkValues(name, options, has, problem);
}

/** Values that are wrong beside other values. `name` of a match in small, of a target in capital letters. */
function checkValues(name: string, options: readonly Option[], has: (name: string) => Option | undefined, problem: Problem): void {
  const number = (option: Option | undefined): bigint | undefined => (option ? parseNumber(option.values[0]?.text ?? "", 0n, 1n << 64n) : undefined);
  switch (name) {
    case "statistic": {
      const [every, packet] = [number(has("every")), number(has("packet"))];
      if (every !== undefined && packet !== undefined && packet >= every) problem(has("packet")!.range, `--packet counts from 0: with --every ${every} the last is ${every - 1n}. iptables refuses the rule.`);
      return;
    }
    case "owner": {
      // libxt_owner takes --suppl-groups only behind the group that it widens.
      const [groups, group] = [has("suppl-groups"), has("gid-owner")];
      if (groups && group && groups.range.start < group.range.start) problem(groups.range, "iptables takes --suppl-groups only behind --gid-owner, and refuses the rule.");
      return;
    }
    case "conntrack": {
      const protocol = has("ctproto");
      const text = protocol?.values[0]?.text ?? "";
      if (protocol?.negated && !text.includes(HOLE) && parseProtocol(text) === 0) problem(protocol.range, "“! --ctproto all” never matches: iptables refuses it.");
      return;
    }
    case "connbytes":
    case "cluster": {
      const [total, local] = [number(has("cluster-total-nodes")), number(has("cluster-local-node"))];
      if (total !== undefined && local !== undefined && (local > total || total > 32n)) problem(has("cluster-local-node")!.range, `There are ${total} nodes, so there is no node ${local}: iptables refuses the rule.`);
      return;
    }
    case "connlabel": {
      const label = has("label");
      const bit = number(label);
      if (label && bit !== undefined && bit > 127n) problem(label.range, `Labels are numbered from 0 to 127: the kernel refuses ${bit}.`);
      return;
    }
    case "SNPT":
    case "DNPT": {
      const lengths = ["src-pfx", "dst-pfx"].map((name) => /\/(\d+)$/.exec(has(name)?.values[0]?.text ?? "")?.[1]);
      if (lengths[0] !== undefined && lengths[1] !== undefined && (Number(lengths[0]) > 64 || Number(lengths[1]) > 64)) problem(has("src-pfx")!.range, "The kernel translates prefixes of at most 64 bits: it refuses the rule.");
      return;
    }
    case "NFQUEUE":
      if (has("queue-balance") && has("queue-num")) problem(options.at(-1)!.range, "“--queue-num” cannot stand beside “--queue-balance”: iptables refuses the rule.");
      return;
    case "rateest": {
      const compared = options.filter(({ name }) => /^rateest-(lt|gt|eq)$/.test(name));
      if (compared.length > 1) problem(compared[1]!.range, `“--${compared[1]!.name}” cannot stand beside “--${compared[0]!.name}”: iptables refuses the rule.`);
    }
  }
}
