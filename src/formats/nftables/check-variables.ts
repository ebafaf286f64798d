import type { Expression } from "./tree.ts";

/** A variable that names itself must not go round for ever. */
const MAX_EXPANSIONS = 20;

/** The variables that the definitions so far have made: those of a table or chain end with its brace. */
export class Variables {
  readonly #scopes: Map<string, Expression | undefined>[] = [new Map()];

  /** Enters the braces of a table or chain. */
  open(): void {
    this.#scopes.push(new Map());
  }

  /** Leaves them. */
  close(): void {
    if (this.#scopes.length > 1) this.#scopes.pop();
  }

  /** True where a variable of that name is defined here. */
  has(name: string): boolean {
    return this.#scopes.some((scope) => scope.has(name));
  }

  /** Defines a variable in the innermost braces. */
  define(name: string, value: Expression | undefined): void {
    this.#scopes.at(-1)!.set(name, value);
  }

  /** Takes a variable away. */
  undefine(name: string): void {
    this.#scopes.at(-1)!.delete(name);
  }

  /** What an expression stands for; an unknown one where no definition is known. */
  expand(expression: Expression): Expression {
    let found = expression;
    for (let i = 0; found.kind === "variable"; i++) {
      const next: Expression | undefined = i < MAX_EXPANSIONS ? this.#value(found.name) : undefined;
      if (next === undefined) return { kind: "unknown", reason: "", range: expression.range };
      found = next;
    }
    return found;
  }

  #value(name: string): Expression | undefined {
    for (let i = this.#scopes.length - 1; i >= 0; i--) {
      const scope = this.#scopes[i]!;
      if (scope.has(name)) return scope.get(name);
    }
    return undefined;
  }
}
