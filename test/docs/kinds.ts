import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parse, parseAllDocuments } from "yaml";
import { rules } from "../../src/core.ts";
import { formatOf, prepare, recognise } from "../../src/formats/index.ts";
import { lessonSchema } from "../../src/formats/lesson/schema.ts";
import { configurationSchema } from "../../src/formats/premortem-config/schema.ts";
import { onPath } from "../../scripts/setup.mjs";

/** Checks one sample; gives the reason where the program that can is not here. */
type Check = (text: string) => Promise<string | undefined> | string | undefined;

/** By a file name of the format. */
const ours = (path: string): Check => async (text) => {
  await prepare([path]);
  const language = recognise(path, text);
  assert.ok(language, `${path} is of a known format`);
  const { errors } = formatOf(language).parse(text);
  assert.deepEqual(errors, []);
  return undefined;
};

/** By a program that is handed the text in a file, whose path stands for `FILE`. */
const program = (name: string, ...args: string[]): Check => (text) => {
  if (onPath(name) === undefined) return `there is no ${name} here`;
  const directory = mkdtempSync(join(tmpdir(), "premortem-sample-"));
  try {
    const file = join(directory, "sample");
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(name, args.map((arg) => arg.replace("FILE", file)), { encoding: "utf8", input: "", timeout: 30_000 });
    assert.equal(status, 0, stdout + stderr);
    return undefined;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

const emacs = program("emacs", "--batch", "-Q", "--eval", '(with-temp-buffer (insert-file-contents "FILE") (emacs-lisp-mode) (check-parens))');

const ajv = new Ajv({ strict: false, allErrors: true });
const configuration = ajv.compile(configurationSchema([...rules.keys()]));
const lesson = ajv.compile(lessonSchema());

const yaml: Check = (text) => {
  for (const document of parseAllDocuments(text)) assert.deepEqual(document.errors.map(String), []);
  const value: unknown = parseAllDocuments(text).length === 1 ? parse(text) : undefined;
  const keys = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  const known = Object.keys((configurationSchema([]) as { properties: object }).properties);
  // A premortem.yaml or a whole lesson is held to its schema; other files of YAML, and parts of a lesson, to their syntax.
  if (keys.length > 0 && keys.every((key) => known.includes(key))) assert.ok(configuration(value), JSON.stringify(configuration.errors));
  if (["id", "reads", "when"].every((key) => keys.includes(key))) assert.ok(lesson(value), JSON.stringify(lesson.errors));
  return undefined;
};

const json: Check = (text) => void JSON.parse(text);
const lines: Check = (text) => void text.split("\n").filter(Boolean).forEach((line) => void JSON.parse(line));

/** Every kind of sample that documents may have. What stands behind a command and shows what it prints is of kind `text`. */
export const CHECKS: Readonly<Record<string, Check>> = {
  yaml,
  yml: yaml,
  json,
  jsonl: lines,
  // Comments are all that JSONC adds in our samples.
  jsonc: (text) => void JSON.parse(text.replace(/^\s*\/\/.*$/gm, "")),
  toml: program("python3", "-c", "import tomllib; tomllib.load(open('FILE', 'rb'))"),
  ini: ours("hosts.ini"),
  nft: ours("nftables.conf"),
  iptables: ours("rules.v4"),
  sysctl: ours("sysctl.conf"),
  ceph: ours("ceph.conf"),
  // Neither is run: loadfile and check-parens only parse.
  lua: program("nvim", "--headless", "-u", "NONE", "-i", "NONE", "+lua local ok, why = loadfile('FILE'); if not ok then io.stderr:write(why); vim.cmd('cquit') end", "+qall!"),
  elisp: (text) => (onPath("emacs") === undefined ? void assert.equal(unbalanced(text.replace(/;.*$|'/gm, "")), "") : emacs(text)),
  ts: (text) => syntaxOf(text, "ts"),
  js: (text) => syntaxOf(text, "js"),
  groovy: (text) => void assert.equal(unbalanced(text), "", "brackets and quotes are closed"),
  diff: (text) => void assert.match(text, /^(?:--- |[-+ @])/),
};

async function syntaxOf(text: string, loader: "ts" | "js"): Promise<undefined> {
  const { transform } = await import("esbuild");
  await transform(text, { loader });
}

/** What is left open at the end of a text in a language with brackets and quotes; for those that no program here parses. */
function unbalanced(text: string): string {
  const open: string[] = [];
  for (const sign of text.replace(/'[^'\n]*'|"[^"\n]*"/g, "")) {
    if ("([{".includes(sign)) open.push(sign);
    else if (")]}".includes(sign) && open.pop() !== "([{"[")]}".indexOf(sign)]) return sign;
    else if ("'\"".includes(sign)) return sign;
  }
  return open.join("");
}
