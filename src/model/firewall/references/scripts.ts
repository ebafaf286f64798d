import type { ShellTree } from "../../../formats/shell/index.ts";
import { programOf } from "../../../formats/shell/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Workspace } from "../../workspace.ts";
import type { ScriptCommand } from "../loading/scripts.ts";
import { scriptCommands } from "../loading/scripts.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Ruleset } from "../ruleset.ts";
import type { Dangling } from "./dangling.ts";
import { withNear } from "./dangling.ts";

/** Targets of xtables-addons and of vendors' kernels: no chains, even where iptables 1.8 does not know them. */
const FOREIGN_TARGETS = new Set([
  "ACCOUNT", "CHAOS", "DELUDE", "DHCPMAC", "DNETMAP", "ECHO", "FLOWOFFLOAD", "FULLCONENAT", "IMQ", "IPMARK", "IPV4OPTSSTRIP", "LOGMARK", "MIRROR",
  "NDPI", "PROTO", "RAWDNAT", "RAWNAT", "RAWSNAT", "ROUTE", "SAME", "STEAL", "SYSRQ", "TARPIT", "WEBMON",
]);
/** Chains that other programs make while the host runs. */
const OF_OTHERS = /^(DOCKER|KUBE-|CNI-|FLANNEL-|NETAVARK|LIBVIRT_|cali-|f2b-|fail2ban-|ufw6?-|sshguard|ts-|nixos-|neutron-|nova-|weave|WEAVE|miniupnpd?|MINIUPNPD|pvefw|PVEFW|crowdsec|CROWDSEC|BANNED|firehol|fw-|IN_|FWDI_|FWDO_|PRE_|POST_|csf|LOCALINPUT)/;
const BUILT_IN = /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/;

/** Whether a target is no chain of this file to define: a module of its own, or a chain that another program makes. */
export function isElsewhere(target: string): boolean {
  return FOREIGN_TARGETS.has(target) || OF_OTHERS.test(target);
}

/**
 * Chains that a script's commands name and that neither it nor another script of its folder creates, and ipsets likewise
 * where the script creates ipsets of its own. A script that reads others, or names chains by variables, is left alone.
 */
export function danglingInScript(workspace: Workspace, ruleset: Ruleset): Dangling[] {
  const { path } = ruleset;
  const document = workspace.document(path);
  if (document?.language !== "shell") return [];
  const commands = scriptCommands(workspace, path);
  const tree = document.tree as ShellTree;
  if (tree.commands.some(({ words }) => /^(\.|source|eval)$/.test(words[0]?.text ?? "") || programOf(words)?.name.endsWith("-restore") === true)) return [];
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const beside = workspace.paths.filter((other) => other !== path && other.slice(0, other.lastIndexOf("/") + 1) === folder && workspace.language(other) === "shell");
  const all = [...commands, ...beside.flatMap((other) => scriptCommands(workspace, other))];
  return [...chains(ruleset, commands, all), ...ipsets(workspace, tree, commands, beside)];
}

function chains(ruleset: Ruleset, commands: readonly ScriptCommand[], all: readonly ScriptCommand[]): Dangling[] {
  const made = all.filter(({ parsed }) => parsed.name === "new-chain" || parsed.name === "rename-chain").flatMap(({ parsed }) => [parsed.chain?.text ?? HOLE, parsed.argument?.text ?? ""]);
  // Without a chain of its own the script uses those of somebody else.
  if (made.length === 0 || made.some((name) => name.includes(HOLE)) || commands.some(({ table }) => table.includes(HOLE))) return [];
  const known = new Set(made);
  const found = new Map<string, Dangling>();
  const note = (name: string, range: { start: number; end: number }): void => {
    if (known.has(name) || name.includes(HOLE) || BUILT_IN.test(name) || isElsewhere(name) || found.has(name)) return;
    found.set(name, withNear({ what: "chain", name, range }, [...known]));
  };
  for (const { parsed } of commands) if ((parsed.name === "append" || parsed.name === "insert") && parsed.chain) note(parsed.chain.text, parsed.chain.range);
  for (const { statements } of ruleset.tables.flatMap((table) => table.chains.flatMap(({ rules }) => rules))) {
    for (const statement of statements) {
      if (statement.kind !== "verdict" || (statement.verdict.kind !== "jump" && statement.verdict.kind !== "goto") || isUnknown(statement.verdict.target)) continue;
      note(statement.verdict.target, statement.verdict.targetRange ?? statement.range);
    }
  }
  return [...found.values()];
}

function ipsets(workspace: Workspace, tree: ShellTree, commands: readonly ScriptCommand[], beside: readonly string[]): Dangling[] {
  const scripts = [tree, ...beside.map((path) => workspace.document(path)!.tree as ShellTree)];
  const made = scripts.flatMap(({ unrolled }) =>
    unrolled.flatMap(({ words }) => {
      const program = programOf(words);
      if (program?.name !== "ipset") return [];
      const [verb, name, other] = words.slice(program.index + 1).map(({ text }) => text).filter((text) => !/^-(exist|!|q|quiet)$/.test(text));
      if (verb === "restore" || verb === "-R" || name?.includes(HOLE) === true) return [HOLE];
      return /^(create|-N|--create|rename|-E|swap|-W)$/.test(verb ?? "") ? [name ?? HOLE, ...(verb === "create" || verb === "-N" ? [] : [other ?? HOLE])] : [];
    }),
  );
  if (made.length === 0 || made.includes(HOLE)) return [];
  const known = new Set(made);
  const found = new Map<string, Dangling>();
  for (const { parsed } of commands) {
    for (const { module, options } of parsed.rule.matches) {
      const word = module === "set" ? options.find(({ name }) => name === "match-set")?.values[0] : undefined;
      if (word === undefined || word.text.includes(HOLE) || known.has(word.text) || found.has(word.text)) continue;
      found.set(word.text, withNear({ what: "ipset", name: word.text, range: word.range }, made));
    }
  }
  // A set that any other file speaks of may come from there.
  return [...found.values()].filter(({ name }) => !workspace.paths.some((path) => workspace.document(path)?.tree !== tree && (workspace.text(path) ?? "").includes(name)));
}
