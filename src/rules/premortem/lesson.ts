import { compiledIn, lessonsOf } from "../../model/lesson/lessons.ts";
import { failures } from "../lesson-examples.ts";
import { rule } from "../rule.ts";

const GOOD = `id: short-listen-queue
incident:
  organisation: Example
  date: 2024-03-01
  title: Connections refused at noon
what: The queue of new connections is short.
why: At a peak, connections are refused.
instead: Set net.core.somaxconn to 4096.
reads: sysctl-entry
when: sysctl.key == "net.core.somaxconn" && sysctl.number < 4096
message: "Only {sysctl.value} connections may wait. Set 4096."
examples:
  bad:
    - net.core.somaxconn = ⟦128⟧
  good:
    - net.core.somaxconn = 4096
`;
/** In the example, marks are the lesson's own, and say nothing of this rule. */
const good = GOOD.replace(/[⟦⟧]/g, "");

export default rule({
  what: "A lesson file says something that cannot be run.",
  why: "A lesson with a wrong field, a wrong type or an example that does not behave finds nothing, and everybody believes that it watches.",
  instead: "Correct the place as the message says. `premortem lesson schema` lists what conditions can read; `premortem lesson test` runs the examples.",
  lessons: [],
  reads: ["syntax"],
  severity: "error",
  fix: "safe",
  fixSafety: "The fix replaces a word by the one word that it is nearly the same as; until then the lesson did not run at all.",
  lifecycle: "stable",
  examples: {
    bad: [
      { "queue.lesson.yaml": good.replace("sysctl.number", "sysctl.⟦numbr⟧") },
      { "queue.lesson.yaml": good.replace("reads: sysctl-entry", "reads: ⟦sysctl-entri⟧") },
      { "queue.lesson.yaml": good.replace("{sysctl.value}", "{sysctl.⟦valu⟧}") },
      { "queue.lesson.yaml": good.replace("what:", "⟦wat⟧:") .replace("id: short", "⟦id⟧: short") },
      { "queue.lesson.yaml": good.replace("sysctl.number < 4096", "⟦sysctl.number < \"4096\"⟧") },
      { "queue.lesson.yaml": good.replace("- net.core.somaxconn = 128", "- ⟦net.core.somaxconn = 8192⟧") },
    ],
    good: { "queue.lesson.yaml": good },
    lookalike: { "lessons.yaml": "id: no lesson file\nreads: nothing\n" },
  },
  check({ syntax, path, workspace, report }) {
    // Every file has a syntax: this rule is for one kind of file alone.
    if (syntax.language !== "lesson") return;
    const compiled = compiledIn(workspace, path);
    const problems = [...syntax.errors, ...(compiled?.problems ?? []), ...(lessonsOf(workspace).problems.get(path) ?? [])];
    for (const { range, message, edits } of problems) {
      const fixes = edits?.map((edit) => ({ title: `Replace by ${edit.newText}`, safety: "safe" as const, edits: [{ ...edit, path }] }));
      report({ location: { path, range }, message, ...(fixes && { fixes }) });
    }
    // Of a lesson that is still being written, only the text is judged.
    if (compiled?.lesson === undefined || problems.length > 0) return;
    for (const { range, message } of failures(compiled.lesson, workspace)) report({ location: { path, range }, message });
  },
});
