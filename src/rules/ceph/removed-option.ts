import type { OptionFacts } from "../../model/ceph/options.ts";
import { OLDEST_MAINTAINED, optionFacts, releaseName } from "../../model/ceph/options.ts";
import { releaseFor } from "../../model/ceph/release.ts";
import { daemonsOf } from "../../model/ceph/sections.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "This release of Ceph no longer has the option.",
  why: "The daemons pass over it without a word: what it was written for does not hold since the upgrade.",
  instead: "Set what took its place, or remove the line.",
  lessons: [],
  reads: ["ceph"],
  severity: "warning",
  fix: "safe",
  fixSafety: "The line has no effect on this release; it is mended only where the option has a new name.",
  lifecycle: "stable",
  sources: ["Ceph: src/common/options of 10.2 to 20.2", "Ceph: release notes"],
  data: { removed: "major release that lacks it" },
  examples: {
    bad: [
      "[osd]\n⟦max open files⟧ = 131072\n",
      "[mon]\n⟦mon mds blacklist interval⟧ = 86400\n",
      { "ceph.conf": "[client.rgw.a]\n⟦rgw port⟧ = 8080\n", "premortem.yaml": "cephRelease: squid\n" },
    ],
    good: "[mon]\nmon_mds_blocklist_interval = 86400\n",
    lookalike: { "ceph.conf": "[osd]\nosd op threads = 4\nmax open files = 131072\n", "premortem.yaml": "cephRelease: jewel\n" },
  },
  check({ ceph, path, workspace, report }) {
    const release = releaseFor(workspace, path, ceph.scope);
    for (const setting of ceph.settings) {
      if (setting.kind === "pool" || setting.kind === "variable" || daemonsOf(setting.section).length === 0) continue;
      const facts = optionFacts(setting.option);
      const gone = facts && goneFrom(facts);
      if (facts === undefined || gone === undefined) continue;
      // Between two releases that were looked at, the later one is the first that surely lacks it.
      if (release === undefined ? gone.last > OLDEST_MAINTAINED && gone.first > OLDEST_MAINTAINED : release.major < gone.last) continue;
      const renamed = renamedTo(facts);
      const since = facts.outside === undefined ? `since ${gone.first === gone.last ? releaseName(gone.first) : `${releaseName(gone.first)} or ${releaseName(gone.last)}`}` : "";
      const words = facts.outside === "never" ? "never was an option of Ceph" : facts.outside === "ceph-disk" ? "was read by ceph-disk only" : `is gone ${since}`;
      report({
        location: { path, range: setting.optionRange },
        message: `"${setting.rawOption}" ${words}, so the line does nothing. ${advice(facts, renamed)}`,
        severity: release === undefined && gone.last > OLDEST_MAINTAINED ? "info" : "warning",
        confidence: release === undefined ? "likely" : "certain",
        data: { removed: gone.last },
        ...(release?.location ? { related: [{ location: release.location, message: `the cluster runs ${releaseName(release.major)}` }] } : {}),
        ...(renamed === undefined ? {} : { fixes: [{ title: `Set ${renamed} instead`, safety: "safe" as const, edits: [{ path, range: setting.optionRange, newText: renamed }] }] }),
      });
    }
  },
});

function advice({ replacedBy }: OptionFacts, renamed: string | undefined): string {
  if (renamed !== undefined) return `Set ${renamed} instead.`;
  if (replacedBy === undefined) return "Remove it.";
  return replacedBy.startsWith("(") ? `Remove it ${replacedBy}.` : `Use ${replacedBy} instead.`;
}

/** A new name for the same thing: others differ in unit or meaning, so that a value cannot be carried over. */
function renamedTo({ name, replacedBy, outside }: OptionFacts): string | undefined {
  return replacedBy !== undefined && (replacedBy === name.replaceAll("blacklist", "blocklist") || outside === "never") ? replacedBy : undefined;
}

function goneFrom({ removed, outside }: OptionFacts): { first: number; last: number } | undefined {
  if (removed !== undefined) return { first: removed[0], last: removed[1] };
  return outside === undefined ? undefined : { first: 10, last: 10 };
}
