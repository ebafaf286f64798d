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

/** Parts of a value that are put together before the rest is given up. */
const MOST_PARTS = 1_200_000;

/**
 * A value as it is where it is defined: nft resolves its variables then, so that none can hold itself. With `deep` the
 * values of others are put in, for one of them may be about to change.
 */
export function resolved(value: Expression, scope: Scope, deep: boolean): Expression {
  let parts = 0;
  const visit = (expression: Expression): Expression => {
    if (++parts > MOST_PARTS) return { kind: "unknown", reason: "there are too many values", range: expression.range };
    switch (expression.kind) {
      case "variable": {
        const found = scope.get(expression.name);
        if (found === undefined) return { kind: "unknown", reason: `$${expression.name} is not defined in this file`, range: expression.range };
        return deep ? visit(found) : expression;
      }
      case "set": {
        let changed = false;
        const elements = expression.elements.map((element) => {
          const key = visit(element.key);
          const inner = element.value && visit(element.value);
          if (key === element.key && inner === element.value) return element;
          changed = true;
          return { ...element, key, value: inner };
        });
        return changed ? { ...expression, elements } : expression;
      }
      case "list":
        return { ...expression, items: expression.items.map(visit) };
      case "concat":
        return { ...expression, parts: expression.parts.map(visit) };
      case "range":
        return { ...expression, from: visit(expression.from), to: visit(expression.to) };
      case "prefix":
        return { ...expression, base: visit(expression.base), length: visit(expression.length) };
      case "binary":
        return { ...expression, left: visit(expression.left), right: visit(expression.right) };
      default:
        return expression;
    }
  };
  return visit(value);
}
