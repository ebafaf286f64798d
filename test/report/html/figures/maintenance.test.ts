import assert from "node:assert/strict";
import { forecastOf } from "../../../../src/model/fleet/change/forecast.ts";
import { plannedWindow } from "../../../../src/model/fleet/maintenance.ts";
import { isUnknown } from "../../../../src/engine/unknown.ts";
import { english } from "../../../../src/report/english.ts";
import { maintenanceCases, maintenanceFigures } from "../../../../src/report/html/figures/maintenance.ts";
import type { Reviewed } from "../../../../src/report/reviewed.ts";
import { reviewedOf, textsOf } from "../../../support/reviewed.ts";
import { cases } from "./cases.ts";
import type { Svg } from "./svg.ts";
import { assertTidy, drawingsOf, numberOf, pointsOf } from "./svg.ts";

const INCIDENT = "test/incidents/2017-network-added";
const REVIEWS: { readonly [name: string]: () => Promise<Reviewed> } = {
  "the incident": () => reviewedOf(textsOf(`${INCIDENT}/before`), textsOf(`${INCIDENT}/after`)),
  "hypervisors with room": () => reviewedOf(cases["hypervisors with room"]!.before, cases["hypervisors with room"]!.after),
  "sixty hypervisors": () => reviewedOf(cases["sixty hypervisors"]!.before, cases["sixty hypervisors"]!.after),
};

/** Pixels to seconds, from the planned window of the lane that begins last. */
function rightEdge(svg: Svg): number {
  return svg.width - 24;
}

describe("the picture of a maintenance", () => {
  for (const [name, review] of Object.entries(REVIEWS)) {
    it(`draws every way as the forecast plays it: ${name}`, async () => {
      const reviewed = await review();
      const forecast = forecastOf(reviewed.before!, reviewed.after)!;
      const shown = maintenanceCases(reviewed.after, forecast, forecast.needs.length);
      const [figure] = maintenanceFigures(reviewed, "f", english);
      const drawings = drawingsOf(figure!.html);
      assert.equal(drawings.length, 2 * forecast.scenarios.length);
      for (const [index, { policy, schedule, name: way }] of forecast.scenarios.entries()) {
        const one = shown[index]!;
        assert.equal(one.lanes.length + one.rest.hosts, policy.order.length, "no host is lost");
        assert.deepEqual(one.lanes.map(({ started, emptied, ended }) => [started, emptied, ended]), one.lanes.map((_, turn) => [schedule.started[turn], schedule.emptied[turn], schedule.ended[turn]]));
        assert.equal(Math.max(...one.steps.map(({ out }) => out)), schedule.peak.out, "the peak is not lost");
        assert.equal(Math.min(...one.steps.map(({ free }) => free)), schedule.leastTotal.bytes, "nor is the least memory");
        for (const svg of drawings.slice(2 * index, 2 * index + 2)) {
          const left = svg.width < 500 ? 84 : 132;
          const last = Math.max(1, one.end, one.rest.until, ...one.lanes.flatMap(({ planned, ended }) => [planned?.until ?? 0, ended]));
          const x = (seconds: number): number => left + (seconds / last) * (rightEdge(svg) - left);
          for (const lane of one.lanes) {
            const own = svg.shapes.filter(({ title }) => title.startsWith(`${lane.host}: `));
            const moving = own.find(({ className }) => className === "fig-hot")!;
            assert.ok(Math.abs(numberOf(moving, "x") - x(lane.started)) < 0.02, `${way}: ${lane.host} starts at its time`);
            const until = Math.min(lane.emptied, lane.ended);
            assert.ok(Math.abs(numberOf(moving, "width") - Math.max(1, x(until) - x(lane.started))) < 0.02, `${way}: ${lane.host} is empty at its time`);
            assert.equal(own.some(({ className }) => className === "fig-cross"), lane.emptied === Infinity, "one that is never empty is crossed");
            assert.equal(lane.planned === undefined, /one-at-a-time/.test(way), "one that waits has no time of its own");
            if (lane.planned?.until !== undefined) {
              const planned = own.find(({ className }) => className === "fig-hollow")!;
              assert.ok(Math.abs(numberOf(planned, "x") - x(lane.planned.from)) < 0.02);
              assert.ok(Math.abs(numberOf(planned, "width") - Math.max(2, x(lane.planned.until) - x(lane.planned.from))) < 0.02);
            }
          }
          const out = pointsOf(svg.shapes.find(({ className }) => className === "fig-line-hot")!.attributes.get("d")!);
          const heights = new Set(out.map(({ y }) => Math.round(y * 10)));
          assert.equal(heights.size, new Set(one.steps.map(({ out: hosts }) => hosts)).size, "one height for each number of hosts");
          for (const { time } of one.steps) assert.ok(out.some((point) => Math.abs(point.x - x(time)) < 0.02), "a step at each time");
        }
      }
      const rows = figure!.table.rows.filter(([, host]) => host === "");
      assert.equal(rows.length, forecast.scenarios.length);
      rows.forEach((row, index) => assert.equal(row[5] === "never", forecast.scenarios[index]!.schedule.notEmptied.length > 0));
    });
  }

  it("plans windows as they are written", async () => {
    const reviewed = await REVIEWS["hypervisors with room"]!();
    const forecast = forecastOf(reviewed.before!, reviewed.after)!;
    const [plan] = maintenanceCases(reviewed.after, forecast, 6);
    for (const { host, planned } of plan!.lanes) {
      const window = plannedWindow(reviewed.after, reviewed.after.fleet.host(host)!);
      assert.ok(!isUnknown(window) && planned!.until! - planned!.from === window.seconds);
    }
    assert.deepEqual(plan!.lanes.map(({ short }) => short), ["kvm1", "kvm2", "kvm3", "kvm4", "kvm5", "kvm6"]);
  });

  it("is switched by radio buttons of one group, each with a label and a drawing", async () => {
    const [figure] = maintenanceFigures(await REVIEWS["the incident"]!(), "f", english);
    const { html } = figure!;
    const buttons = [...html.matchAll(/<input class="fig-(\d)" type="radio" name="([^"]*)" id="([^"]*)"( checked="")?>/g)];
    assert.deepEqual(buttons.map(([, index]) => Number(index)), [0, 1, 2, 3, 4]);
    assert.equal(new Set(buttons.map(([, , group]) => group)).size, 1);
    assert.equal(buttons.filter(([, , , , checked]) => checked !== undefined).length, 1);
    for (const [, index, , id] of buttons) {
      assert.ok(html.includes(`<label for="${id}">`));
      assert.ok(html.includes(`class="fig-case fig-case-${index}"`));
    }
    assert.match(html, /<fieldset class="fig-switch"><legend>What if<\/legend>/);
  });

  it("draws memory as not known, and never as nothing, where nobody tells it", async () => {
    const { before, after } = cases["hypervisors without a known memory"]!;
    const [figure] = maintenanceFigures(await reviewedOf(before, after), "f", english);
    assert.match(figure!.summary, /Memory left is not known/);
    for (const svg of drawingsOf(figure!.html)) {
      assert.ok(svg.shapes.some(({ className, title }) => className === "fig-unsure" && title === "Memory left is not known"));
      assert.ok(!svg.shapes.some(({ className }) => className === "fig-line-calm"));
    }
    assert.ok(figure!.table.rows.filter(([, host]) => host === "").every((row) => row[7] === "not known"));
  });

  it("draws hosts as not known of which nothing tells how long they take", async () => {
    const { before, after } = cases["hypervisors of which nothing is known"]!;
    const [figure] = maintenanceFigures(await reviewedOf(before, after), "f", english);
    assert.match(figure!.summary, /^6 virtualisation hosts have to be emptied; .* is not known/);
    assert.equal(figure!.table.rows.length, 6);
    for (const svg of drawingsOf(figure!.html)) assert.ok(svg.shapes.some(({ className, title }) => className === "fig-unsure" && title.startsWith("6 hosts")));
  });

  it("of a state alone puts what is needed beside what is planned", async () => {
    const { after } = cases["hypervisors with room"]!;
    const busy = "guests:\n  - name: busy\n    memory_gib: 16\n    dirty_mb_s: 400\n";
    for (const [window, more, words] of [["1 min", {}, /needs 9 min, planned 60 s/], ["30 min", { "group_vars/kvm.yml": `${busy}ram: 128 GiB\n` }, /381 MiB a second written, 119 MiB a second sent/]] as const) {
      const texts = { ...after, ...more, "premortem.yaml": after["premortem.yaml"]!.replace("30 min", window) };
      const reviewed = await reviewedOf(undefined, texts);
      const [figure] = maintenanceFigures(reviewed, "f", english);
      const finding = reviewed.report.findings.find(({ fingerprint }) => figure!.findings.includes(fingerprint))!;
      assert.match(figure!.summary, words);
      for (const svg of drawingsOf(figure!.html)) {
        assertTidy(svg);
        const own = svg.shapes.filter(({ title }) => words.test(title));
        const needed = own.find(({ className }) => className === "fig-hot")!;
        const planned = pointsOf(own.find(({ className }) => className === "fig-limit")!.attributes.get("d")!)[0]!.x - numberOf(needed, "x");
        const numbers = [finding.data["needed"] ?? finding.data["dirtyRate"], finding.data["planned"] ?? finding.data["share"]].map(Number);
        if (Number.isFinite(numbers[0])) assert.ok(Math.abs(planned / numberOf(needed, "width") - numbers[1]! / numbers[0]!) < 0.01);
      }
    }
  });
});
