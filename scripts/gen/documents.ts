import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rules } from "../../src/core.ts";
import { EXPECTED, KEYS, SECTIONS } from "../../src/formats/premortem-config/keys.ts";
import { configurationSchema } from "../../src/formats/premortem-config/schema.ts";
import { lessonSchema } from "../../src/formats/lesson/schema.ts";
import { lessons } from "../../src/lessons/index.ts";
import { lessonPacksPage } from "../../src/report/lesson-packs.ts";
import { lessonSchemaPage } from "../../src/report/lesson-schema.ts";
import { lessonPage, rulePage } from "../../src/report/page.ts";
import { sarifRules } from "../../src/report/sarif.ts";
import { localisationBundle } from "./localisation.ts";

/** Every generated document, by path. Needs `loadYaml()` beforehand. */
export function documents(root: string): [string, string][] {
  return [
    ...[...rules].map(([id, rule]): [string, string] => [`docs/rules/${id}.md`, rulePage(id, rule, lessons, { links: true })]),
    ...[...lessons].map(([id, lesson]): [string, string] => [`docs/lessons/${id}.md`, lessonPage(lesson, rules, { links: true })]),
    ["docs/rules.sarif.json", `${JSON.stringify(sarifRules(), null, 2)}\n`],
    ["schemas/premortem.schema.json", `${JSON.stringify(configurationSchema([...rules.keys()]), null, 2)}\n`],
    ["schemas/lesson.schema.json", `${JSON.stringify(lessonSchema(), null, 2)}\n`],
    ["docs/lessons/schema.md", lessonSchemaPage()],
    ["docs/lessons/packs.md", lessonPacksPage()],
    ["docs/premortem-yaml.md", configurationPage()],
    ["l10n/bundle.l10n.json", localisationBundle(root)],
    ["README.md", readme(root)],
  ];
}

/** The pages of rules and lessons, of shipped packs, and of what lessons that a team writes can read; by the folder of the pages. */
export function pages(): Record<string, string[]> {
  return { "docs/rules": [...rules.keys()], "docs/lessons": [...lessons.keys(), "schema", "packs"] };
}

/** Every key of `premortem.yaml`, in the order in which the schema has them. */
function configurationPage(): string {
  const sections = [...new Set(KEYS.map(({ path }) => (path.includes(".") ? path.split(".")[0]! : "")))];
  const tables = sections.map((section) => {
    const rows = KEYS.filter(({ path }) => (path.includes(".") ? path.split(".")[0] : "") === section).map(
      ({ path, kind, summary, default: value }) => `| \`${path}\` | ${summary} | ${EXPECTED[kind]} | ${value === undefined ? "" : `\`${JSON.stringify(value)}\``} |`,
    );
    const heading = section === "" ? ["## At the top"] : [`## ${section}`, "", SECTIONS[section]!];
    return [...heading, "", "| key | what it says | expects | default |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
  });
  return ["# `premortem.yaml`", "", "All keys may be left out. Times are seconds without a unit, sizes bytes, rates bytes per second. The editor completes the keys; one that is unknown is a finding with the key that was meant.", "", ...tables].join("\n");
}

function readme(root: string): string {
  let text = readFileSync(join(root, "README.md"), "utf8");
  text = fill(text, "rules", ruleTable());
  return fill(text, "settings", settingsTable(root));
}

/** Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
function fill(text: string, name: string, content: string): string {
  const pattern = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!pattern.test(text)) throw new Error(`README.md has no place for ${name}`);
  return text.replace(pattern, (_, open: string, close: string) => `${open}${content}${close}`);
}

function ruleTable(): string {
  const rows = [...rules].map(([id, rule]) => {
    const cited = rule.lessons.map((lesson) => lessons.get(lesson)!).map((lesson) => `${lesson.organisation} ${/^\d{4}/.exec(lesson.date)?.[0] ?? ""}`.trimEnd());
    return `| [\`${id}\`](docs/rules/${id}.md) | ${rule.what} | ${rule.severity} | ${rule.fix === "none" ? "" : rule.fix} | ${cited.join(", ")} |`;
  });
  return ["| rule | what it finds | at most | fix | lesson of |", "| --- | --- | --- | --- | --- |", ...rows, ""].join("\n");
}

function settingsTable(root: string): string {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    contributes?: { configuration?: { properties?: Record<string, { default?: unknown; description?: string; markdownDescription?: string }> } };
  };
  const texts = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")) as Record<string, string>;
  const rows = Object.entries(manifest.contributes?.configuration?.properties ?? {}).map(
    ([name, setting]) => `| \`${name}\` | \`${JSON.stringify(setting.default)}\` | ${texts[(setting.markdownDescription ?? setting.description ?? "").slice(1, -1)] ?? ""} |`,
  );
  return ["| setting | default | what it does |", "| --- | --- | --- |", ...rows, ""].join("\n");
}
