import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { starter } from "../../src/model/lesson/starters.ts";
import { parsed, premortem } from "../support/command-line.ts";
import { Folder, folder as scratch } from "../support/folder.ts";

const QUEUE = starter("short-queue", "sysctl-entry");

describe("premortem lesson", () => {
  it("says where it cannot write a new one", async () => {
    const place = scratch({ lessons: "a file" });
    const here = process.cwd();
    try {
      process.chdir(place.path);
      const { status, out, err } = await premortem("lesson", "new", "one-slow-disk");
      assert.deepEqual([status, out], [2, ""]);
      assert.match(err, /^premortem: lessons\/one-slow-disk\.lesson\.yaml cannot be written \(\w+\)\. [^\n]+\n$/);
    } finally {
      process.chdir(here);
    }
  });

  const folders: Folder[] = [];
  after(() => folders.forEach((one) => one.remove()));
  const folder = (files: Record<string, string>): string => {
    const one = new Folder(files);
    folders.push(one);
    return one.path;
  };

  it("test: says that all examples hold", async () => {
    const root = folder({ "lessons/queue.lesson.yaml": QUEUE, "premortem.yaml": "" });
    const { status, out, err } = await premortem("lesson", "test", root);
    assert.deepEqual([status, err], [0, ""]);
    assert.equal(out, "lessons/queue.lesson.yaml: short-queue: 1 example found, 1 example silent\n\n1 lesson, 2 examples: all hold.\n");
  });

  it("test: names the example that does not, with file and line, and exits with 1", async () => {
    const root = folder({ "queue.lesson.yaml": QUEUE.replace("⟦net.core.somaxconn = 128⟧", "net.core.somaxconn = 8192") });
    const { status, out } = await premortem("lesson", "test", join(root, "queue.lesson.yaml"));
    const line = QUEUE.split("\n").findIndex((one) => one.includes("⟦")) + 1;
    assert.equal(status, 1);
    assert.match(out, new RegExp(`^queue\\.lesson\\.yaml:${line}:7: short-queue: example bad 1: This example must give a finding`));
  });

  it("test: a fix that raises what another rule finds does not hold", async () => {
    const wrong = QUEUE.replace('replace: "4096"', 'replace: "many"');
    const { status, out } = await premortem("lesson", "test", folder({ "queue.lesson.yaml": wrong }));
    assert.equal(status, 1);
    assert.match(out, /The fix raises sysctl\/invalid-value/);
  });

  it("test --json: the same for scripts", async () => {
    const root = folder({ "a.lesson.yaml": QUEUE, "b.lesson.yaml": QUEUE.replace("short-queue", "other").replace("sysctl.number", "sysctl.numbr") });
    const { status, out } = await premortem("lesson", "test", "--json", root);
    const report = JSON.parse(out) as { version: number; lessons: { id: string; path: string; examples: object; failures: { message: string; range: { start: { line: number } } }[] }[]; summary: object };
    assert.equal(status, 1);
    assert.deepEqual(report.summary, { lessons: 2, failed: 1 });
    assert.deepEqual(report.lessons.map(({ id, path, failures }) => [id, path, failures.length]), [["short-queue", "a.lesson.yaml", 0], ["other", "b.lesson.yaml", 1]]);
    assert.match(report.lessons[1]!.failures[0]!.message, /no field numbr\. Did you mean number\?/);
  });

  it("test: no lesson is no success", async () => {
    const { status, err } = await premortem("lesson", "test", folder({ "a.conf": "" }));
    assert.equal(status, 2);
    assert.match(err, /^premortem: There is no lesson/);
  });

  it("schema: prints what conditions can read, and knows what was meant", async () => {
    const all = await premortem("lesson", "schema");
    assert.equal(all.status, 0);
    assert.match(all.out, /inNetwork\(string, string\): bool/);
    assert.match((await premortem("lesson", "schema", "sysctl-entry")).out, /number \(int\): The value, where it is one whole number/);
    const { status, err } = await premortem("lesson", "schema", "sysctl");
    assert.deepEqual([status, /Did you mean sysctl-entry\?/.test(err)], [2, true]);
  });

  it("a lesson's findings obey --rule, suppressions and severities, and every format names it", async () => {
    const root = folder({
      "queue.lesson.yaml": QUEUE,
      "premortem.yaml": "severity:\n  lesson/short-queue: error\n",
      "etc/sysctl.d/a.conf": "net.core.somaxconn = 128\n",
      "etc/sysctl.d/b.conf": "# premortem-ignore lesson/short-queue -- measured in CHG-17\nnet.core.somaxconn = 128\n",
    });
    const one = await premortem("check", "--format", "json", "--rule", "lesson/short-queue", "--", root);
    assert.deepEqual(parsed(one).findings.map(({ rule, severity, path }) => [rule, severity, path]), [["lesson/short-queue", "error", "etc/sysctl.d/a.conf"]]);
    assert.equal(one.status, 1);
    assert.deepEqual(parsed(await premortem("check", "--format", "json", root)).findings.map(({ rule }) => rule), ["lesson/short-queue"]);
    const sarif = JSON.parse((await premortem("check", "--format", "sarif", root)).out) as { runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; ruleIndex: number }[] }[] };
    const [run] = sarif.runs;
    assert.equal(run!.tool.driver.rules[run!.results[0]!.ruleIndex]!.id, "lesson/short-queue");
    assert.match((await premortem("check", root)).out, /lesson short-queue: Example, What the post-mortem is called/);
    assert.match((await premortem("check", "--format", "html", root)).out, /What the post-mortem is called/);
    const missing = await premortem("check", "--rule", "lesson/short-queu", "--", root);
    assert.deepEqual([missing.status, /Did you mean lesson\/short-queue\?/.test(missing.err)], [2, true]);
  });

  it("parts of a run with lessons come to what the whole prints", async () => {
    const root = folder({ "queue.lesson.yaml": QUEUE, "etc/sysctl.d/a.conf": "net.core.somaxconn = 128\n", "etc/sysctl.d/b.conf": "net.core.somaxconn = 64\n" });
    for (const format of ["sarif", "text", "json"]) {
      const whole = await premortem("check", "--format", format, root);
      const parts = [];
      for (const index of [1, 2]) {
        const part = join(root, `part${index}.out`);
        await premortem("check", "--format", "json", "--shard", `${index}/2`, "--output", part, root);
        parts.push(part);
      }
      assert.equal((await premortem("merge", "--format", format, ...parts)).out, whole.out, format);
    }
  });

  it("fix mends what a lesson finds", async () => {
    const root = folder({ "queue.lesson.yaml": QUEUE, "etc/sysctl.d/a.conf": "net.core.somaxconn = 128\n" });
    await premortem("fix", "--unsafe", root);
    assert.equal(readFileSync(join(root, "etc/sysctl.d/a.conf"), "utf8"), "net.core.somaxconn = 4096\n");
  });
});
