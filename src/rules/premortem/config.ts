import { nearest } from "../../engine/similar.ts";
import { isPlace } from "../../model/lesson/lessons.ts";
import { PACKS } from "../../model/lesson/packs.ts";
import { lessonRules } from "../lesson.ts";
import { rules } from "../index.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "`premortem.yaml` says something that has no effect.",
  why: "A setting with a wrong name or a wrong value is left out, and its default holds: groups are then guessed by their names, limits are not what the team agreed on, and a rule that somebody meant to raise to an error stays what it was.",
  instead: "Correct the key or the value as the message says. The README lists every setting with its default; the editor completes them.",
  lessons: [],
  reads: ["config", "syntax"],
  severity: "error",
  fix: "safe",
  fixSafety: "The fix replaces a word by the one word that it is nearly the same as; until then the setting had no effect at all.",
  lifecycle: "stable",
  examples: {
    bad: [
      { "premortem.yaml": "groups:\n  ⟦hypervisors⟧: [compute]\n" },
      { "premortem.yaml": "migration:\n  bandwidth: ⟦fast⟧\n" },
      { "premortem.yaml": "severity:\n  ⟦premortem/confg⟧: warning\n" },
      { "premortem.yaml": "maintenance:\n  concurrent: ⟦0⟧\n" },
      { "premortem.yaml": "lessons:\n  - ours/\n  - ⟦no-such-pack⟧\n" },
    ],
    good: {
      "premortem.yaml":
        "groups:\n  storage: [ceph_osds]\n  hypervisor: [compute]\nmigration:\n  bandwidth: 10 Gbit/s\n  parallel: 2\nmaintenance:\n  window: 2 h\n  approval: maintenance_approved\nseverity:\n  premortem/suppression: error\nignore:\n  - archive/**\n",
    },
    lookalike: [
      // Sections that are being filled in, a variable's name for a time, one name where a list may stand.
      { "premortem.yaml": "groups:\nmaintenance:\n  window: maintenance_window_seconds\n" },
      { "premortem.yaml": "groups:\n  storage: ceph\nmigration:\n  dirtyRate: 1.5 GiB/s\n  downtime: 300ms\n" },
    ],
  },
  check(context) {
    // `syntax` is read for its errors, and every file has it: this rule is for one kind of file alone.
    if (context.reads === "syntax") {
      if (context.syntax.language !== "premortem-config") return;
      for (const { range, message, edits } of context.syntax.errors) {
        const path = context.path;
        const fixes = edits?.map((edit) => ({ title: `Replace by ${edit.newText}`, safety: "safe" as const, edits: [{ ...edit, path }] }));
        context.report({ location: { path, range }, message, ...(fixes && { fixes }) });
      }
      return;
    }
    const { lessons } = context.config.configuration;
    for (const name of lessons.filter((entry) => !isPlace(entry) && !Object.hasOwn(PACKS, entry))) {
      const text = context.workspace.text(context.path) ?? "";
      const start = Math.max(0, text.indexOf(name, text.search(/^lessons[ \t]*:/m) + "lessons".length));
      const meant = nearest(name, Object.keys(PACKS));
      context.report({
        location: { path: context.path, range: { start, end: start + name.length } },
        message: `There is no pack of lessons ${name}, so nothing comes of it. ${meant ? `Did you mean ${meant}?` : `A place in the repository has a / in it${Object.keys(PACKS).length > 0 ? `; packs: ${Object.keys(PACKS).join(", ")}` : ""}.`}`,
      });
    }
    for (const { rule: id, range } of context.config.severities) {
      const own = lessonRules(context.workspace);
      // Alone, the file does not tell which lessons there are.
      if (rules.has(id) || own.has(id) || (id.startsWith("lesson/") && own.size === 0)) continue;
      const meant = nearest(id, [...rules.keys(), ...own.keys()]);
      const edit = { path: context.path, range, newText: meant ?? "" };
      context.report({
        location: { path: context.path, range },
        message: `There is no rule ${id}, so its severity changes nothing. ${meant ? `Did you mean ${meant}?` : "`premortem explain` lists the rules."}`,
        ...(meant && { fixes: [{ title: `Replace by ${meant}`, safety: "safe" as const, edits: [edit] }] }),
      });
    }
  },
});
