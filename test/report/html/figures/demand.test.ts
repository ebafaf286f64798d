import assert from "node:assert/strict";
import { openFilesSums } from "../../../../src/model/ceph/open-files.ts";
import { trackedHosts } from "../../../../src/model/kernel/conntrack/hosts.ts";
import { english } from "../../../../src/report/english.ts";
import { demandRows } from "../../../../src/report/html/figures/demand-rows.ts";
import { demandFigures } from "../../../../src/report/html/figures/demand.ts";
import { reviewedOf, textsOf } from "../../../support/reviewed.ts";
import type { Texts } from "../../../support/reviewed.ts";
import { cases } from "./cases.ts";
import type { Shape } from "./svg.ts";
import { drawingsOf, numberOf, pointsOf } from "./svg.ts";

const RULES = "table inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    iif lo accept\n    ct state established,related accept\n    tcp dport { 22, 3300, 6789, 6800-7568 } accept\n  }\n}\n";
const cluster = (max: number, facts = "osds=24 memory_gb=128 kernel=5.10.0"): Texts => ({
  "hosts.ini": `[ceph_osds]\nstore[01:20].example.net ${facts}\n\n[kvm]\nkvm[01:10].example.net\n\n[kvm:vars]\nvms=60\n`,
  "site.yml": "- hosts: ceph_osds\n  tasks:\n    - copy:\n        src: nftables.conf\n        dest: /etc/nftables.conf\n    - copy:\n        src: storage.sysctl.conf\n        dest: /etc/sysctl.d/60-storage.conf\n",
  "files/nftables.conf": RULES,
  "files/storage.sysctl.conf": `net.netfilter.nf_conntrack_max = ${max}\n`,
});

const width = (shapes: readonly Shape[], className: string): number => shapes.filter((shape) => shape.className === className).reduce((sum, shape) => sum + numberOf(shape, "width"), 0);
const place = (shapes: readonly Shape[], className: string): number => pointsOf(shapes.find((shape) => shape.className === className)!.attributes.get("d")!)[0]!.x;

describe("the picture of demand against limits", () => {
  it("has connections as the model counts them, against the limit and what it was", async () => {
    const reviewed = await reviewedOf(cluster(262_144), cluster(131_072));
    const { found } = trackedHosts(reviewed.after);
    assert.equal(found.length, 20);
    const { demand } = found[0]!;
    const [row, ...others] = demandRows(reviewed);
    assert.deepEqual(others, []);
    assert.deepEqual({ ...row, hosts: row!.hosts.length, demand: { steady: row!.demand!.steady, worst: row!.demand!.worst } }, { of: "connections", hosts: 20, demand: { steady: demand.steady, worst: demand.worst }, isLeast: !found[0]!.whole, limit: 131_072, isDefault: false, limitWas: 262_144, reason: undefined });
    const [figure] = demandFigures(reviewed, "f", english);
    for (const svg of drawingsOf(figure!.html)) {
      const own = svg.shapes.filter(({ title }) => title.startsWith("ceph_osds (20 hosts): "));
      const all = own.filter(({ name, className }) => name === "rect" && /^fig-(?:calm|hot)$/.test(className));
      const from = Math.min(...all.map((shape) => numberOf(shape, "x")));
      const unit = (width(own, "fig-calm") + width(own, "fig-hot")) / demand.worst;
      assert.ok(Math.abs(width(own, "fig-calm") - Math.max(1, demand.steady * unit)) < 0.5);
      assert.ok(Math.abs(place(own, "fig-limit") - from - 131_072 * unit) < 0.5, "the limit stands at its number");
      assert.ok(Math.abs(place(own, "fig-limit-was") - from - 262_144 * unit) < 0.5);
    }
    assert.deepEqual(figure!.table.rows[0]!.slice(4), ["131\u202f072", "262\u202f144"]);
    assert.ok(figure!.findings.length > 0);
  });

  it("has open files as the model counts them", async () => {
    const incident = "test/incidents/2014-osd-restart-corruption";
    const reviewed = await reviewedOf(textsOf(`${incident}/before`), textsOf(`${incident}/after`));
    const [sum] = openFilesSums(reviewed.after);
    const row = demandRows(reviewed).find(({ of }) => of === "files")!;
    assert.equal(row.demand!.worst, sum!.total);
    assert.equal(row.limit, sum!.fileMax.value);
    assert.equal(row.hosts.length, openFilesSums(reviewed.after).length);
    const finding = reviewed.report.findings.find(({ rule }) => rule === "ceph/open-files-overcommit")!;
    assert.deepEqual([finding.data["total"], finding.data["fileMax"]], [row.demand!.worst, row.limit]);
  });

  it("draws a demand that nobody can tell as not known, beside its limit", async () => {
    for (const { before, after } of [cases["a limit that goes down"]!, { before: cluster(131_072, "memory_gb=128 kernel=5.10.0"), after: { ...cluster(131_072, "memory_gb=128 kernel=5.10.0"), "files/nftables.conf": RULES.replace("22, ", "22, 80, ") } }]) {
      const reviewed = await reviewedOf(before, after);
      const rows = demandRows(reviewed);
      if (rows.length === 0) continue;
      const [figure] = demandFigures(reviewed, "f", english);
      assert.ok(rows.every(({ demand }) => demand === undefined));
      for (const svg of drawingsOf(figure!.html)) {
        assert.ok(svg.shapes.some(({ className, title }) => className === "fig-unsure" && /not known, limit/.test(title)));
        assert.ok(!svg.shapes.some(({ className, title }) => /^fig-(?:hot|calm)$/.test(className) && title !== ""));
      }
      assert.ok(figure!.table.rows.every((row) => row[3] === "not known"));
    }
    const [row] = demandRows(await reviewedOf(cases["a limit that goes down"]!.before, cases["a limit that goes down"]!.after));
    assert.deepEqual([row!.limit, row!.limitWas], [4096, 2_000_000]);
  });

  it("is none where a change has nothing to do with either", async () => {
    const reviewed = await reviewedOf(cluster(4_194_304), { ...cluster(4_194_304), "group_vars/all.yml": "motd: hello\n" }, { findings: [] });
    assert.deepEqual(demandFigures(reviewed, "f", english), []);
  });
});
