import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parse } from "yaml";
import { root } from "../../scripts/setup.mjs";
import type { Folder } from "../support/folder.ts";

/** An action of the composite kind, as far as these tests read it. */
export interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string; readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly shell: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run: string;
}

/** What an event hands to the steps. */
export interface Event {
  readonly name: string;
  readonly sha: string;
  readonly payload: unknown;
  readonly baseRef?: string;
  readonly api?: string;
}

/** What came of the steps. */
export interface Job {
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** The status of the step that failed; 0 where none did. */
  readonly status: number;
}

/** The repository's own action. */
export function action(): Action {
  return parse(readFileSync("action.yml", "utf8")) as Action;
}

/** Runs the steps of an action as the runner does, in a checkout; expressions are only those that the action uses. */
export async function runAction({ inputs: declared, outputs: given, runs }: Action, inputs: Readonly<Record<string, string>>, event: Event, checkout: Folder, scratch: Folder): Promise<Job> {
  const values: Record<string, string> = { "github.token": "secret-of-the-job" };
  for (const [name, { default: value }] of Object.entries(declared)) values[`inputs.${name}`] = inputs[name] ?? filled(value, values);
  const file = (name: string, text = ""): string => (writeFileSync(scratch.at(name), text), scratch.at(name));
  const summary = file("summary.md");
  let log = "";
  for (const step of runs.steps) {
    if (step.if !== undefined && !holds(step.if, values)) continue;
    const output = file("output");
    const env = {
      PATH: process.env["PATH"],
      HOME: scratch.path,
      GIT_CONFIG_NOSYSTEM: "1",
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_ACTION_PATH: root,
      GITHUB_EVENT_NAME: event.name,
      GITHUB_EVENT_PATH: file("event.json", JSON.stringify(event.payload)),
      GITHUB_SHA: event.sha,
      GITHUB_BASE_REF: event.baseRef ?? "",
      GITHUB_REPOSITORY: "example/repository",
      GITHUB_SERVER_URL: "https://github.example.net",
      GITHUB_API_URL: event.api ?? "http://127.0.0.1:1",
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: scratch.path,
      ...Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, filled(value, values)])),
    };
    // As the runner calls it (actions/runner, ScriptHandlerHelpers.cs).
    const ran = await run("bash", ["--noprofile", "--norc", "-eo", "pipefail", file("step.sh", step.run)], checkout.path, env);
    log += ran.log;
    for (const line of readFileSync(output, "utf8").split("\n")) {
      const at = line.indexOf("=");
      if (at > 0 && step.id !== undefined) values[`steps.${step.id}.outputs.${line.slice(0, at)}`] = line.slice(at + 1);
    }
    if (ran.status !== 0) return { log, outputs: outputsOf(given, values), summary: readFileSync(summary, "utf8"), status: ran.status };
  }
  return { log, outputs: outputsOf(given, values), summary: readFileSync(summary, "utf8"), status: 0 };
}

/** Runs a program without blocking this process, which may serve what it asks for. */
export function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<{ log: string; status: number }> {
  return new Promise((resolve, reject) => {
    let log = "";
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (log += data.toString()));
    child.on("error", reject);
    child.on("close", (status) => resolve({ log, status: status ?? 128 }));
  });
}

function outputsOf(given: Action["outputs"], values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([name, { value }]) => [name, filled(value, values)]));
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_, name: string) => values[name] ?? "");
}

function holds(condition: string, values: Readonly<Record<string, string>>): boolean {
  return condition.replace(/^\$\{\{|\}\}$/g, "").split("&&").every((part) => {
    const match = /^\s*([\w.-]+)\s*(==|!=)\s*'([^']*)'\s*$/.exec(part);
    if (match === null) throw new Error(`no runner for ${part}`);
    return ((values[match[1]!] ?? "") === match[3]) === (match[2] === "==");
  });
}
