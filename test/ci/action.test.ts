import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { bundledCli } from "../support/build.ts";
import { NO_PMTUD } from "../support/command-line.ts";
import type { Folder } from "../support/folder.ts";
import { folder } from "../support/folder.ts";
import type { Event, Job } from "./composite.ts";
import { action, runAction } from "./composite.ts";
import type { Proposed } from "./forge.ts";
import { checkout, comments, propose } from "./forge.ts";

const OLD = "etc/sysctl.d/10-old.conf";
const NEW = "etc/sysctl.d/20-new.conf";
const THEIRS = "etc/sysctl.d/30-theirs.conf";
const MARKER = "<!-- premortem-review -->";

const proposed = (change: Record<string, string> = { [NEW]: NO_PMTUD }): Proposed => propose({ [OLD]: NO_PMTUD }, change, { [THEIRS]: NO_PMTUD });
const pullRequest = ({ merge, branch }: Proposed, more: Partial<Event> = {}): Event => ({
  name: "pull_request",
  sha: merge,
  payload: { pull_request: { number: 1, head: { sha: branch } } },
  baseRef: "main",
  ...more,
});
const run = (inputs: Record<string, string>, event: Event, at: Folder): Promise<Job> => runAction(action(), inputs, event, at, folder());
const annotated = ({ log }: Job): string[] => [...log.matchAll(/^::(?:error|warning|notice) file=([^,]*)/gm)].map((match) => match[1]!);

describe("the action for GitHub", function () {
  this.timeout(300_000);

  before(() => void bundledCli());

  it("is a composite action, whose commands hold no expression", () => {
    const { name, description, inputs, outputs, runs } = action();
    assert.deepEqual([typeof name, typeof description, runs.using], ["string", "string", "composite"]);
    for (const [id, input] of Object.entries(inputs)) {
      assert.match(id, /^[_a-z][a-z0-9_-]*$/);
      assert.deepEqual([typeof input.description, typeof input.default], ["string", "string"], id);
    }
    const steps = new Set(runs.steps.map((step) => step.id));
    for (const { value } of Object.values(outputs)) assert.ok(steps.has(/steps\.(\w+)\.outputs/.exec(value)![1]!), value);
    for (const step of runs.steps) {
      assert.ok(!step.run.includes("${{"), step.name);
      assert.equal(step.shell, "bash");
      for (const [, input] of `${step.if} ${Object.values(step.env ?? {}).join(" ")}`.matchAll(/inputs\.([\w-]+)/g)) assert.ok(input! in inputs, `there is no input ${input}`);
    }
    for (const file of readdirSync("ci/github")) assert.ok(!readFileSync(`ci/github/${file}`, "utf8").includes("${{"), file);
  });

  it("keeps to what the bash of macOS knows", () => {
    for (const file of readdirSync("ci/github").filter((name) => name.endsWith(".sh"))) {
      const text = readFileSync(`ci/github/${file}`, "utf8");
      assert.doesNotMatch(text, /\b(mapfile|readarray|declare -A|coproc)\b|\$\{\w+(,,|\^\^|@Q)/, file);
      // These two are never empty.
      assert.deepEqual([...text.matchAll(/(?<!\+)"\$\{(?!parts|refs)\w+\[@\]\}"/g)].map(String), [], file);
    }
  });

  it("annotates what a pull request brings, in the shallowest checkout, and fails by fail-on", async () => {
    const one = proposed();
    const job = await run({}, pullRequest(one), checkout(one, one.merge));
    assert.deepEqual([annotated(job), job.status, job.outputs["status"]], [[NEW], 0, "0"], job.log);
    assert.ok(job.summary.startsWith(MARKER));
    assert.ok(job.summary.includes(`(https://github.example.net/example/repository/blob/${one.branch}/${NEW}#L2)`), job.summary);
    const strict = await run({ "fail-on": "warning" }, pullRequest(one), checkout(one, one.merge, 0));
    assert.deepEqual([annotated(strict), strict.status, strict.outputs["status"]], [[NEW], 1, "1"]);
  });

  it("finds where the histories part when the branch itself is checked out", async () => {
    const one = proposed();
    for (const depth of [1, 2, 0]) {
      const job = await run({}, pullRequest(one), checkout(one, one.branch, depth));
      assert.deepEqual([annotated(job), job.status], [[NEW], 0], `depth ${depth}: ${job.log}`);
    }
  });

  it("compares a push with what was there, and checks the state where there is nothing to compare with", async () => {
    const one = proposed();
    const push = (before: string, sha: string): Event => ({ name: "push", sha, payload: { before } });
    assert.deepEqual(annotated(await run({}, push(one.parting, one.merge), checkout(one, one.merge))), [NEW, THEIRS]);
    assert.deepEqual(annotated(await run({}, push("0".repeat(40), one.merge), checkout(one, one.merge))), [NEW]);
    assert.deepEqual(annotated(await run({}, { name: "schedule", sha: one.merge, payload: {} }, checkout(one, one.merge))), [OLD, NEW, THEIRS]);
    assert.deepEqual(annotated(await run({ base: one.parting }, { name: "workflow_dispatch", sha: one.merge, payload: {} }, checkout(one, one.merge))), [NEW, THEIRS]);
    const group: Event = { name: "merge_group", sha: one.merge, payload: { merge_group: { base_sha: one.target } } };
    assert.deepEqual(annotated(await run({}, group, checkout(one, one.merge))), [NEW]);
  });

  it("says what to do where the base cannot be had", async () => {
    const one = proposed();
    const at = checkout(one, one.merge);
    at.git("remote", "set-url", "origin", "file:///nowhere");
    const job = await run({}, pullRequest(one), at);
    assert.equal(job.status, 2);
    assert.match(job.log, /^::error title=Premortem::The base of this change cannot be fetched\. Give actions\/checkout fetch-depth: 0/m);
  });

  it("takes no input, name or text for a command", async () => {
    const evil = "$(touch pwned)`touch pwned`;touch pwned;'\"";
    const one = proposed({ [`etc/sysctl.d/::error file=a::b%0A::set-output name=c::${"$(touch pwned)"}.conf`]: NO_PMTUD });
    const at = checkout(one, one.merge);
    const job = await run({}, pullRequest(one), at);
    assert.equal(job.status, 0, job.log);
    const commands = job.log.split("\n").filter((line) => line.startsWith("::"));
    assert.ok(commands.every((line) => /^::(?:warning file=etc\/sysctl\.d\/%3A%3Aerror|stop-commands|[0-9a-f-]{36}::$)/.test(line)), commands.join("\n"));
    for (const input of ["path", "base", "format", "severity", "fail-on", "baseline", "config", "sarif", "html", "shard", "merge"]) {
      const { log } = await run({ [input]: evil }, pullRequest(one), at);
      assert.ok(!existsSync(at.at("pwned")), `${input}: ${log}`);
    }
    const quiet = await run({ format: "text" }, pullRequest(one), at);
    const [, token] = /^::stop-commands::([0-9a-f-]{36})$/m.exec(quiet.log)!;
    assert.ok(quiet.log.indexOf("::error file=a") > quiet.log.indexOf(token!) && quiet.log.lastIndexOf(`::${token}::`) < quiet.log.length);
  });

  it("writes SARIF and the page, and keeps back what a baseline knows", async () => {
    const one = proposed({ [NEW]: NO_PMTUD, "baseline.jsonl": '{"premortem":"baseline","version":1}\n' });
    const at = checkout(one, one.merge);
    const job = await run({ sarif: "a.sarif", html: "a.html", baseline: "baseline.jsonl" }, pullRequest(one), at);
    assert.equal(job.status, 0, job.log);
    const { runs } = JSON.parse(readFileSync(at.at("a.sarif"), "utf8")) as { runs: { results: unknown[]; properties?: unknown }[] };
    assert.deepEqual([runs[0]!.results.length, runs[0]!.properties], [1, undefined]);
    assert.match(readFileSync(at.at("a.html"), "utf8"), /^<!doctype html>/i);
    const finding = JSON.parse(readFileSync(at.at("a.sarif"), "utf8")) as { runs: [{ results: [{ ruleId: string; partialFingerprints: { "premortem/v1": string } }] }] };
    const [{ ruleId, partialFingerprints }] = finding.runs[0].results;
    at.write({ "baseline.jsonl": `{"premortem":"baseline","version":1}\n${JSON.stringify({ path: NEW, rule: ruleId, fingerprint: partialFingerprints["premortem/v1"] })}\n` });
    assert.deepEqual(annotated(await run({ baseline: "baseline.jsonl" }, pullRequest(one), at)), []);
  });

  it("reports paths from the repository's top where a directory of it is reviewed", async () => {
    const one = propose({ "site/etc/sysctl.d/a.conf": "" }, { "site/etc/sysctl.d/a.conf": NO_PMTUD, "other/etc/sysctl.d/a.conf": NO_PMTUD }, {});
    assert.deepEqual(annotated(await run({ path: "site" }, pullRequest(one), checkout(one, one.merge))), ["site/etc/sysctl.d/a.conf"]);
  });

  it("gives from its parts what it gives at once", async () => {
    const files = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`etc/sysctl.d/5${i}-x.conf`, NO_PMTUD]));
    const one = proposed(files);
    const at = checkout(one, one.merge);
    const whole = await run({}, pullRequest(one), at);
    const parts = folder();
    for (let index = 1; index <= 3; index++) {
      const job = await run({ shard: `${index}/3` }, pullRequest(one), at);
      assert.deepEqual([job.status, annotated(job), job.summary], [0, [], ""], job.log);
      parts.write({ [`part-${index}/x`]: "", [`premortem-${index}.json`]: readFileSync(job.outputs["report"]!, "utf8") });
    }
    const merged = await run({ merge: parts.path, html: "whole.html" }, pullRequest(one), at);
    assert.deepEqual([annotated(merged), merged.summary, merged.status], [annotated(whole), whole.summary, 0], merged.log);
    assert.equal(annotated(whole).length, 9);
    assert.ok(existsSync(at.at("whole.html")), merged.log);
    assert.equal((await run({ merge: folder().path }, pullRequest(one), at)).status, 2);
  });

  it("keeps one comment up to date, and leaves those of others alone", async () => {
    const one = proposed();
    const at = checkout(one, one.merge);
    const others = Array.from({ length: 120 }, (_, id) => ({ id, user: { login: "somebody" }, body: `${MARKER}\nmine` }));
    const server = await comments(others);
    try {
      const event = pullRequest(one, { api: server.url });
      for (let time = 0; time < 2; time++) assert.match((await run({ comment: "true" }, event, at)).log, /premortem: The summary is/);
      at.write({ [NEW]: `${NO_PMTUD}# more\nnet.ipv4.tcp_tw_recycle = 1\n` });
      await run({ comment: "true" }, event, at);
      assert.deepEqual(server.calls, ["POST /repos/example/repository/issues/1/comments", "PATCH /repos/example/repository/issues/comments/1120"]);
      assert.ok(server.list.slice(0, 120).every(({ body }) => body === `${MARKER}\nmine`));
      assert.ok(server.list.at(-1)!.body.startsWith(MARKER) && server.list.at(-1)!.body.includes("20-new.conf"));
    } finally {
      await server.close();
    }
  });

  it("does not fail where the token of a fork may only read", async () => {
    const one = proposed();
    const server = await comments([], false);
    try {
      const job = await run({ comment: "true" }, pullRequest(one, { api: server.url }), checkout(one, one.merge));
      assert.equal(job.status, 0);
      assert.match(job.log, /^::notice title=Premortem::The summary is no comment, since the token may not write there/m);
      assert.ok(job.summary.startsWith(MARKER));
      assert.ok(!job.log.includes("secret-of-the-job"));
    } finally {
      await server.close();
    }
  });
});
