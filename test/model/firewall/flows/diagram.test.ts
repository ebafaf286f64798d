import assert from "node:assert/strict";
import fc from "fast-check";
import type { Node } from "../../../../src/model/firewall/flows/diagram.ts";
import { Diagram, MAYBE, NO, TooLarge, YES } from "../../../../src/model/firewall/flows/diagram.ts";

const VARIABLES = 5;

/** A function of few variables by its values, one for each assignment. */
const table = (values: readonly number[]): fc.Arbitrary<readonly number[]> => fc.array(fc.constantFrom(...values), { minLength: 1 << VARIABLES, maxLength: 1 << VARIABLES });
const outcomes = table([1, 2, 3, 4, 5, 8, 16, 17, 31]);
const truths = table([NO, YES, MAYBE]);

function build(diagram: Diagram, values: readonly number[], level = 0): Node {
  return level === VARIABLES ? values[0]! : diagram.node(level, build(diagram, values.slice(0, values.length / 2), level + 1), build(diagram, values.slice(values.length / 2), level + 1));
}

function values(diagram: Diagram, node: Node): number[] {
  return Array.from({ length: 1 << VARIABLES }, (_, assignment) => {
    let at = node;
    while (!diagram.isTerminal(at)) at = (assignment >> (VARIABLES - 1 - diagram.level(at))) & 1 ? diagram.high(at) : diagram.low(at);
    return at;
  });
}

describe("decision diagrams", () => {
  it("are equal numbers where the functions are equal, and hold what they were made of", () => {
    const diagram = new Diagram();
    fc.assert(fc.property(outcomes, outcomes, (f, g) => {
      const [first, second] = [build(diagram, f), build(diagram, g)];
      assert.deepEqual(values(diagram, first), f);
      assert.equal(first === second, f.join() === g.join());
    }));
  });

  it("are joined, chosen from and bound value by value", () => {
    const diagram = new Diagram();
    fc.assert(fc.property(truths, outcomes, outcomes, (truth, f, g) => {
      const [t, yes, no] = [build(diagram, truth), build(diagram, f), build(diagram, g)];
      assert.deepEqual(values(diagram, diagram.union(yes, no)), f.map((one, i) => one | g[i]!));
      assert.deepEqual(values(diagram, diagram.choose(t, yes, no)), truth.map((one, i) => (one === YES ? f[i]! : one === NO ? g[i]! : f[i]! | g[i]!)));
      assert.deepEqual(values(diagram, diagram.bind(yes, no, 2)), f.map((one, i) => (one & ~17) | (one & 1 ? g[i]! : 0) | (one & 16 ? 2 : 0)));
    }));
  });

  it("follow the laws of truths of which some are not known", () => {
    const diagram = new Diagram();
    fc.assert(fc.property(truths, truths, truths, (a, b, c) => {
      const [f, g, h] = [a, b, c].map((one) => build(diagram, one)) as [Node, Node, Node];
      assert.equal(diagram.and(f, g), diagram.and(g, f));
      assert.equal(diagram.or(f, diagram.or(g, h)), diagram.or(diagram.or(f, g), h));
      assert.equal(diagram.and(f, diagram.or(g, h)), diagram.or(diagram.and(f, g), diagram.and(f, h)));
      assert.equal(diagram.not(diagram.not(f)), f);
      assert.equal(diagram.not(diagram.and(f, g)), diagram.or(diagram.not(f), diagram.not(g)));
      assert.equal(diagram.without(f, g), diagram.and(f, diagram.not(g)));
      // A rule is the same whether its matches are asked one by one or together.
      assert.equal(diagram.choose(f, diagram.choose(g, 1, h), h), diagram.choose(diagram.and(f, g), 1, h));
    }));
  });

  it("put new values into variables, and ask for some and for all of their values", () => {
    const diagram = new Diagram();
    fc.assert(fc.property(table([NO, YES]), fc.integer({ min: 0, max: VARIABLES - 1 }), fc.constantFrom(0 as const, 1 as const), (a, level, bit) => {
      const f = build(diagram, a);
      const mask = 1 << (VARIABLES - 1 - level);
      const at = (i: number, value: 0 | 1): number => a[value ? i | mask : i & ~mask]!;
      assert.deepEqual(values(diagram, diagram.writing(new Map([[level, bit]]))(f)), a.map((_, i) => at(i, bit)));
      assert.deepEqual(values(diagram, diagram.writing(new Map([[level, { level: (level + 1) % VARIABLES, turned: bit === 1 }]]))(f)), a.map((_, i) => {
        const other = 1 << (VARIABLES - 1 - ((level + 1) % VARIABLES));
        return at(i, Boolean(i & other) !== (bit === 1) ? 1 : 0);
      }));
      assert.deepEqual(values(diagram, diagram.over((one) => one === level, level, "or")(f)), a.map((_, i) => (at(i, 0) === YES || at(i, 1) === YES ? YES : NO)));
      assert.deepEqual(values(diagram, diagram.over((one) => one === level, level, "and")(f)), a.map((_, i) => (at(i, 0) === YES && at(i, 1) === YES ? YES : NO)));
    }));
  });

  it("give up where they grow beyond the budget", () => {
    const diagram = new Diagram(20_000);
    assert.throws(() => {
      for (let i = 0; i < 100_000; i++) diagram.node(1, diagram.node(3 + i, NO, YES), YES);
    }, TooLarge);
  });
});
