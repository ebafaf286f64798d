import assert from "node:assert/strict";
import { isUnknown } from "../../../../src/engine/unknown.ts";
import { disruptivePlays } from "../../../../src/model/rollout/disruption.ts";
import { exposureOf } from "../../../../src/model/rollout/picture.ts";
import { english } from "../../../../src/report/english.ts";
import { rolloutPlays } from "../../../../src/report/html/figures/rollout-plays.ts";
import { rolloutCases, rolloutFigures } from "../../../../src/report/html/figures/rollout.ts";
import { reviewedOf, textsOf } from "../../../support/reviewed.ts";
import { cases, fleet } from "./cases.ts";
import { assertTidy, drawingsOf, numberOf } from "./svg.ts";

const play = (serial: string): { readonly play: string } => ({ play: `  serial: ${serial}\n  max_fail_percentage: 20\n` });

describe("the picture of a rollout", () => {
  it("touches and breaks as many as the rules say, and stops where they say", async () => {
    for (const incident of ["2014-osd-restart-corruption", "2017-keying-daemon-rollout", "2019-ceph-firewall-reload", "2017-network-added"]) {
      const reviewed = await reviewedOf(textsOf(`test/incidents/${incident}/before`), textsOf(`test/incidents/${incident}/after`));
      const plays = rolloutPlays(reviewed).filter(({ interrupts }) => interrupts);
      assert.ok(plays.length > 0);
      for (const one of plays) {
        const disruptive = disruptivePlays(reviewed.after, one.play.path).find((other) => other.play === one.play)!;
        const at = rolloutCases(one).find(({ failing }) => failing === 0.3)!;
        assert.deepEqual({ failing: 0.3, touched: at.touched, failed: at.failed }, exposureOf(disruptive));
        for (const fingerprint of one.findings) {
          const { data } = reviewed.report.findings.find((finding) => finding.fingerprint === fingerprint)!;
          if (data["exposure"] !== undefined && data["batchCount"] === at.sizes.length) assert.deepEqual(data["exposure"], exposureOf(disruptive));
        }
      }
    }
  });

  it("has columns as high as their batches, up to the stop", async () => {
    const reviewed = await reviewedOf(fleet({ web: 40 }, "one", play("[1, 4, 10]")), fleet({ web: 40 }, "two", play("[1, 4, 10]")));
    const [one] = rolloutPlays(reviewed);
    const shown = rolloutCases(one!);
    assert.ok(!isUnknown(one!.sizes));
    assert.deepEqual(one!.sizes, [1, 4, 10, 10, 10, 5]);
    // With 30 % failing, 1 of 4 is more than 20 %.
    const middle = shown.find(({ failing }) => failing === 0.3)!;
    assert.deepEqual(middle.exposure, { touched: [1, 4, 0, 0, 0, 0], failed: [0, 2, 0, 0, 0, 0], begun: 2 });
    assert.equal(middle.stopsIn, 2);
    const [figure] = rolloutFigures(reviewed, "f", english);
    const drawings = drawingsOf(figure!.html);
    for (const [index, each] of shown.entries()) {
      for (const svg of drawings.slice(2 * index, 2 * index + 2)) {
        const columns = [...each.sizes.keys()].map((batch) => svg.shapes.filter(({ name, title }) => name === "rect" && title.startsWith(`batch ${batch + 1}: `)));
        const unit = 150 / 40;
        let below = 0;
        for (const [batch, shapes] of columns.entries()) {
          const height = (className: string): number => shapes.filter((shape) => shape.className === className).reduce((sum, shape) => sum + numberOf(shape, "height"), 0);
          const isSpared = each.stopsIn !== undefined && batch + 1 > each.stopsIn;
          const near = (actual: number, hosts: number): boolean => (hosts === 0 ? actual === 0 : Math.abs(actual - Math.max(2, hosts * unit)) < 0.02);
          assert.ok(near(height("fig-hot"), each.exposure.failed[batch]!));
          assert.ok(near(height("fig-calm"), each.exposure.touched[batch]! - each.exposure.failed[batch]!));
          assert.ok(near(height("fig-rest"), isSpared ? 0 : below));
          below += each.sizes[batch]!;
          if (isSpared) assert.ok(near(height("fig-spared"), below));
        }
        const stop = svg.shapes.find(({ className }) => className === "fig-limit");
        assert.equal(stop !== undefined, each.stopsIn !== undefined, "a line where it stops, and only there");
        assert.ok(svg.shapes.some(({ className, text }) => className === "fig-alarm" && text === (each.stopsIn === undefined ? "nothing stops it" : `stops in batch ${each.stopsIn}`)));
      }
    }
    const rows = figure!.table.rows.filter(([failing]) => failing === "30%");
    assert.deepEqual(rows.map((row) => row.slice(1)), [["1", "1", "1", "0", ""], ["2", "4", "4", "2", "yes"], ["3 to 5, each", "10", "0", "0", ""], ["6", "5", "0", "0", ""]]);
  });

  it("draws a changed play in batches that no finding is about", async () => {
    const texts = (version: number) => ({ "hosts.ini": "[web]\nweb[1:6].example.net\n", "site.yml": `- name: Pages\n  hosts: web\n  serial: 2\n  tasks:\n    - ansible.builtin.copy:\n        content: "${version}"\n        dest: /srv/index.html\n` });
    const reviewed = await reviewedOf(texts(1), texts(2), { findings: [] });
    const [figure, ...others] = rolloutFigures(reviewed, "f", english);
    assert.equal(others.length, 0);
    assert.match(figure!.summary, /6 hosts in 3 batches/);
    assert.deepEqual(figure!.findings, []);
  });

  it("draws batches as not known that a template decides", async () => {
    const { before, after } = cases["batches that a template decides"]!;
    const [figure] = rolloutFigures(await reviewedOf(before, after), "f", english);
    assert.match(figure!.summary, /in which batches is not known/);
    for (const svg of drawingsOf(figure!.html)) assert.ok(svg.shapes.some(({ className }) => className === "fig-unsure"));
    assert.ok(figure!.table.rows.every((row) => row[3] === "not known"));
  });

  it("draws hosts that go by themselves", async () => {
    const after = { "inventory.ini": "[ceph_osds]\nosd[1:6].example.net\n", "site.yml": "- hosts: ceph_osds\n  tasks:\n    - copy: src=52reboot dest=/etc/apt/apt.conf.d/52reboot\n", "files/52reboot": 'Unattended-Upgrade::Automatic-Reboot "true";\nUnattended-Upgrade::Automatic-Reboot-Time "02:00";\n' };
    for (const before of [undefined, {}]) {
      const reviewed = await reviewedOf(before, after);
      const figure = rolloutFigures(reviewed, "f", english).find(({ title }) => /by themselves/.test(title))!;
      assert.equal(figure.summary, "files/52reboot: 6 of 6 hosts at once.");
      assert.deepEqual(figure.table.rows, [["files/52reboot", "6", "6"]]);
      for (const svg of drawingsOf(figure.html)) {
        assertTidy(svg);
        assert.equal(svg.shapes.filter(({ className, title }) => className === "fig-hot" && title !== "").length, 1);
      }
    }
  });
});
