import type { Lesson } from "../engine/lesson.ts";
import type { Example, ExampleFiles, RuleMeta } from "../engine/rule.ts";

const FIX: Record<RuleMeta["fix"], string> = { safe: "a safe fix", unsafe: "an unsafe fix", none: "no fix" };

/** How a page is made. `links`: names of lessons and rules lead to their pages, which lie in `rules/` and `lessons/`. */
export interface PageOptions {
  readonly links?: boolean;
}

/** A rule's page in Markdown, from its metadata alone. The first line of text is the rule's `what`. */
export function rulePage(
  id: string,
  rule: RuleMeta & { readonly check?: unknown; readonly compare?: unknown },
  lessons: ReadonlyMap<string, Lesson>,
  { links = false }: PageOptions = {},
): string {
  const looksAt = [rule.check !== undefined || rule.compare === undefined ? "the state" : "", rule.compare ? "a change" : ""].filter(Boolean);
  const facts = [`At most: ${rule.severity}`, `looks at ${looksAt.join(" and ")}`, `has ${FIX[rule.fix]}`];
  if (rule.lifecycle === "preview") facts.push("preview: it may still change");
  const sections = [
    `# ${id}\n\n${rule.what}\n\n${facts.join("; ")}.`,
    `## Why\n\n${rule.why}`,
    `## Instead\n\n${rule.instead}`,
  ];
  if (rule.fixSafety !== undefined) sections.push(`## Fix safety\n\n${rule.fixSafety}`);
  sections.push(
    [
      "## Examples",
      ...examples("Found", rule.examples.bad),
      ...examples("Not found", rule.examples.good),
      ...examples("Looks alike and is not found", rule.examples.lookalike),
    ].join("\n\n"),
  );
  const cited = rule.lessons.flatMap((lesson) => lessons.get(lesson) ?? []);
  if (cited.length > 0) sections.push(`## Lessons\n\n${cited.map((lesson) => citation(lesson, links ? `${"../".repeat(id.split("/").length)}lessons/${lesson.id}.md` : undefined)).join("\n")}`);
  if (rule.sources && rule.sources.length > 0) sections.push(`## Sources\n\n${rule.sources.map((source) => `- ${source}`).join("\n")}`);
  if (rule.data) sections.push(`## Data\n\n${Object.entries(rule.data).map(([name, unit]) => `- \`${name}\`: ${unit}`).join("\n")}`);
  return `${sections.join("\n\n")}\n`;
}

/** A post-mortem's page in Markdown, with the rules that it gave. */
export function lessonPage(lesson: Lesson, rules: ReadonlyMap<string, RuleMeta>, { links = false }: PageOptions = {}): string {
  const named = (id: string): string => (links ? `[\`${id}\`](../rules/${id}.md)` : `\`${id}\``);
  const given = [...rules].filter(([, rule]) => rule.lessons.includes(lesson.id)).map(([id, rule]) => `- ${named(id)}: ${rule.what}`);
  const source = lesson.url === undefined ? "" : `\n\nTheir own words: ${lesson.url}`;
  return [
    `# ${lesson.id}\n\n${lesson.organisation}, ${lesson.date}: ${lesson.title}`,
    `## What happened\n\n${lesson.whatHappened}`,
    `## Lesson\n\n${lesson.lesson}`,
    `## Rules\n\n${given.join("\n")}${source}`,
  ].join("\n\n") + "\n";
}

function citation(lesson: Lesson, page: string | undefined): string {
  const title = lesson.url === undefined ? lesson.title : `[${lesson.title}](${lesson.url})`;
  const named = page === undefined ? `\`${lesson.id}\`` : `[\`${lesson.id}\`](${page})`;
  return `- ${named}: ${lesson.organisation}, ${lesson.date}, ${title}. ${lesson.lesson}`;
}

function* examples(title: string, given: Example | readonly Example[]): Iterable<string> {
  const list = Array.isArray(given) ? (given as readonly Example[]) : [given as Example];
  for (const [index, example] of list.entries()) {
    yield `### ${title}${list.length > 1 ? ` (${index + 1})` : ""}`;
    if (isChange(example)) {
      yield "Before:";
      yield* files(example.before);
      yield "After:";
      yield* files(example.after);
    } else {
      yield* files(example);
    }
  }
}

function isChange(example: Example): example is { readonly before: ExampleFiles; readonly after: ExampleFiles } {
  return typeof example === "object" && "before" in example && "after" in example;
}

function* files(example: ExampleFiles): Iterable<string> {
  const texts: [string, string][] = typeof example === "string" ? [["", example]] : Object.entries(example);
  for (const [path, marked] of texts) {
    if (path !== "") yield `\`${path}\``;
    yield fence(marked.replace(/[⟦⟧]/g, "").replace(/\n*$/, "\n"));
    const places = markedLines(marked);
    if (places.length > 0) yield `Found at: ${places.map(code).join(", ")}`;
  }
}

/** The lines in which a mark opens, without the marks. */
function markedLines(marked: string): string[] {
  const lines = marked.split("\n").filter((line) => line.includes("⟦"));
  return [...new Set(lines.map((line) => line.replace(/[⟦⟧]/g, "").trim()))].filter((line) => line !== "");
}

/** A fence is longer than any run of backticks inside it (CommonMark 0.31, 4.5). */
function fence(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}text\n${text}${ticks}`;
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}
