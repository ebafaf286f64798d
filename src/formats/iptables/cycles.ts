import type { SyntaxProblem } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import type { CommandLine, SaveTable } from "./tree.ts";

interface Visit {
  readonly chain: string;
  readonly jumps: readonly CommandLine[];
  at: number;
}

const BUILT_IN = ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"];

/**
 * Jumps that lead back to a chain from which they come. The kernel refuses the table where a built-in chain reaches such a
 * circle. Told is the jump that closes it. In linear time and without recursion.
 */
export function jumpCycles({ chains, commands, holes }: SaveTable): SyntaxProblem[] {
  const own = new Set<string>();
  for (const { name, policy } of chains) if (policy?.text === "-") own.add(name.text);
  for (const { command } of commands) if (command.name === "new-chain" && command.chain) own.add(command.chain.text);
  if (own.size === 0) return [];
  // Rules that are taken away again, or chains that are, would break the circle.
  if (commands.some(({ command }) => command.name === "delete" || command.name === "flush" || command.name === "replace" || command.name === "rename-chain")) return [];
  const jumps = new Map<string, CommandLine[]>();
  for (const line of commands) {
    const { chain, rule, name } = line.command;
    const target = rule.target?.name.text;
    if (chain === undefined || target === undefined || target.includes(HOLE) || !own.has(target) || (name !== "append" && name !== "insert")) continue;
    const known = jumps.get(chain.text);
    if (known) known.push(line);
    else jumps.set(chain.text, [line]);
  }
  const found: SyntaxProblem[] = [];
  const finished = new Set<string>();
  const open = new Set<string>();
  for (const start of BUILT_IN) {
    const path: Visit[] = [{ chain: start, jumps: jumps.get(start) ?? [], at: 0 }];
    while (path.length > 0) {
      const visit = path.at(-1)!;
      const line = visit.jumps[visit.at++];
      if (line === undefined) {
        finished.add(visit.chain);
        open.delete(visit.chain);
        path.pop();
        continue;
      }
      const { text, range } = line.command.rule.target!.name;
      if (open.has(text)) {
        const circle = path.slice(path.findIndex(({ chain }) => chain === text));
        const certain = holes.length === 0 && [...circle.map(({ jumps: taken, at }) => taken[at - 1]!), line].every(({ conditional }) => !conditional);
        found.push({ range, message: `This leads back to the chain “${text}”, from which it comes: the kernel refuses the whole table. Break the circle.`, certain });
      } else if (!finished.has(text)) {
        open.add(text);
        path.push({ chain: text, jumps: jumps.get(text) ?? [], at: 0 });
      }
    }
  }
  return found;
}
