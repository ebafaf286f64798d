import { erasureMinimums } from "../../model/ceph/erasure.ts";
import { onlyLaboratory, poolNumbers } from "../../model/ceph/pools.ts";
import { unquotedRange } from "../../model/written/tasks.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "Pools accept writes that only one disk has.",
  why: "With min_size 1, a write is confirmed while a single copy exists. If that disk fails before the others are back, the newest data is gone, and older copies become the truth.",
  instead: "Keep size 3 and min_size 2. Lower min_size by hand in an emergency, and raise it again afterwards.",
  lessons: ["2014-osd-restart-corruption"],
  reads: ["ceph"],
  severity: "error",
  fix: "unsafe",
  fixSafety: "Pools with fewer copies than the new min_size stop all I/O until recovery has made them.",
  lifecycle: "stable",
  sources: ["Ceph: rados/operations/pools", "Ceph: src/common/config.h, get_osd_pool_default_min_size"],
  data: { minSize: "copies that a write needs", size: "copies" },
  examples: {
    bad: [
      "[global]\nosd pool default size = 3\nosd pool default min size = ⟦1⟧\n",
      { "create-pools.sh": "#!/bin/sh\nceph osd pool create volumes 128\nceph osd pool set volumes size 3\nceph osd pool set volumes min_size ⟦1⟧\n" },
      { "ec.sh": "#!/bin/sh\nceph osd erasure-code-profile set cold k=4 m=2\nceph osd pool create archive 32 32 erasure cold\nceph osd pool set archive min_size ⟦4⟧\n" },
      { "pool.yaml": "apiVersion: ceph.rook.io/v1\nkind: CephBlockPool\nmetadata:\n  name: images\nspec:\n  replicated:\n    size: 3\n  parameters:\n    min_size: \"⟦1⟧\"\n" },
      { "ec.yaml": "apiVersion: ceph.rook.io/v1\nkind: CephBlockPool\nmetadata:\n  name: archive\nspec:\n  erasureCoded:\n    dataChunks: 4\n    codingChunks: 2\n  parameters:\n    min_size: \"⟦3⟧\"\n" },
    ],
    good: ["[global]\nosd pool default size = 3\nosd pool default min size = 2\n", { "pool.yaml": "apiVersion: ceph.rook.io/v1\nkind: CephBlockPool\nmetadata:\n  name: images\nspec:\n  replicated:\n    size: 3\n  parameters:\n    min_size: \"2\"\n" }],
    lookalike: [
      { "ec.sh": "#!/bin/sh\nceph osd erasure-code-profile set cold k=4 m=2\nceph osd pool create archive 32 32 erasure cold\nceph osd pool set archive min_size 5\n" },
      "[global]\nosd pool default size = 3\n; 0: size - size / 2\nosd pool default min size = 0\n[osd]\nosd max backfills = 1\n",
      // Of one copy there is no more to ask for.
      "[global]\nosd pool default size = 1\nosd pool default min size = 1\nmon allow pool size one = true\n",
    ],
  },
  check({ ceph, path, workspace, report }) {
    if (onlyLaboratory(workspace, ceph)) return;
    const minimums = poolNumbers(ceph, "min_size");
    const sizes = poolNumbers(ceph, "size");
    const erasure = new Set(erasureMinimums(ceph).map(({ range }) => range.start));
    for (const { setting, value, pool } of minimums) {
      // Of one copy, one is all there is to ask for; ceph/pool-size-two speaks of that.
      if (value !== 1 || erasure.has(setting.valueRange.start) || sizes.some((size) => size.pool === pool && size.value === 1)) continue;
      report({
        location: { path, range: setting.valueRange },
        message: `${pool !== undefined ? `Pool ${pool} accepts` : setting.kind === "pool" ? "This pool accepts" : "New pools accept"} writes with one copy left (min_size 1): if that disk fails, confirmed data is lost. ${sizes.some((size) => size.pool === pool && size.value === 2) ? "Keep 3 copies and min_size 2." : "Set min_size to 2."}`,
        ...(setting.conditional ? { severity: "warning" as const, confidence: "likely" as const } : {}),
        data: { minSize: 1 },
        fixes: [{ title: "Set min_size to 2", safety: "unsafe", edits: [{ path, range: setting.valueRange, newText: "2" }] }],
      });
    }
    for (const { pool, dataChunks, codingChunks, minSize, range } of erasureMinimums(ceph)) {
      // With a single coding chunk, k+1 is all of them: any failure stops the pool, which some accept less.
      if (minSize > dataChunks || codingChunks < 2) continue;
      report({
        location: { path, range },
        message: `Pool ${pool} of ${dataChunks} data and ${codingChunks} coding chunks accepts writes with ${minSize} of them (min_size ${minSize}): ${minSize < dataChunks ? "too few to read anything back" : "one more lost disk, and confirmed data is lost"}. Set min_size to ${dataChunks + 1}.`,
        data: { minSize, size: dataChunks + codingChunks },
        fixes: [{ title: `Set min_size to ${dataChunks + 1}`, safety: "unsafe", edits: [{ path, range: unquotedRange(workspace.text(path) ?? "", range), newText: String(dataChunks + 1) }] }],
      });
    }
    for (const { setting, value, pool } of sizes) {
      // Without its own min_size, or with 0, a pool takes size - size / 2: of two copies one is enough.
      const own = minimums.find((minimum) => minimum.pool === pool);
      const hidden = own === undefined && ceph.settings.some(({ option }) => option === "osd_pool_default_min_size");
      // A variable's template may set min_size beside it.
      if (value !== 2 || pool !== undefined || setting.kind === "variable" || hidden || (own !== undefined && own.value !== 0)) continue;
      report({
        location: { path, range: setting.valueRange },
        severity: "warning",
        confidence: "likely",
        message: "With 2 copies and no min_size of its own, a pool accepts writes with one copy left (min_size = 2 - 2/2 = 1): if that disk fails, confirmed data is lost. Keep 3 copies and min_size 2.",
        data: { minSize: 1, size: 2 },
      });
    }
  },
});
