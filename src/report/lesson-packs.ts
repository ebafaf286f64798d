import type { LessonTree } from "../formats/lesson/index.ts";
import { lesson as format } from "../formats/lesson/index.ts";
import { PACKS } from "../model/lesson/packs.ts";

/** The shipped packs of lessons in Markdown: what each lesson finds, the incident, and how well that is known. Needs `loadYaml()` beforehand. */
export function lessonPacksPage(): string {
  const packs = Object.entries(PACKS).map(([name, files]) => {
    const trees = Object.values(files).map((text) => format.parse(text).tree);
    return [`## ${name}`, `${trees.length} lessons from public reports that no built-in rule covers. Turn them on in \`premortem.yaml\` by \`lessons: [${name}]\`.`, ...trees.map(entry)].join("\n\n");
  });
  return [
    "# Shipped packs of lessons",
    "A pack is a set of lessons in [CEL](https://cel.dev), written as a team writes its own. None is on until `premortem.yaml` names its pack. Its findings are of rule `lesson/ID`, and `premortem explain lesson/ID` shows one with its examples. A lesson of the same id in the repository holds instead of the shipped one: copy its file to change it.",
    "Each says how well its incident is known: a post-mortem is the organisation's own text, a thread is one of maintainers and users. Where the source is mixed or second-hand, the lesson is in preview and may still change.",
    ...packs,
  ].join("\n\n") + "\n";
}

function entry({ id, incident, what, why, instead, reads, severity, lifecycle }: LessonTree): string {
  const title = incident?.link === undefined ? incident?.title : `[${incident.title}](${incident.link})`;
  const source = `${incident?.organisation ?? ""}, ${incident?.date ?? "undated"}: ${title ?? ""}`;
  const facts = [`reads ${reads?.value ?? ""}`, `at most ${severity}`, `source: ${incident?.source ?? "not graded"}`, ...(lifecycle === "preview" ? ["preview"] : [])];
  return [`### ${id?.value ?? ""}`, `${what ?? ""} ${why ?? ""}`, `Instead: ${instead ?? ""}`, `- ${source}\n- ${facts.join("; ")}`].join("\n\n");
}
