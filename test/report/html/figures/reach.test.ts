import assert from "node:assert/strict";
import { english } from "../../../../src/report/english.ts";
import { reachFigures, reachPicture } from "../../../../src/report/html/figures/reach.ts";
import { reachOf } from "../../../../src/report/html/reach.ts";
import { reviewedOf, textsOf } from "../../../support/reviewed.ts";
import type { Texts } from "../../../support/reviewed.ts";
import { cases, fleet } from "./cases.ts";
import { drawingsOf, numberOf } from "./svg.ts";

const INCIDENT = "test/incidents/2014-osd-restart-corruption";
const part = (value: string): Texts => ({ ...fleet({ web: 7, db: 3 }, "one"), "group_vars/db.yml": `value: ${value}\n` });
const CHANGES: { readonly [name: string]: { readonly before: Texts; readonly after: Texts } } = {
  "an incident": { before: textsOf(`${INCIDENT}/before`), after: textsOf(`${INCIDENT}/after`) },
  "forty groups": cases["forty groups"]!,
  "one group of two": { before: part("one"), after: part("two") },
};

describe("the picture of a reach", () => {
  for (const [name, { before, after }] of Object.entries(CHANGES)) {
    it(`has bars as long as the numbers of the model: ${name}`, async () => {
      const reviewed = await reviewedOf(before, after);
      const reach = reachOf(reviewed)!;
      const shown = reachPicture(reach, reviewed, english);
      assert.equal(shown.all.hosts, reviewed.after.fleet.hosts.length);
      assert.equal(shown.all.reached, reach.hosts.size);
      for (const key of ["hosts", "reached", "interrupted"] as const) assert.equal(shown.groups.reduce((sum, row) => sum + row[key], 0), shown.all[key], `groups add up to all ${key}`);
      const [figure] = reachFigures(reviewed, "f", english);
      for (const svg of drawingsOf(figure!.html)) {
        const bars = (title: string, className: string): number => svg.shapes.filter((shape) => shape.name === "rect" && shape.title.startsWith(`${title}: `) && shape.className === className).reduce((sum, shape) => sum + numberOf(shape, "width"), 0);
        // Each part has a scale of its own; several groups in one have no bar.
        const unique = (row: { readonly name: string }): boolean => [...shown.groups, ...shown.roles].filter(({ name }) => name === row.name).length === 1;
        for (const rows of [shown.groups.filter(({ isSum }) => isSum !== true), shown.roles].map((list) => list.filter(unique))) {
          const longest = [...rows].sort((a, b) => b.hosts - a.hosts)[0];
          if (longest === undefined) continue;
          const unit = ["fig-hot", "fig-calm", "fig-rest"].reduce((sum, className) => sum + bars(longest.name, className), 0) / longest.hosts;
          assert.ok(unit * longest.hosts > 100, "the longest is long");
          for (const row of rows) {
            for (const [className, hosts] of [["fig-hot", row.interrupted], ["fig-calm", row.reached - row.interrupted], ["fig-rest", row.hosts - row.reached]] as const) {
              const width = bars(row.name, className);
              assert.ok(hosts === 0 ? width === 0 : Math.abs(width - Math.max(1, unit * hosts)) < 0.1, `${row.name} ${className}: ${width} for ${hosts} hosts of ${unit} each`);
            }
          }
        }
        for (const { name } of shown.groups.filter(({ isSum }) => isSum === true)) assert.equal(["fig-hot", "fig-calm", "fig-rest"].reduce((sum, className) => sum + bars(name, className), 0), 0);
      }
      const cells = figure!.table.rows.find(([by]) => by === "all")!;
      assert.deepEqual(cells.slice(2, 4).map(Number), [shown.all.hosts, shown.all.reached]);
      assert.equal(Number(cells[5]), shown.all.interrupted);
    });
  }

  it("tells reached from interrupting, and both from the rest", async () => {
    const { before, after } = CHANGES["one group of two"]!;
    const reviewed = await reviewedOf(before, after);
    const { groups, services } = reachPicture(reachOf(reviewed)!, reviewed, english);
    assert.deepEqual(groups, [{ name: "db", hosts: 3, reached: 3, interrupted: 3 }, { name: "web", hosts: 7, reached: 0, interrupted: 0 }]);
    assert.deepEqual(services, [{ name: "networking", hosts: 3 }]);
  });

  it("says when nobody can tell where a new play runs", async () => {
    const after = { ...part("two"), "new.yml": "- name: Somewhere\n  hosts: \"{{ target }}\"\n  tasks:\n    - ansible.builtin.ping:\n" };
    const [figure] = reachFigures(await reviewedOf(part("one"), after), "f", english);
    assert.match(figure!.summary, /one more new play runs on is not known/);
    for (const svg of drawingsOf(figure!.html)) assert.ok(svg.shapes.some(({ className, title }) => className === "fig-unsure" && title === "new plays: not known"));
    assert.ok(figure!.table.rows.some(([by, , hosts]) => by === "new play" && hosts === "not known"));
  });

  it("counts hosts whose networks a classifier's answer changes", async () => {
    const answer = (networks: string): string => `{"name": "kvm1", "roles": ["kvm_host"], "parameters": {"interfaces": {"fe": {"networks": {${networks}}}}}}\n`;
    const before = { "enc/kvm1.json": answer('"192.0.2.0/24": ["192.0.2.7"]') };
    const after = { "enc/kvm1.json": answer('"192.0.2.0/24": ["192.0.2.7"], "198.51.100.0/24": []') };
    const reviewed = await reviewedOf(before, after);
    const { all, services } = reachPicture(reachOf(reviewed)!, reviewed, english);
    const { data } = reviewed.report.findings.find(({ rule }) => rule === "fleet/blast-radius")!;
    assert.deepEqual([all.hosts, all.reached, all.interrupted], [data["of"], data["hosts"], data["interrupted"]]);
    assert.deepEqual(services, [{ name: "networking", hosts: 1 }]);
  });
});
