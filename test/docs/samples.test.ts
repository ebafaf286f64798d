import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/setup.mjs";
import { skip } from "../support/skip.ts";
import { CHECKS } from "./kinds.ts";
import type { Sample } from "./markdown.ts";
import { documents, samplesOf, textOf } from "./markdown.ts";
import { Shell, programsOf } from "./shell.ts";

/** Pages of rules show the rules' examples, which are run as tests of the rules themselves. */
const DOCUMENTS = documents().filter((path) => !path.startsWith("docs/rules/"));
const SHELL = ["sh", "console"];
/** Documents whose samples follow one another, from an empty directory on: what a reader does step by step. */
const WALKS = new Set(["docs/lessons-as-code.md"]);
/** Writes what the commands print into the documents, where it is not what they show. */
const UPDATE = process.env["UPDATE_DOCS"] === "1";

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };

describe("samples in the documents", () => {
  let shell: Shell;

  before(() => {
    shell = new Shell();
  });
  after(() => shell.dispose());

  for (const path of DOCUMENTS) {
    const text = textOf(path);
    const samples = samplesOf(text);
    const again = WALKS.has(path);
    if (again) it(`${path} begins in an empty directory`, () => shell.empty());
    for (const [index, sample] of samples.entries()) {
      it(`${path}:${sample.line} ${sample.kind}`, async function () {
        if (sample.kind === "text") return assert.ok(samples[index - 1]?.shown === sample.text, "a block of text shows what the commands right before it print");
        if (SHELL.includes(sample.kind)) return inShell(shell, path, sample, again);
        if (again) keep(shell, text, sample);
        const check = CHECKS[sample.kind];
        assert.ok(check, `no check for samples of kind ${sample.kind || "(none)"}: name one of ${Object.keys(CHECKS).join(", ")}, or add a check to test/docs/kinds.ts`);
        const missing = await check(sample.text);
        if (missing !== undefined) skip(this, missing);
      });
    }
  }

  it("are all of the fenced blocks", () => {
    const fences = DOCUMENTS.reduce((sum, path) => sum + [...textOf(path).matchAll(/^\s*`{3,}/gm)].length / 2, 0);
    assert.equal(DOCUMENTS.reduce((sum, path) => sum + samplesOf(textOf(path)).length, 0), fences);
  });
});

/** Writes a sample into the file that the line before it names, all of it or its one line. */
function keep(shell: Shell, document: string, { text, line }: Sample): void {
  const before = document.split("\n").slice(0, line - 1).filter((one) => one.trim() !== "").at(-1) ?? "";
  const [, file, key] = /^`([^`]+)`(?:, the line of `(\w+)`)?:$/.exec(before) ?? [];
  if (file === undefined) return;
  const old = shell.read(file);
  const changed = key === undefined ? `${text}\n` : old.replace(new RegExp(`^${key}: .*$`, "m"), () => text);
  assert.notEqual(changed, old, "the sample says something new");
  shell.write(file, changed);
}

function inShell(shell: Shell, path: string, sample: Sample, again: boolean): void {
  const commands = sample.text.replace(/^\$ /gm, "");
  for (const [, name] of commands.matchAll(/^npm (?:run )?(?!install|ci|exec)([\w:-]+)/gm)) assert.ok(scripts[name!], `there is no script ${name}`);
  const ran = shell.run(commands, { again });
  if (ran === undefined) return assert.equal(sample.shown, undefined, "what a command prints can be compared only where it is run");
  assert.ok(ran.statuses.every((status) => status < 2), ran.err);
  assert.equal(ran.statuses.length, programsOf(commands).filter((program) => program.endsWith("premortem")).length, ran.err);
  if (sample.shown === undefined) return;
  if (UPDATE) return update(path, sample, ran.out);
  assert.equal(sample.shown.trimEnd(), ran.out.trimEnd(), "UPDATE_DOCS=1 npx mocha --spec test/docs/samples.test.ts writes the present output");
}

function update(path: string, { text, shown }: Sample, out: string): void {
  const [before, after] = [shown!, out].map((output) => `${text}\n\`\`\`\n\n\`\`\`text\n${output.trimEnd()}\n`.replace("```text\n\n", "```text\n"));
  const old = textOf(path);
  assert.ok(old.includes(before!), "the output stands right behind its commands");
  writeFileSync(join(root, path), old.replace(before!, () => after!));
}
