import type { Range } from "../../../engine/location.ts";
import { iptablesSave } from "../../../formats/iptables/index.ts";
import type { IptablesTree } from "../../../formats/iptables/tree.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Workspace } from "../../workspace.ts";
import type { Chain, FirewallRule, Ruleset, Statement, Table } from "../ruleset.ts";
import { countUnknown, fromIptables } from "./index.ts";
import type { Family } from "./values.ts";

const DIRECTIONS = ["input", "output", "forward"] as const;
const POLICY = /^[ \t]*DEFAULT_(INPUT|OUTPUT|FORWARD)_POLICY=(["']?)(ACCEPT|DROP|REJECT)\2[ \t]*(?:#.*)?$/gm;

type Policies = Readonly<Record<(typeof DIRECTIONS)[number], string>>;

/** Some of the rules that ufw loads, one after the other. */
interface Part {
  readonly tree: IptablesTree;
  /** Where its rules stand in the file that is asked for; undefined: the file's own places. */
  readonly place: Range | undefined;
}

/**
 * The whole ruleset of a host with ufw, as its before.rules or before6.rules begins it: ufw-init-functions(ufw_start)
 * hooks chains of its own to the built-in ones, and loads before.rules, after.rules and user.rules into them. Rules of
 * the other files get the place of the first table, as included ones. Undefined where a file of ufw's is missing, or
 * where the files do what only the running host can tell.
 */
export function fromUfw(workspace: Workspace, path: string): Ruleset | undefined {
  const parts = /^(.*\/|)etc\/ufw\/before(6?)\.rules$/.exec(path);
  if (!parts) return undefined;
  const [, root = "", six = ""] = parts;
  const defaults = workspace.text(`${root}etc/default/ufw`);
  const policies = defaults === undefined ? undefined : policiesOf(defaults);
  const off = /^[ \t]*ENABLED=["']?no\b/im.test(workspace.text(`${root}etc/ufw/ufw.conf`) ?? "");
  if (policies === undefined || off || (six === "6" && !/^[ \t]*IPV6=(["']?)yes\1[ \t]*$/im.test(defaults!))) return undefined;
  // A script of one's own may load anything.
  if (workspace.text(`${root}etc/ufw/before.init`) !== undefined || workspace.text(`${root}etc/ufw/after.init`) !== undefined) return undefined;
  const others = [`${root}etc/ufw/after${six}.rules`, [`${root}etc/ufw/user${six}.rules`, `${root}lib/ufw/user${six}.rules`].find((one) => workspace.text(one) !== undefined) ?? ""];
  const trees = [path, ...others].map((one) => plainTree(workspace, one));
  if (trees.includes(undefined)) return undefined;
  const [before, after, user] = trees as [IptablesTree, IptablesTree, IptablesTree];
  const place: Range = { ...before.tables[0]!.name.range, included: true };
  const prefix = `ufw${six}`;
  const made = (text: string): Part => ({ tree: iptablesSave.parse(text).tree, place });
  const own: Part = { tree: before, place: undefined };
  const loaded = [made(primary(prefix, policies)), own, { tree: after, place }, made(userChains(prefix)), { tree: user, place }, made(hooked(prefix))];
  const tables = joined(loaded, path, six === "6" ? "ip6" : "ip");
  return { path, dialect: "iptables", tables, replaces: "tables", includes: others, unknownStatements: countUnknown(tables) };
}

function policiesOf(text: string): Policies | undefined {
  const found = new Map<string, string>();
  for (const [, direction, , policy] of text.matchAll(POLICY)) found.set(direction!.toLowerCase(), policy!);
  const assigned = text.match(/^[ \t]*DEFAULT_(INPUT|OUTPUT|FORWARD)_POLICY=/gm)?.length;
  const [input, output, forward] = DIRECTIONS.map((direction) => found.get(direction));
  return input === undefined || output === undefined || forward === undefined || assigned !== DIRECTIONS.length ? undefined : { input, output, forward };
}

/** A file of ufw's that only adds rules, and sets no policy of the table filter: what others do depends on the running host. */
function plainTree(workspace: Workspace, path: string): IptablesTree | undefined {
  const document = workspace.document(path);
  if (document?.language !== "iptables-save" || document.errors.length > 0 || document.text.includes("{{") || document.text.includes(HOLE)) return undefined;
  const tree = document.tree as IptablesTree;
  const plain = new Set(tree.tables.map(({ name }) => name.text)).size === tree.tables.length && tree.tables.every(
    ({ name, chains, commands, holes }) =>
      holes.length === 0 &&
      chains.every((chain) => !chain.conditional && (name.text !== "filter" || chain.policy?.text === "-")) &&
      commands.every(({ command, conditional }) => {
        if (conditional) return false;
        // What stands before the rules of a chain that the file itself empties is in the file.
        if (command.name === "insert") return chains.some((chain) => chain.name.text === command.chain?.text);
        return command.name === "append" || (command.name === "flush" && name.text !== "filter");
      }),
  );
  return plain && tree.tables.length > 0 ? tree : undefined;
}

/** The chains that ufw makes before it loads a file, with what stands in them by the default policies. */
function primary(prefix: string, policies: Policies): string {
  const chains = ["before-logging", "before", "after", "after-logging", "reject", "track"];
  const lines = DIRECTIONS.flatMap((direction) => [
    `:${direction.toUpperCase()} ${policies[direction] === "REJECT" ? "DROP" : policies[direction]} [0:0]`,
    ...[...chains, "skip-to-policy"].map((chain) => `:${prefix}-${chain}-${direction} - [0:0]`),
  ]);
  for (const direction of DIRECTIONS) {
    lines.push(...chains.map((chain) => `-A ${direction.toUpperCase()} -j ${prefix}-${chain}-${direction}`));
    const policy = policies[direction];
    if (policy === "REJECT") lines.push(`-A ${prefix}-reject-${direction} -j REJECT`);
    if (policy === "ACCEPT") lines.push(...["tcp", "udp"].map((protocol) => `-A ${prefix}-track-${direction} -p ${protocol} -m conntrack --ctstate NEW -j ACCEPT`));
    lines.push(`-A ${prefix}-skip-to-policy-${direction} -j ${policy}`);
  }
  return `*filter\n:${prefix}-logging-deny - [0:0]\n:${prefix}-logging-allow - [0:0]\n${lines.join("\n")}\nCOMMIT\n`;
}

function userChains(prefix: string): string {
  const names = [...DIRECTIONS.flatMap((direction) => [direction, `logging-${direction}`]), "limit", "limit-accept"];
  return `*filter\n${names.map((name) => `:${prefix}-user-${name} - [0:0]`).join("\n")}\nCOMMIT\n`;
}

function hooked(prefix: string): string {
  return `*filter\n${DIRECTIONS.map((direction) => `-A ${prefix}-before-${direction} -j ${prefix}-user-${direction}`).join("\n")}\nCOMMIT\n`;
}

/** What `iptables-restore -n` makes of the parts: a chain that a part declares is emptied, any other gets its rules behind those that it has. */
function joined(parts: readonly Part[], path: string, family: Family): Table[] {
  const tables = new Map<string, { readonly table: Table; readonly chains: Map<string, Chain & { rules: FirewallRule[] }> }>();
  for (const { tree, place } of parts) {
    const declared = new Set(tree.tables.flatMap(({ name, chains }) => chains.map((chain) => `${name.text} ${chain.name.text}`)));
    for (const table of fromIptables(path, tree, family).tables) {
      let known = tables.get(table.name);
      if (!known) tables.set(table.name, (known = { table: place ? { ...table, range: place } : table, chains: new Map() }));
      for (const chain of table.chains) {
        const there = known.chains.get(chain.name);
        const rules = place ? chain.rules.map((rule) => moved(rule, place)) : chain.rules;
        const kept = there === undefined || declared.has(`${table.name} ${chain.name}`) ? [] : there.rules;
        if (there && place) there.rules = [...kept, ...rules];
        else known.chains.set(chain.name, chainOf(there ?? chain, place === undefined ? chain : undefined, place, [...kept, ...rules]));
      }
    }
  }
  return [...tables.values()].map(({ table, chains }) => ({ ...table, chains: [...chains.values()] }));
}

/** A chain with these rules, at the places of `written`, where that is in the file itself. */
function chainOf(chain: Chain, written: Chain | undefined, place: Range | undefined, rules: FirewallRule[]): Chain & { rules: FirewallRule[] } {
  const { policyRange, ...rest } = chain;
  const at = written ?? { range: place ?? chain.range, nameRange: place ?? chain.nameRange };
  return { ...rest, ...(policyRange && { policyRange: place ?? policyRange }), range: at.range, nameRange: at.nameRange, rules };
}

function moved(rule: FirewallRule, place: Range): FirewallRule {
  const statements = rule.statements.map((statement): Statement => {
    if (statement.kind !== "verdict" || (statement.verdict.kind !== "jump" && statement.verdict.kind !== "goto")) return { ...statement, range: place };
    return { ...statement, range: place, verdict: { ...statement.verdict, targetRange: place } };
  });
  return { ...rule, range: place, statements };
}
