import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { evaluate, hidesAnything } from "../../src/formats/template/evaluate.ts";
import { parseExpression } from "../../src/formats/template/expression.ts";
import type { JinjaValue } from "../../src/formats/template/values.ts";
import { skip } from "../support/skip.ts";

const ORACLE = resolve("test/conformance/expressions-oracle.py");
const VARIABLES: Record<string, JinjaValue> = { n: 7, zero: 0, neg: -3, f: 1.5, s: "Hello World", t: "a,b,,c", num: "42", blank: "", yes: "yes", no: "no", T: true, F: false, nil: null, l: ["b", "A", "c", "a", "b"], nums: [3, 1, 2, 3], mixed: [1, "x", null, true], empty: [], nest: [[1, 2], [3, [4]]], d: { a: 1, b: [1, 2], c: { x: "y" } }, e: {}, users: [{ name: "bob", uid: 3, on: true }, { name: "Al", uid: 1, on: false }, { name: "eve", uid: 2, on: true, x: { y: 1 } }], kv: [{ key: "p", value: 1 }, { key: "q", value: "z" }], ip: "192.0.2.5/24", ver: "2.14.1", path: "/etc/foo/bar.conf", quote: "it's \"x\"", l2: ["a", "z"], multi: "x\ny" };
const NAMES = [...Object.keys(VARIABLES), "missing"];
const LITERALS = ["'a'", "'b'", "','", "'x'", "''", "'name'", "'uid'", "'on'", "' '", "'o'", "'^H'", "'[a-z]+'", "'(l+)'", "'1.0'", "'2.14'", "\"it's\"", "1", "0", "2", "-1", "1.5", "2.0", "true", "none", "[]", "['a', 'B']", "{'a': 1}", "[1, 2, 2]", "{}", "10", "1e3"];
const FILTERS = ["default('z')", "default", "default('q', true)", "d([])", "int", "int(5)", "float", "bool", "string", "lower", "upper", "capitalize", "trim", "length", "count", "first", "last", "list", "sort", "sort(reverse=true)", "sort(attribute='uid')", "sort(attribute='name')", "unique", "union(l2)", "intersect(l2)", "difference(l2)", "symmetric_difference(l2)", "union([1])", "join", "join(',')", "join('-', attribute='name')", "replace('a', 'b')", "replace('l','')", "split(',')", "split", "map(attribute='name')", "map(attribute='x.y', default=0)", "map('upper')", "map('int')", "map('default', 1)", "map('regex_replace', '^', 'x')", "map('length')", "select", "reject", "select('string')", "select('match', '^a')", "select('equalto', 'a')", "reject('in', l2)", "selectattr('on')", "rejectattr('on')", "selectattr('uid', 'gt', 1)", "selectattr('name', 'equalto', 'bob')", "selectattr('name','match','^[a-z]')", "selectattr('x', 'defined')", "rejectattr('x','undefined')", "selectattr('name','in',['bob'])", "dict2items", "dict2items(key_name='k')", "items2dict", "combine({'a': 2, 'z': 3})", "combine({'c': {'q': 1}}, recursive=true)", "combine(e, {'k': l})", "flatten", "flatten(1)", "flatten(levels=1)", "reverse", "min", "max", "sum", "abs", "round", "round(0, 'floor')", "round(1)", "ternary('y','n')", "ternary(1, 2, 3)", "basename", "dirname", "quote", "to_json", "regex_replace('o', '0')", "regex_replace('(l+)', '<\\\\1>')", "regex_search('l+')", "mandatory", "trim('/')", "items", "dictsort", "length | string"];
const TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "odd", "even", "divisibleby 2", "divisibleby(3)", "match('^H')", "search('o W')", "match('hel')", "in l", "in d", "in 'abc'", "contains('a')", "eq 7", "equalto('a')", "gt(1)", "true", "false", "truthy", "falsy", "subset(l)", "superset(l2)", "version('2.9', '>=')", "version('2.14.1', 'eq')", "lower", "upper", "not none", "not defined", "ge 1", "sameas true"];
const MEMBERS = ["startswith('H')", "endswith('d')", "lower()", "upper()", "strip()", "strip('/')", "split()", "split(',')", "split(',', 1)", "replace('o','0')", "get('a')", "get('zz', 5)", "get('zz')", "keys()", "values()", "items()", "join(l)", "count('l')", "find('o')", "isdigit()", "capitalize()", "title()", "splitlines()", "index('b')", "a", "b.0", "name", "c.x", "rstrip('c')", "lstrip()"];
const OTHERS = ["range(3)", "range(5,0,-2)", "dict(a=1)", "1 < n < 5", "-f", "l[1:]", "s[:2]", "d['a']", "nums[-1]", "lookup('env','HOME')"];

/** A generator of expressions: a seed gives the same ones everywhere. */
function expressions(start: number, count: number): string[] {
  let state = start;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * limit);
  };
  const one = (from: readonly string[]): string => from[below(from.length)]!;
  const build = (depth: number): string => {
    if (depth <= 0) return below(3) > 0 ? one(NAMES) : one(LITERALS);
    const inner = (): string => build(depth - 1);
    switch (below(15)) {
      case 0:
        return `${inner()} ${one(["+", "-", "*", "/", "//", "%", "~", "**"])} ${inner()}`;
      case 1:
        return `${inner()} ${one(["==", "!=", "<", ">", "<=", ">=", "in", "not in"])} ${inner()}`;
      case 2:
        return `${inner()} ${one(["and", "or"])} ${inner()}`;
      case 3:
        return `not ${inner()}`;
      case 4:
        return `${inner()} if ${inner()} else ${inner()}`;
      case 5:
      case 6:
        return `${inner()} is ${one(TESTS)}`;
      case 7:
        return `(${inner()}).${one(MEMBERS)}`;
      case 8:
        return `[${inner()}, ${inner()}]`;
      case 9:
        return one(OTHERS);
      default:
        return `${inner()} | ${one(FILTERS)}`;
    }
  };
  return Array.from({ length: count }, () => build(1 + below(3)));
}

describe("Jinja expressions, against ansible-core", function () {
  this.timeout(120_000);
  const [seed = 1, count = 4_000] = (process.env["EXPRESSION_SEED"] ?? "").split(",").filter(Boolean).map(Number);

  it("never gives another value", function () {
    const python = ["/usr/bin/python3", "python3"].find((command) => spawnSync(command, ["-c", "import ansible"]).status === 0);
    if (python === undefined) return skip(this, "ansible-core is not installed");
    const written = expressions(seed, count);
    const run = spawnSync(python, [ORACLE], { input: JSON.stringify([VARIABLES, written]), encoding: "utf8", maxBuffer: 1 << 30 });
    assert.equal(run.status, 0, run.stderr);
    const answers = JSON.parse(run.stdout.replace(/\b(?:NaN|-?Infinity)\b/g, "null")) as { value?: unknown }[];
    let equal = 0;
    let unknown = 0;
    for (const [index, code] of written.entries()) {
      const answer = answers[index]!;
      if (!("value" in answer)) continue;
      const expression = parseExpression(code);
      const value = expression && evaluate(expression, (name) => VARIABLES[name]);
      if (expression === undefined || (value !== undefined && hidesAnything(value))) unknown++;
      else {
        assert.deepEqual(JSON.parse(JSON.stringify(value === undefined ? "undefined" : value)), answer.value, code);
        equal++;
      }
    }
    console.log(`      of ${equal + unknown} expressions that have a value, ${equal} have the same here and ${unknown} are Unknown`);
    assert.ok(equal > unknown);
  });
});
