import type { ASTNode } from "@marcbachmann/cel-js";
import { nearest } from "../../../engine/similar.ts";
import type { Element } from "../element.ts";
import { objectTypes } from "../elements.ts";
import type { ExpressionProblem } from "./expression.ts";
import { functions } from "./functions.ts";

/** The functions that are part of the language itself, with what they do. */
export const MACROS: { readonly [name: string]: string } = {
  has: "has(x.field): the field is there.",
  all: "list.all(item, condition): it holds for every item.",
  exists: "list.exists(item, condition): it holds for some item.",
  exists_one: "list.exists_one(item, condition): it holds for exactly one item.",
  map: "list.map(item, expression): the list of what it gives for each item.",
  filter: "list.filter(item, condition): the items for which it holds.",
};

/** What an expression uses. */
export interface Use {
  readonly problems: readonly ExpressionProblem[];
  /** The calls of `matches` with the literals that hold their patterns. */
  readonly patterns: readonly { readonly node: ASTNode; readonly pattern: ASTNode }[];
}

/** Types of variables, innermost first; `dyn` where nothing tells. */
interface Types {
  readonly name: string;
  readonly type: string;
  readonly outer?: Types | undefined;
}

/**
 * Looks for names that there are not: fields, variables and functions. The library's check stops at the first, knows no "did
 * you mean", and takes functions that a lesson must not have.
 */
export function checkUse(root: ASTNode, element: Element): Use {
  const problems: ExpressionProblem[] = [];
  const patterns: { node: ASTNode; pattern: ASTNode }[] = [];

  const complain = (range: ExpressionProblem["range"], message: string, meant?: string): void => {
    problems.push({ range, message, ...(meant !== undefined && { meant }) });
  };

  /** The type of a node, as far as names are concerned; reports what is wrong below it. */
  const look = (node: ASTNode, types: Types): string => {
    switch (node.op) {
      case "value":
        if (typeof node.args === "object" && node.args !== null) complain(node.range, "Lessons know neither bytes nor unsigned numbers. Write a text or a plain number.");
        return typeof node.args === "string" ? "string" : "dyn";
      case "id":
        return variable(node.args, node, types);
      case ".":
        return field(look(node.args[0], types), node.args[1], node);
      case "[]": {
        const of = look(node.args[0], types);
        look(node.args[1], types);
        return inside(of);
      }
      case "list":
        return `list<${node.args.map((item) => look(item, types))[0] ?? "dyn"}>`;
      case "map":
        for (const part of node.args.flat()) look(part, types);
        return "dyn";
      case "call":
        return call(node.args[0], node.args[1], node, types);
      case "rcall":
        return method(node, node.args, types);
      case "!_":
      case "-_":
        look(node.args, types);
        return "dyn";
      case ".?":
      case "[?]":
        complain(node.range, "Optional values are not part of lessons. Ask has() first.");
        return "dyn";
      case "?:":
        look(node.args[0], types);
        look(node.args[2], types);
        return look(node.args[1], types);
      default:
        look(node.args[1], types);
        return look(node.args[0], types) === "string" && node.op === "+" ? "string" : "dyn";
    }
  };

  const variable = (name: string, node: ASTNode, types: Types): string => {
    const names: string[] = [];
    for (let one: Types | undefined = types; one !== undefined; one = one.outer) {
      if (one.name === name) return one.type;
      names.push(one.name);
    }
    const meant = nearest(name, names);
    const own = Object.hasOwn(element.type.fields, name) ? `${element.variable}.${name}` : meant;
    complain(node.range, `There is no variable ${name}. ${own === undefined ? `A ${element.name} is called ${element.variable}.` : `Did you mean ${own}?`}`, own);
    return "dyn";
  };

  const field = (of: string, name: string, node: ASTNode): string => {
    const type = objectTypes.get(of);
    if (type === undefined) return /^map<string, (.+)>$/.exec(of)?.[1] ?? "dyn";
    if (Object.hasOwn(type.fields, name)) return type.fields[name]!.type;
    const meant = nearest(name, Object.keys(type.fields));
    // The node begins with what the field is of; its position is the field's own.
    complain({ start: node.pos, end: node.end }, `${of} has no field ${name}. ${meant === undefined ? `Its fields: ${Object.keys(type.fields).join(", ")}.` : `Did you mean ${meant}?`}`, meant);
    return "dyn";
  };

  const named = (name: string, node: ASTNode): boolean => {
    if (name === "matches" || Object.hasOwn(functions, name)) return true;
    const meant = nearest(name, [...Object.keys(functions), "matches", ...Object.keys(MACROS)]);
    // The place of a call is its name's where the library tells it.
    const start = node.input.lastIndexOf(name, node.range.end);
    const range = start >= 0 && start >= Math.min(node.range.start, start) ? { start, end: start + name.length } : node.range;
    complain(range, `There is no function ${name}. ${meant === undefined ? `There are: ${[...Object.keys(functions), "matches", ...Object.keys(MACROS)].join(", ")}.` : `Did you mean ${meant}?`}`, meant);
    return false;
  };

  const call = (name: string, args: readonly ASTNode[], node: ASTNode, types: Types): string => {
    const [first] = args;
    if (name !== "has") named(name, node);
    else if (first?.op !== "." || args.length !== 1) complain(node.range, "has() asks for one field: has(host.rack). Write it so.");
    for (const argument of args) look(argument, types);
    return "dyn";
  };

  const method = (node: ASTNode, [name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]], types: Types): string => {
    const of = look(receiver, types);
    if (Object.hasOwn(MACROS, name) && name !== "has") {
      const [item, ...bodies] = args;
      if (item?.op !== "id" || bodies.length < 1 || bodies.length > (name === "map" ? 2 : 1)) {
        complain(node.range, `${MACROS[name]!} Write it so.`);
        return "dyn";
      }
      const inner: Types = { name: item.args, type: inside(of), outer: types };
      const results = bodies.map((body) => look(body, inner));
      return name === "filter" ? of : name === "map" ? `list<${results.at(-1)!}>` : "dyn";
    }
    if (named(name, node) && name === "matches") {
      const [pattern] = args;
      if (pattern?.op === "value" && typeof pattern.args === "string") patterns.push({ node, pattern });
      else complain(pattern?.range ?? node.range, "The pattern of matches is written out as a text, so that its cost is known. Write it in quotes.");
    }
    for (const argument of args) look(argument, types);
    return name === "split" ? "list<string>" : "dyn";
  };

  look(root, { name: element.variable, type: element.type.name });
  return { problems, patterns };
}

/** The type of what a list holds. */
function inside(type: string): string {
  return /^list<(.+)>$/.exec(type)?.[1] ?? "dyn";
}
