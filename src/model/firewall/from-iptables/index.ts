import type { IptablesTree } from "../../../formats/iptables/tree.ts";
import type { Family } from "./match.ts";
import { IptablesTables } from "./tables.ts";
import type { Ruleset, Table } from "../ruleset.ts";

/** What an iptables-save text means. The family is `as`, else that of the file's name, else the text's own, else IPv4. */
export function fromIptables(path: string, tree: IptablesTree, as?: Family): Ruleset {
  const named = as ?? familyOfName(path);
  const family = named ?? tree.family ?? "ip";
  const tables = new IptablesTables();
  for (const saved of tree.tables) {
    const name = saved.name.text;
    tables.open(family, name, saved.range);
    // iptables-restore prints its help and ends: this table and those behind it are left as they were.
    if (saved.commands.some(({ command }) => command.help)) {
      tables.drop(family, name);
      break;
    }
    for (const chain of saved.chains) tables.declare(family, name, chain);
    let hole = 0;
    saved.commands.forEach(({ command, conditional, range }, index) => {
      while (hole < saved.holes.length && saved.holes[hole]!.after <= index) tables.anything(family, name, saved.holes[hole++]!.range);
      if (command.onlyFamily !== undefined && command.onlyFamily !== family) return;
      tables.apply(family, name, command, conditional, range);
    });
    for (; hole < saved.holes.length; hole++) tables.anything(family, name, saved.holes[hole]!.range);
  }
  const built = tables.finish();
  return { path, dialect: "iptables", tables: built, replaces: "tables", unknownStatements: countUnknown(built) };
}

/** The family that a file's name tells: `rules.v6`, `ip6tables-save`, `iptables.rules`, … */
function familyOfName(path: string): Family | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (/^(user|before|after)6\.rules$/.test(name)) return "ip6";
  if (/ip6tables|iptables6|iptables[-_.](ip)?v6|\.v6\b|rules6\b|ipv6/i.test(name)) return "ip6";
  if (/^(user|before|after)\.rules$/.test(name) && /(^|\/)ufw\//.test(path)) return "ip";
  if (/rules\.v4\b|iptables[-_.](ip)?v4|ipv4/i.test(name)) return "ip";
  return undefined;
}

/** How many statements of these tables are not understood. */
export function countUnknown(tables: readonly Table[]): number {
  let count = 0;
  for (const { chains } of tables) for (const { rules } of chains) for (const { statements } of rules) for (const { kind } of statements) if (kind === "unknown") count++;
  return count;
}
