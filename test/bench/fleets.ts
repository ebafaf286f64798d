import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { lintFiles, loadWorkspace, reviewChange } from "../../src/core.ts";
import { effectsOf } from "../../src/model/fleet/change/effects.ts";
import type { Workspace } from "../../src/model/workspace.ts";
import type { Size } from "./large-fleet.ts";
import { GROUP_FILE, LARGE, largeFleet, withGroupEdit } from "./large-fleet.ts";
import type { Sheet } from "./measure.ts";
import { median } from "./measure.ts";
import type { Texts } from "./texts.ts";

/** A tenth of the large fleet in all that it is made of: with 68 groups also of its racks, and of the ways in which hosts combine groups. */
const TENTH: Size = { hosts: LARGE.hosts / 10, groups: 68, variableFiles: LARGE.variableFiles / 10 };
const LINEAR = 12;
/** How many times as long as our reading of the inventory `ansible-inventory --list` must take, at least. */
const FASTER_THAN_ANSIBLE = 20;
/** MiB that the program may take for it. */
const MOST_MEMORY = 700;
/** The share of a cold answer that the answer to one edit may take. */
const OF_A_COLD_ANSWER = 1 / 3;

/** How long a large fleet takes: to review cold, to answer an edit of one group's variables, and beside Ansible itself. */
export async function fleetRows(sheet: Sheet, cli: string): Promise<void> {
  const [texts, edited, tenth] = [largeFleet(), withGroupEdit(largeFleet()), largeFleet(TENTH)];
  const review = (before: Texts, after: Texts) => async () => reviewChange(await loadWorkspace(before), await loadWorkspace(after));
  const folder = mkdtempSync(join(tmpdir(), "premortem-bench-"));
  try {
    const [before, after] = [write(texts, join(folder, "before")), write(edited, join(folder, "after"))];
    await againstAnsible(sheet, texts, before);
    commandLine(sheet, cli, before, after);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await keystroke(sheet, texts);
  await sheet.growth("review: a fleet of 10,000 hosts, of 1,000", review(tenth, withGroupEdit(tenth)), review(texts, edited), LINEAR);
}

/** The findings of the edited file and what the edit sets off, against the same from nothing. */
async function keystroke(sheet: Sheet, texts: Texts): Promise<void> {
  const base = await loadWorkspace(texts);
  const answer = (workspace: Workspace): void => {
    lintFiles(workspace, [GROUP_FILE]);
    effectsOf(base, workspace);
  };
  answer(base);
  let workspace = base;
  let typed = 0;
  const edit = (): void => {
    workspace = workspace.with(new Map([[GROUP_FILE, texts.get(GROUP_FILE)!.replace("198.51.100.7", `198.51.100.${100 + (typed++ % 100)}`)]]));
    answer(workspace);
  };
  const parsed = async (): Promise<void> => lintFilesAndEffects(await loadWorkspace(texts), await loadWorkspace(withGroupEdit(texts)));
  const [warm, cold] = [await median(edit), await median(parsed)];
  sheet.ratio("an edit of one group's variables among 10,000 hosts, against cold", warm, cold);
  if (warm > OF_A_COLD_ANSWER * cold) sheet.broken.push(`an edit of one group's variables takes ${(warm / cold).toFixed(2)} of a cold answer, bound ${OF_A_COLD_ANSWER.toFixed(2)}`);
}

function lintFilesAndEffects(before: Workspace, after: Workspace): void {
  lintFiles(after, [GROUP_FILE]);
  effectsOf(before, after);
}

/** The whole program: process, files of both sides, review, report. */
function commandLine(sheet: Sheet, cli: string, before: string, after: string): void {
  // A process takes over the mark of the one that started it, so a small one stands between.
  const mark = `process.on("exit", () => { const fs = require("node:fs"); try { fs.writeSync(2, /VmHWM:.*/.exec(fs.readFileSync("/proc/self/status", "utf8"))[0]); } catch {} });`;
  const script = `process.argv.splice(1, 0, ${JSON.stringify(cli)}); ${mark} require(${JSON.stringify(cli)});`;
  const started = performance.now();
  const { status, stderr } = spawnSync("sh", ["-c", '"$@"; exit $?', "sh", process.execPath, "-e", script, "--", "review", "--base", before, "--no-progress", "--fail-on", "never", after], { encoding: "utf8" });
  const took = performance.now() - started;
  const name = "premortem review of two directories, 10,000 hosts";
  if (status !== 0) sheet.broken.push(`${name}: exit ${status}: ${stderr.slice(-300)}`);
  const kibibytes = /VmHWM:\s*(\d+) kB/.exec(stderr)?.[1];
  sheet.number(name, `${(took / 1000).toFixed(1)} s${kibibytes === undefined ? "" : `, ${Math.round(Number(kibibytes) / 1024)} MiB at most`}`);
  if (Number(kibibytes) > MOST_MEMORY * 1024) sheet.broken.push(`${name}: ${kibibytes} KiB, bound ${MOST_MEMORY} MiB`);
}

/** The same question to both: every host's groups and variables, with nothing read yet. */
async function againstAnsible(sheet: Sheet, texts: Texts, folder: string): Promise<void> {
  const name = "ansible-inventory --list, 10,000 hosts";
  const started = performance.now();
  const { status } = spawnSync("ansible-inventory", ["-i", "inventory", "--list", "--output", join(folder, "..", "list.json")], { cwd: folder, stdio: "ignore" });
  const theirs = performance.now() - started;
  if (status !== 0) return sheet.number(name, "not measured: ansible-inventory is missing or refuses");
  const inventory = new Map([...texts].filter(([path]) => path === "ansible.cfg" || path.startsWith("inventory/")));
  const ours = await median(async () => listed(await loadWorkspace(inventory)));
  sheet.ratio(`${name}, against ours`, theirs, ours, `, at least ${FASTER_THAN_ANSIBLE}`);
  if (theirs < FASTER_THAN_ANSIBLE * ours) sheet.broken.push(`${name} takes only ${(theirs / ours).toFixed(1)} times as long, bound ${FASTER_THAN_ANSIBLE}`);
}

/** Every host with its groups and variables. */
function listed({ fleet }: Workspace): number {
  let count = 0;
  for (const host of fleet.hosts) for (const variable of host.variables.values()) count += variable.name.length + host.groups.length;
  return count;
}

function write(texts: Texts, folder: string): string {
  for (const [path, text] of texts) {
    const file = join(folder, path);
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return resolve(folder);
}
