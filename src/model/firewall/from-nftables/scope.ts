import type { Expression } from "../../../formats/nftables/index.ts";

/** Variables expand to variables; a definition that names itself must not go round for ever. */
const MAX_EXPANSIONS = 20;

/** The variables that are defined where a statement stands. */
export type Scope = ReadonlyMap<string, Expression>;

/** The expression that a variable stands for; an unknown one where nothing defines it. */
export function expand(expression: Expression, scope: Scope): Expression {
  let found = expression;
  for (let i = 0; found.kind === "variable"; i++) {
    const next: Expression | undefined = scope.get(found.name);
    if (next === undefined || i > MAX_EXPANSIONS) return { kind: "unknown", reason: `$${found.name} is not defined in this file`, range: expression.range };
    found = next;
  }
  return found;
}
