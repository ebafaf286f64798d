/**
 * What an expression comes to where it comes to no value. `unknown`: a template or another file hides what it reads, as CEL's
 * own unknowns. `error`: something that it reads is absent, or an operation does not apply, as CEL's errors. Both spread through
 * everything but `&&`, `||` and the macros made of them, which one known side may decide.
 */
export class Failure {
  readonly kind: "unknown" | "error";
  readonly reason: string;

  constructor(kind: "unknown" | "error", reason: string) {
    this.kind = kind;
    this.reason = reason;
  }
}

/** Of two failures the one that spreads: what is hidden may decide otherwise, so it wins. */
export function worse(a: Failure, b: Failure): Failure {
  return a.kind === "unknown" ? a : b;
}

/** Leaves an evaluation that has taken more steps than it may. */
export class TooCostly extends Error {}

/** Steps that are left: about one for each operation, each item and every 32 characters that it looks at. */
export class Budget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  get left(): number {
    return this.#left;
  }

  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new TooCostly();
  }

  /** Another budget out of this one, of `steps` at most; `done` takes what it used. */
  part(steps: number): { readonly budget: Budget; done(): void } {
    const size = Math.min(steps, this.#left);
    const budget = new Budget(size);
    return { budget, done: () => void (this.#left -= size - Math.max(0, budget.left)) };
  }
}

/** Characters of a text and items of a list that an expression may make; beyond, an evaluation takes memory, not steps. */
export const LARGEST = 100_000;
