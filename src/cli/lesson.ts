import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import type { Json } from "../engine/finding.ts";
import { LineIndex } from "../engine/location.ts";
import { nearest } from "../engine/similar.ts";
import type { ElementName } from "../formats/lesson/index.ts";
import { ELEMENTS, LESSON_FILE } from "../formats/lesson/index.ts";
import { starter } from "../model/lesson/starters.ts";
import { lessonSchemaPage } from "../report/lesson-schema.ts";
import { terminalPage } from "../report/terminal.ts";
import { painter } from "../report/text.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import type { LessonFailure, LessonResult } from "./lesson-test.ts";
import { testLesson } from "./lesson-test.ts";
import { select, selects } from "./selection.ts";
import { loadState } from "./state.ts";
import type { Terminal } from "./terminal.ts";
import { warn } from "./terminal.ts";

/** Adds `premortem lesson` with its commands. */
export function addLessonCommands(program: Command, terminal: Terminal, done: (status: number) => void): void {
  const lesson = program.command("lesson").description("lessons that a team writes itself, in *.lesson.yaml");
  lesson
    .command("test")
    .description("run the examples of lessons: which must fire, which must not, and what their fixes do")
    .argument("[path...]", "lesson files or folders (default: the current directory)")
    .option("--json", "as JSON")
    .action(async (paths: string[], options: { json?: boolean }) => done(await testCommand(paths, options.json === true, terminal)));
  lesson
    .command("new")
    .description("write a lesson to begin with")
    .argument("<id>", "lower case words with - between them; the file is lessons/ID.lesson.yaml")
    .addOption(new Option("--reads <element>", "what it judges").choices(ELEMENTS).default("sysctl-entry"))
    .action((id: string, options: { reads: ElementName }) => newCommand(id, options.reads, terminal));
  lesson
    .command("schema")
    .description("what conditions can read, with types and units")
    .argument("[element]", `one of: ${ELEMENTS.join(", ")}`)
    .action((name: string | undefined) => terminal.out(terminalPage(lessonSchemaPage(elementOf(name)), { colour: terminal.colour })));
}

function elementOf(name: string | undefined): ElementName | undefined {
  if (name === undefined || (ELEMENTS as readonly string[]).includes(name)) return name as ElementName | undefined;
  const meant = nearest(name, ELEMENTS);
  throw new Unavailable(`Lessons read no ${name}. ${meant ? `Did you mean ${meant}?` : `They read: ${ELEMENTS.join(", ")}.`}`);
}

function newCommand(id: string, reads: ElementName, terminal: Terminal): void {
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(id)) throw new Unavailable(`"${id}" is no id. Write lower case words, digits and - between them, such as one-slow-disk.`);
  const path = join("lessons", `${id}.lesson.yaml`);
  if (existsSync(path)) throw new Unavailable(`${path} is there already. Choose another id.`);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, starter(id, reads));
  } catch (error) {
    throw new Unavailable(`${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}). Go where a folder lessons can be made.`);
  }
  terminal.out(`${path}\n`);
}

/** Tests the lessons below the paths: 0 where all hold, 1 where one does not, 2 where there is none or a file cannot be read. */
async function testCommand(paths: readonly string[], asJson: boolean, terminal: Terminal): Promise<number> {
  const results: (LessonResult & { readonly text: string })[] = [];
  let incomplete = false;
  for (const selection of select(paths)) {
    const { workspace, tree } = await loadState(selection, {});
    for (const omission of tree.omissions) {
      if (!selects(selection, omission.path) || !LESSON_FILE.test(omission.path)) continue;
      incomplete = true;
      warn(terminal, `${selection.prefix}${omission.path}: ${omission.reason}.`);
    }
    for (const path of workspace.paths) {
      if (!LESSON_FILE.test(path) || !selects(selection, path)) continue;
      const result = testLesson(workspace, path);
      results.push({ ...result, path: selection.prefix + path, text: workspace.text(path) ?? "" });
    }
  }
  if (results.length === 0) throw new Unavailable(`There is no lesson (*.lesson.yaml) below ${paths.length === 0 ? "the current directory" : paths.join(", ")}. Write one with: premortem lesson new ID.`);
  terminal.out(asJson ? jsonOf(results) : textOf(results, terminal.colour));
  return incomplete ? 2 : results.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

type Results = readonly (LessonResult & { readonly text: string })[];

function textOf(results: Results, colour: boolean): string {
  const paint = painter(colour);
  const lines = results.flatMap(({ id, path, text, bad, good, failures }) => {
    const named = id ?? "no id";
    if (failures.length === 0) return [`${path}: ${paint("bold", named)}: ${count(bad, "example")} found, ${count(good, "example")} silent`];
    const index = new LineIndex(text);
    return failures.map((failure) => {
      const { line, column } = index.positionAt(failure.range.start);
      return `${path}:${line}:${column}: ${paint("bold", named)}: ${titleOf(failure)}${failure.message}`;
    });
  });
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const examples = results.reduce((sum, { bad, good }) => sum + bad + good, 0);
  lines.push("", `${count(results.length, "lesson")}, ${count(examples, "example")}: ${failed === 0 ? "all hold" : `${count(failed, "lesson")} ${failed === 1 ? "does" : "do"} not hold`}.`);
  return `${lines.join("\n")}\n`;
}

function titleOf({ example }: LessonFailure): string {
  return example === undefined ? "" : `example ${example.kind} ${example.number}: `;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function jsonOf(results: Results): string {
  const json: Json = {
    version: 1,
    lessons: results.map(({ id, path, text, bad, good, failures }): Json => {
      const index = new LineIndex(text);
      const place = (offset: number): Json => ({ ...index.positionAt(offset) });
      return {
        id: id ?? null,
        path,
        examples: { bad, good },
        failures: failures.map(({ range, message, example }): Json => ({ message, example: example === undefined ? null : { kind: example.kind, number: example.number }, range: { start: place(range.start), end: place(range.end) } })),
      };
    }),
    summary: { lessons: results.length, failed: results.filter(({ failures }) => failures.length > 0).length },
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
