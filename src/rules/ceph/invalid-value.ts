import { isUnknown } from "../../engine/unknown.ts";
import { optionFacts } from "../../model/ceph/options.ts";
import { releaseFor } from "../../model/ceph/release.ts";
import { parseValue } from "../../model/ceph/value.ts";
import { rule } from "../rule.ts";

/** What a tool, or a person, is to fill in. */
const PLACEHOLDER = /[$<>{}@]|replace|change.?me|your[-_ ]/i;

export default rule({
  what: "The daemons refuse this value and use the default.",
  why: "A value of the wrong form, or out of range, is dropped without a word while the file is read. The daemon starts, with the default.",
  instead: "Write true or false, plain numbers, or sizes as 4G or 4Gi.",
  lessons: [],
  reads: ["ceph"],
  severity: "error",
  fix: "safe",
  fixSafety: "The line has no effect as it stands; the mend gives it the one that its words say.",
  lifecycle: "stable",
  sources: ["Ceph: src/common/options.cc, Option::parse_value", "Ceph: src/common/strtol.cc"],
  examples: {
    bad: ["[osd]\nosd_scrub_auto_repair = ⟦yes⟧\n", "[osd]\nosd memory target = ⟦4GiB⟧\n", "[mon]\nmon_osd_full_ratio = ⟦95%⟧\n"],
    good: "[osd]\nosd_scrub_auto_repair = true\nosd memory target = 4Gi\n[mon]\nmon_osd_full_ratio = .95\n",
    lookalike: [
      "[osd]\nosd max backfills = 2K\nosd_memory_target = {{ target }}\n[osd0]\nosd_scrub_auto_repair = yes\n",
      { "ceph.conf": "[osd]\nosd memory target = 4GiB\n", "premortem.yaml": "cephRelease: tentacle\n" },
    ],
  },
  check({ ceph, path, workspace, report }) {
    const release = releaseFor(workspace, path, ceph.scope);
    for (const setting of ceph.settings) {
      const { value, section, option, kind } = setting;
      if ((kind !== "conf" && kind !== "override") || isUnknown(value) || isUnknown(section) || value === "" || PLACEHOLDER.test(value)) continue;
      if (!/^(global|mon|mgr|osd|mds|client)(\..*)?$/.test(section)) continue;
      const facts = optionFacts(option);
      if (facts?.type === undefined) continue;
      const typed = parseValue(facts, value, release?.major);
      if (!("refused" in typed)) continue;
      // Limits and words are those of the newest release; the form of a value never changed.
      const certain = typed.certain && !setting.conditional;
      report({
        location: { path, range: setting.valueRange },
        message: `${setting.rawOption} = ${value} is refused without a word and the default${facts.default === undefined ? "" : `, ${String(facts.default)},`} is used: ${typed.refused}. ${typed.instead === undefined ? "Correct the value." : `Write ${typed.instead}.`}`,
        ...(certain ? {} : { severity: "warning" as const, confidence: "likely" as const }),
        ...(typed.instead === undefined ? {} : { fixes: [{ title: `Write ${typed.instead}`, safety: "safe" as const, edits: [{ path, range: setting.valueRange, newText: typed.instead }] }] }),
      });
    }
  },
});
