import assert from "node:assert/strict";
import { flowChanges } from "../../../../src/model/firewall/change/flows.ts";
import { rulesetPairs } from "../../../../src/model/firewall/change/pairs.ts";
import { english } from "../../../../src/report/english.ts";
import { flowFigures, pictureOf } from "../../../../src/report/html/figures/flows.ts";
import { reviewedOf } from "../../../support/reviewed.ts";
import { cases } from "./cases.ts";
import { boxOf, drawingsOf, numberOf, pointsOf } from "./svg.ts";

const FLOWS = Object.entries(cases).filter(([, { kinds }]) => kinds.includes("flows"));

describe("the picture of flows", () => {
  for (const [name, { before, after }] of FLOWS) {
    it(`draws and lists the flows of the model: ${name}`, async () => {
      const reviewed = await reviewedOf(before, after);
      const pairs = rulesetPairs(reviewed.before!, reviewed.after, reviewed.changed);
      const figures = flowFigures(reviewed, "f", english);
      assert.ok(figures.length >= Math.min(6, pairs.length) && figures.length <= 6);
      for (const figure of figures) {
        const pair = pairs.find(({ path }) => figure.title.includes(path.replace(/\u202E/g, "U+202E")) || figure.title.includes(path))!;
        const { changes, undecided } = flowChanges(reviewed.after, pair);
        const count = (kind: string): number => changes.filter((change) => change.kind === kind).length;
        const known = figure.table.rows.filter(([kind]) => kind !== "not known");
        assert.deepEqual(known.map(([kind]) => kind), changes.map(({ kind }) => kind));
        assert.deepEqual(known.map((row) => row[3]), changes.map(({ words }) => words));
        assert.equal(figure.table.rows.length - known.length, undecided ? 1 : 0, "what is not known is a row");
        const shown = pictureOf(pair.path, flowChanges(reviewed.after, pair), english);
        for (const kind of ["opened", "closed"] as const) {
          const drawn = shown.lines.filter((line) => line.kind === kind);
          assert.equal(drawn.reduce((sum, { flows }) => sum + flows, 0) + shown.rest[kind], count(kind), "what is not drawn is counted");
        }
        for (const svg of drawingsOf(figure.html)) {
          const legend = shown.lines.length === 0 ? 0 : 1;
          for (const kind of ["opened", "closed"] as const) {
            const arrows = svg.shapes.filter(({ className }) => className === `fig-flow-${kind}`);
            assert.equal(arrows.length, shown.lines.filter((line) => line.kind === kind).length + legend);
          }
          assert.equal(svg.shapes.filter(({ className }) => className === "fig-cross").length, shown.lines.filter(({ kind }) => kind === "closed").length + legend, "closed ones end at the wall");
          assert.equal(svg.shapes.some(({ className }) => className === "fig-unsure"), undecided, "unknown is hatched");
        }
      }
    });
  }

  it("leads each arrow from its source to its service", async () => {
    const { before, after } = cases["flows of nftables"]!;
    const [figure] = flowFigures(await reviewedOf(before, after), "f", english);
    for (const svg of drawingsOf(figure!.html)) {
      /** The middle of an end's words. */
      const height = (title: string, onLeft: boolean): number => {
        const own = svg.shapes.filter((shape) => shape.name === "text" && shape.title === title && numberOf(shape, "x") < svg.width / 2 === onLeft);
        assert.equal(new Set(own.map(({ className }) => className)).size, own.length, `${title} is one end`);
        return numberOf(own[0]!, "y") + (own.length > 1 ? 2 : -4);
      };
      const arrows = svg.shapes.filter(({ className, title }) => /^fig-flow-/.test(className) && title !== "");
      assert.ok(arrows.length > 6);
      for (const arrow of arrows) {
        const points = pointsOf(arrow.attributes.get("d")!);
        const [from, to] = /^(?:opened|closed): (.*) to (.*)$/.exec(arrow.title)!.slice(1) as [string, string];
        assert.ok(Math.abs(points[0]!.y - height(from, true)) <= 12, `${arrow.title} begins at its source`);
        assert.ok(Math.abs(points.at(-1)!.y - height(to, false)) <= 12, `${arrow.title} ends at its service`);
        const end = svg.shapes.find(({ className, title }) => title === arrow.title && /^fig-(?:cross|head-opened)$/.test(className))!;
        const { top, bottom } = boxOf(end);
        const meets = end.className === "fig-cross" ? points[3]! : points.at(-1)!;
        assert.ok(Math.abs((top + bottom) / 2 - meets.y) < 0.1, `the mark of ${arrow.title} is on it`);
      }
    }
  });

  it("tells from where to where, in the table too", async () => {
    const { before, after } = cases["flows of iptables"]!;
    const [figure] = flowFigures(await reviewedOf(before, after), "f", english);
    assert.ok(figure!.table.rows.some(([kind, from, to]) => kind === "closed" && from === "any but 192.0.2.0/24" && to!.startsWith("TCP 22")));
    assert.ok(figure!.table.rows.some(([kind, from, to]) => kind === "opened" && from === "anywhere" && to!.startsWith("UDP 51820")));
    assert.ok(figure!.table.rows.some(([kind, from, to]) => kind === "closed" && from === "anywhere (on lan0)" && to!.includes("out of wan0")));
  });

  it("cites the findings about that file only", async () => {
    const reviewed = await reviewedOf(cases["flows in ten files"]!.before, cases["flows in ten files"]!.after);
    const figures = flowFigures(reviewed, "f", english);
    for (const { findings, title } of figures) {
      assert.ok(findings.length > 0);
      for (const fingerprint of findings) assert.ok(title.includes(reviewed.report.findings.find((finding) => finding.fingerprint === fingerprint)!.location.path));
    }
    assert.match(figures.at(-1)!.summary, /4 more rulesets/);
  });

  const FILTER = (rule: string): string => `table inet filter {\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tct state established,related accept\n\t\t${rule}\n\t}\n}\n`;
  const INVENTORY = { "inventory/hosts.ini": "[web]\nweb1\nweb2\n" };
  const [ONE, TWO] = ["hosts/web1/etc/nftables.conf", "hosts/web2/etc/nftables.conf"];

  it("draws what a new ruleset lets through, and what a removed one did", async () => {
    const rules = { [ONE]: FILTER("ip saddr 192.0.2.0/24 tcp dport 22 accept") };
    for (const [before, after, title, said] of [
      [{}, rules, "lets through", "The file is new. It lets 1 flows through. For example: TCP to port 22 from 192.0.2.0/24."],
      [rules, {}, "let through", "The change removes the file. It let 1 flows through; what filters there now, the change does not say. For example: TCP to port 22 from 192.0.2.0/24."],
    ] as const) {
      const [figure, ...others] = flowFigures(await reviewedOf({ ...INVENTORY, ...before }, { ...INVENTORY, ...after }), "f", english);
      assert.deepEqual(others, []);
      assert.equal(figure!.title, `Flows that ${ONE} ${title}`);
      assert.equal(figure!.summary, said.replace("1 flows", "1 flow"));
      assert.deepEqual(figure!.table.rows.map((row) => row.slice(0, 4)), [["let through", "192.0.2.0/24", "TCP 22 (on this host)", "TCP to port 22 from 192.0.2.0/24"]]);
      for (const svg of drawingsOf(figure!.html)) {
        assert.equal(svg.shapes.filter(({ className }) => className === "fig-flow-opened").length, 2, "one arrow and the legend's");
        assert.equal(svg.shapes.filter(({ className }) => className === "fig-flow-closed" || className === "fig-cross").length, 0);
      }
    }
  });

  it("takes no file of one host for another host's that was moved", async () => {
    const [old, fresh] = [FILTER("ip saddr 192.0.2.0/24 tcp dport 22 accept\n\t\tudp dport 53 accept\n\t\ttcp dport 53 accept\n\t\ttcp dport 853 accept\n\t\ttcp dport 9100 accept"), FILTER("tcp dport { 80, 443 } accept")];
    const titles = flowFigures(await reviewedOf({ ...INVENTORY, [ONE]: old }, { ...INVENTORY, [TWO]: fresh }), "f", english).map(({ title }) => title);
    assert.deepEqual(titles, [`Flows that ${TWO} lets through`, `Flows that ${ONE} let through`]);
  });
});
