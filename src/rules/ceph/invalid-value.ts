import { isUnknown } from "../../engine/unknown.ts";
import type { OptionFacts } from "../../model/ceph/options.ts";
import { OLDEST_MAINTAINED, defaultAt, limitsSince, optionFacts } from "../../model/ceph/options.ts";
import { debugLevels, isDebugLevel } from "../../model/ceph/printed.ts";
import { releaseFor } from "../../model/ceph/release.ts";
import { daemonsOf } from "../../model/ceph/sections.ts";
import type { Refusal } from "../../model/ceph/value.ts";
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
    bad: [
      "[osd]\nosd scrub end hour = ⟦24⟧\ndebug osd = ⟦high⟧\n",
      "[osd.1]\npublic addr = ⟦192.0.2.0.11⟧\n[mon]\nmon osd down out interval = ⟦10m⟧\n",
      { "tune.sh": "#!/bin/sh\nceph config set osd osd_op_queue ⟦mclock⟧\n" },
      "[osd]\nosd_scrub_auto_repair = ⟦yes⟧\n", "[osd]\nosd memory target = ⟦4GiB⟧\n", "[mon]\nmon_osd_full_ratio = ⟦95%⟧\n",
    ],
    good: "[osd]\nosd_scrub_auto_repair = true\nosd memory target = 4Gi\n[mon]\nmon_osd_full_ratio = .95\n",
    lookalike: [
      { "ceph.conf": "[osd]\nosd scrub end hour = 24\nosd op queue = prio\n", "premortem.yaml": "cephRelease: jewel\n" },
      "[osd]\ndebug osd = 1/5\nosd scrub sleep = 1e-1\nms bind ipv6 = TRUE\n",
      "[osd]\nosd max backfills = 2K\nosd_memory_target = {{ target }}\n[osd0]\nosd_scrub_auto_repair = yes\n",
      { "ceph.conf": "[osd]\nosd memory target = 4GiB\n", "premortem.yaml": "cephRelease: tentacle\n" },
    ],
  },
  check({ ceph, path, workspace, report }) {
    const release = releaseFor(workspace, path, ceph.scope)?.major;
    for (const setting of ceph.settings) {
      const { value, section, option, kind, rawOption } = setting;
      if (kind === "pool" || kind === "variable" || isUnknown(value) || isUnknown(section) || value === "" || PLACEHOLDER.test(value)) continue;
      if (daemonsOf(section).length === 0) continue;
      const facts = optionFacts(option);
      const typed = facts && judge(facts, value, release);
      if (facts === undefined || typed === undefined) continue;
      // The form of a value never changed; limits and words did.
      const certain = typed.certain && !setting.conditional;
      const standard = defaultAt(facts, release);
      const outcome = kind === "command" ? "is refused, so nothing changes" : `is refused without a word and the default${standard === undefined || standard === "" ? "" : `, ${standard},`} is used`;
      report({
        location: { path, range: setting.valueRange },
        message: `${rawOption} = ${value} ${outcome}: ${typed.refused}. ${typed.instead === undefined ? "Correct the value." : `Write ${typed.instead}.`}`,
        ...(certain ? {} : { severity: "warning" as const, confidence: "likely" as const }),
        ...(typed.instead === undefined ? {} : { fixes: [{ title: `Write ${typed.instead}`, safety: "safe" as const, edits: [{ path, range: setting.valueRange, newText: typed.instead }] }] }),
      });
    }
  },
});

function judge(facts: OptionFacts, value: string, release: number | undefined): Refusal | undefined {
  if (isDebugLevel(facts.name) && facts.type === undefined) {
    return debugLevels(value) === undefined && facts.removed === undefined ? { refused: "it takes a level from 0 to 99, or two as 1/5", certain: true } : undefined;
  }
  if (facts.type === undefined) return undefined;
  const typed = parseValue(facts, value, release);
  if (!("refused" in typed)) return undefined;
  // An older release had other limits: its own default would be refused by the newest.
  return !typed.certain && (release ?? OLDEST_MAINTAINED) < limitsSince(facts) ? undefined : typed;
}
