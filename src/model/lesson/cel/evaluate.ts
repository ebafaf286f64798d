import type { ASTNode } from "@marcbachmann/cel-js";
import { Lookup, Thing } from "../element.ts";
import { bounded, functions } from "./functions.ts";
import type { Budget } from "./outcome.ts";
import { Failure, LARGEST, worse } from "./outcome.ts";
import { equal, isNumber, itemsOf, known, memberOf } from "./values.ts";

/** A regular expression that takes linear time. */
export interface Pattern {
  /** Steps for each character of a text. */
  readonly cost: number;
  test(text: string): boolean;
}

/** What an expression is evaluated with. */
export interface Evaluation {
  readonly budget: Budget;
  /** The compiled patterns of `matches`, by the node that holds each. */
  readonly patterns: ReadonlyMap<ASTNode, Pattern>;
}

/** Variables, innermost first. */
interface Scope {
  readonly name: string;
  readonly value: unknown;
  readonly outer?: Scope | undefined;
}

const error = (reason: string): Failure => new Failure("error", reason);
const MACROS: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "map", "filter"]);

/**
 * The value of a checked expression, or a Failure. The library's own evaluator takes an error inside `exists` as one item's and
 * goes on, so a limit could not end it; and what is hidden would be an error like any other.
 */
export function evaluate(node: ASTNode, variable: string, value: unknown, evaluation: Evaluation): unknown {
  return run(node, { name: variable, value }, evaluation);
}

function run(node: ASTNode, scope: Scope, evaluation: Evaluation): unknown {
  evaluation.budget.spend(1);
  switch (node.op) {
    case "value":
      return node.args;
    case "id": {
      for (let one: Scope | undefined = scope; one !== undefined; one = one.outer) if (one.name === node.args) return known(one.value);
      return error(`there is no ${node.args}`);
    }
    case ".": {
      const of = run(node.args[0], scope, evaluation);
      return of instanceof Failure ? of : found(sized(memberOf(of, node.args[1]), evaluation), node.args[1]);
    }
    case "[]":
      return indexed(run(node.args[0], scope, evaluation), run(node.args[1], scope, evaluation));
    case "list":
      return all(node.args.map((item) => run(item, scope, evaluation)));
    case "map": {
      const entries = node.args.map(([key, item]) => [run(key, scope, evaluation), run(item, scope, evaluation)] as const);
      const failed = all(entries.flat());
      return failed instanceof Failure ? failed : new Map(entries);
    }
    case "?:": {
      const condition = run(node.args[0], scope, evaluation);
      if (typeof condition === "boolean") return run(node.args[condition ? 1 : 2], scope, evaluation);
      return condition instanceof Failure ? condition : error("the condition is neither true nor false");
    }
    case "&&":
      return decided(false, node.args, scope, evaluation);
    case "||":
      return decided(true, node.args, scope, evaluation);
    case "!_": {
      const value = run(node.args, scope, evaluation);
      return typeof value === "boolean" ? !value : value instanceof Failure ? value : error("it is neither true nor false");
    }
    case "-_": {
      const value = run(node.args, scope, evaluation);
      if (typeof value === "bigint") return bounded(-value);
      return typeof value === "number" ? -value : value instanceof Failure ? value : error("it is no number");
    }
    case "call":
      if (node.args[0] === "has") return present(node.args[1][0]!, scope, evaluation);
      return called(node.args[0], node.args[1].map((argument) => run(argument, scope, evaluation)), evaluation);
    case "rcall": {
      const [name, receiver, args] = node.args;
      if (MACROS.has(name)) return macro(name, run(receiver, scope, evaluation), args, scope, evaluation);
      if (name === "matches") return matched(node, run(receiver, scope, evaluation), evaluation);
      return called(name, [receiver, ...args].map((argument) => run(argument, scope, evaluation)), evaluation);
    }
    case ".?":
    case "[?]":
      return error("optional values are not part of lessons");
    default:
      return binary(node.op, run(node.args[0], scope, evaluation), run(node.args[1], scope, evaluation), evaluation);
  }
}

/** A failure among values, the worst one; else the values. */
function all(values: readonly unknown[]): readonly unknown[] | Failure {
  let failure: Failure | undefined;
  for (const value of values) if (value instanceof Failure) failure = failure === undefined ? value : worse(failure, value);
  return failure ?? values;
}

function found(value: unknown, name: unknown): unknown {
  return value === undefined ? error(`there is no ${String(name).slice(0, 60)}`) : value;
}

/** Looking at what a field holds costs as much as it is long. */
function sized(value: unknown, { budget }: Evaluation): unknown {
  if (Array.isArray(value)) budget.spend(value.length / 8);
  return value;
}

function indexed(of: unknown, key: unknown): unknown {
  const failed = all([of, key]);
  if (failed instanceof Failure) return failed;
  if (Array.isArray(of)) return isNumber(key) && key >= 0 && key < of.length ? found(known(of[Number(key)]), key) : error("the list has no such place");
  return found(memberOf(of, key), key);
}

/** `&&` and `||`: `winner` on either side decides, whatever the other is. */
function decided(winner: boolean, [left, right]: readonly [ASTNode, ASTNode], scope: Scope, evaluation: Evaluation): unknown {
  const first = run(left, scope, evaluation);
  if (first === winner) return winner;
  const second = run(right, scope, evaluation);
  if (second === winner) return winner;
  const failed = all([first, second].map((side) => (typeof side === "boolean" || side instanceof Failure ? side : error("it is neither true nor false"))));
  return failed instanceof Failure ? failed : !winner;
}

function present(node: ASTNode, scope: Scope, evaluation: Evaluation): unknown {
  if (node.op !== ".") return error("has() asks for a field");
  const of = run(node.args[0], scope, evaluation);
  if (of instanceof Failure) return of;
  const value = memberOf(of, node.args[1]);
  return value instanceof Failure ? value : value !== undefined;
}

function called(name: string, args: readonly unknown[], { budget }: Evaluation): unknown {
  const failed = all(args);
  if (failed instanceof Failure) return failed;
  return Object.hasOwn(functions, name) ? functions[name]!.call(args, budget) : error(`there is no function ${name}`);
}

function matched(node: ASTNode, text: unknown, { budget, patterns }: Evaluation): unknown {
  if (text instanceof Failure) return text;
  const pattern = patterns.get(node);
  if (pattern === undefined || typeof text !== "string") return error("it is no text");
  budget.spend((text.length + 1) * pattern.cost);
  return pattern.test(text);
}

function macro(name: string, range: unknown, args: readonly ASTNode[], scope: Scope, evaluation: Evaluation): unknown {
  if (range instanceof Failure) return range;
  const items = itemsOf(range);
  const [variable, predicate, transform] = args;
  if (items === undefined || variable?.op !== "id" || predicate === undefined) return error("there is nothing to go through");
  const body = (node: ASTNode, item: unknown): unknown => run(node, { name: variable.args, value: item, outer: scope }, evaluation);
  if (name === "map" || name === "filter") {
    const result: unknown[] = [];
    for (const item of items) {
      const kept = name === "filter" || transform !== undefined ? body(predicate, item) : true;
      if (kept instanceof Failure) return kept;
      if (kept !== true) continue;
      const value = name === "filter" ? known(item) : body(transform ?? predicate, item);
      if (value instanceof Failure) return value;
      result.push(value);
    }
    return result;
  }
  if (name === "exists_one") {
    const results = all(items.map((item) => body(predicate, item)));
    return results instanceof Failure ? results : results.filter((one) => one === true).length === 1;
  }
  // `all` is && over the items, `exists` is ||.
  const winner = name === "exists";
  let failure: Failure | undefined;
  for (const item of items) {
    const value = body(predicate, item);
    if (value === winner) return winner;
    if (value instanceof Failure) failure = failure === undefined ? value : worse(failure, value);
  }
  return failure ?? !winner;
}

function binary(op: string, left: unknown, right: unknown, { budget }: Evaluation): unknown {
  if (op === "in" && !(left instanceof Failure) && !(right instanceof Failure)) return member(left, right, budget);
  const failed = all([left, right]);
  if (failed instanceof Failure) return failed;
  if (op === "==") return equal(left, right, budget);
  if (op === "!=") {
    const same = equal(left, right, budget);
    return same instanceof Failure ? same : !same;
  }
  if (op === "+" && typeof left === "string" && typeof right === "string") {
    budget.spend((left.length + right.length) / 32);
    return left.length + right.length > LARGEST ? error("the text becomes too long") : left + right;
  }
  if (op === "+" && Array.isArray(left) && Array.isArray(right)) {
    budget.spend((left.length + right.length) / 8);
    return left.length + right.length > LARGEST ? error("the list becomes too long") : [...(left as unknown[]), ...(right as unknown[])];
  }
  if (isNumber(left) && isNumber(right)) return numeric(op, left, right);
  const comparable = (typeof left === "string" && typeof right === "string") || (typeof left === "boolean" && typeof right === "boolean");
  return comparable ? compared(op, left as string, right as string) : error(`${op} does not apply here`);
}

function numeric(op: string, left: number | bigint, right: number | bigint): unknown {
  if (typeof left !== "bigint" || typeof right !== "bigint") {
    const [a, b] = [Number(left), Number(right)];
    switch (op) {
      case "+":
        return a + b;
      case "-":
        return a - b;
      case "*":
        return a * b;
      case "/":
        return a / b;
      case "%":
        return error("% takes whole numbers");
    }
    return compared(op, left, right);
  }
  switch (op) {
    case "+":
      return bounded(left + right);
    case "-":
      return bounded(left - right);
    case "*":
      return bounded(left * right);
    case "/":
      return right === 0n ? error("something is divided by zero") : bounded(left / right);
    case "%":
      return right === 0n ? error("something is divided by zero") : left % right;
  }
  return compared(op, left, right);
}

function compared<T extends string | number | bigint>(op: string, left: T, right: T): unknown {
  switch (op) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
  return error(`${op} does not apply here`);
}

function member(value: unknown, range: unknown, budget: Budget): unknown {
  if (range instanceof Lookup) {
    const held = memberOf(range, value);
    return held instanceof Failure ? held : held !== undefined;
  }
  if (range instanceof Map) return range.has(value);
  if (!Array.isArray(range)) return typeof value === "string" && !(range instanceof Thing) && itemsOf(range) !== undefined ? Object.hasOwn(range as object, value) : error("there is nothing to look in");
  let failure: Failure | undefined;
  for (const item of range) {
    const same = equal(value, item, budget);
    if (same === true) return true;
    if (same instanceof Failure) failure = failure === undefined ? same : worse(failure, same);
  }
  return failure ?? false;
}
