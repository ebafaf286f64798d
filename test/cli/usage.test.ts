import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { FORMATS } from "../../src/cli/options.ts";
import { rules } from "../../src/core.ts";
import { NO_PMTUD, parsed, placed, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";

const site = (): string => folder({ "a.sysctl.conf": "", "etc/sysctl.d/60-a.conf": NO_PMTUD, "etc/sysctl.d/70-b.conf": NO_PMTUD }).path;

describe("the command line", () => {
  it("has exactly the commands and formats that work", async () => {
    const { out, status } = await premortem("--help");
    const commands = [...out.matchAll(/^ {2}(\w+) (?:\[|\w)/gm)].map((match) => match[1]).filter((name) => name !== "help");
    assert.deepEqual(commands, ["review", "check", "merge", "fix", "flows", "verdict", "hosts", "explain", "lsp"]);
    assert.equal(status, 0);
    for (const format of FORMATS) assert.equal((await premortem("check", folder({ "a.txt": "" }).path, "--format", format)).status, 0, format);
    for (const format of ["xml", ""]) {
      const refused = await premortem("check", "--format", format);
      assert.equal(refused.status, 2);
      assert.match(refused.err, /^premortem: .*Allowed choices are text, json, sarif.*\n$/);
    }
  });

  it("prints its version", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    assert.deepEqual(await premortem("--version"), { status: 0, out: `${version}\n`, err: "" });
  });

  it("refuses what it does not understand, in one line, with status 2", async () => {
    const path = site();
    for (const args of [
      [],
      ["chekc"],
      ["check", path, "--colour"],
      ["check", path, "--severity", "fatal"],
      ["check", path, "--fail-on", "all"],
      ["check", path, "--shard", "3/2"],
      ["check", path, "--shard", "0/2"],
      ["check", path, "--shard", "half"],
      ["check", path, "--jobs", "0"],
      ["check", path, "--rule", "sysctl/nothing-such"],
      ["check", path, "--config", `${path}/missing.yaml`],
      ["check", path, "--output", `${path}/no/such/file`],
      ["check", `${path}/missing`],
      ["review", path, path],
      ["review", path, "--staged", "--head", "x"],
      ["review", path, "--base", "x", "--merge-base"],
      ["review", path, "--staged"],
      ["review", path, "--merge-base"],
      ["review", path, "--head", "main"],
      ["check", path, "--baseline", `${path}/missing.jsonl`],
      ["check", path, "--baseline", path],
      ["check", path, "--update-baseline"],
      ["check", path, "--baseline", `${path}/b.jsonl`, "--update-baseline", "--shard", "1/2"],
      ["check", path, "--path-prefix", "../x"],
      ["check", path, "--link-base", "javascript:alert(1)"],
      ["merge"],
      ["merge", `${path}/missing.json`],
      ["explain", "sysctl/nothing-such"],
      ["hosts", `${path}/missing`],
      ["lesson"],
      // What a script makes of a variable that is not set.
      ["review", path, "--base", ""],
      ["review", path, "--merge-base="],
      ["review", path, "--head="],
      ["check", path, "--rule", ""],
      ["check", path, "--baseline="],
      ["check", path, "--output="],
      ["check", path, ""],
      ["review", ""],
    ]) {
      const { status, out, err } = await premortem(...args);
      assert.deepEqual([status, out], [2, ""], args.join(" "));
      assert.match(err, /^premortem: [^\n]+\n$/, args.join(" "));
    }
  });

  it("names the help of the command that was misunderstood", async () => {
    assert.match((await premortem("review", "--shard", "0/2")).err, /\(see premortem review --help\)\n$/);
    assert.match((await premortem("lesson", "schema", "--colour")).err, /\(see premortem lesson schema --help\)\n$/);
    assert.match((await premortem("revue")).err, /Did you mean review\?.*\(see premortem --help\)\n$/);
    assert.match((await premortem("check", "--baseline", "")).err, /The value of --baseline is empty/);
  });

  it("ends with 0, 1 or 2 by what was found and --fail-on", async () => {
    const path = site();
    const levels = async (...more: string[]): Promise<number> => (await premortem("check", path, ...more)).status;
    const worst = parsed(await premortem("check", path, "--format", "json")).findings.map((finding) => finding.severity);
    assert.ok(worst.length >= 2 && !worst.includes("error"), "warnings only");
    assert.deepEqual([await levels(), await levels("--fail-on", "warning"), await levels("--fail-on", "info"), await levels("--fail-on", "never")], [0, 1, 1, 0]);
    assert.equal((await premortem("check", folder({ "a.txt": "" }).path, "--fail-on", "info")).status, 0);
  });

  it("shows only what --severity asks for, and still fails on the rest", async () => {
    const { out, status } = await premortem("check", site(), "--severity", "error", "--fail-on", "warning", "--format", "json");
    assert.deepEqual([(JSON.parse(out) as { findings: unknown[] }).findings, status], [[], 1]);
  });

  it("runs only the rules that --rule names, also several after one flag and before a path", async () => {
    const path = site();
    const only = async (...args: string[]): Promise<string[]> => [...new Set(placed(await premortem("check", ...args, "--format", "json")).map((line) => line.split(" ")[0]!))];
    assert.deepEqual(await only(path, "--rule", "sysctl/pmtud-disabled"), ["sysctl/pmtud-disabled"]);
    assert.deepEqual(await only("--rule", "premortem/config", "sysctl/pmtud-disabled", path), ["sysctl/pmtud-disabled"]);
    assert.deepEqual(await only(path, "--rule", "premortem/config", "--rule", "ceph/pool-size-two"), []);
  });

  it("writes to --output and then not to standard output", async () => {
    const path = site();
    const file = folder().at("report.json");
    const { out, status } = await premortem("check", path, "--format", "json", "--output", file);
    assert.deepEqual([out, status], ["", 0]);
    assert.equal(readFileSync(file, "utf8"), (await premortem("check", path, "--format", "json")).out);
  });

  it("gives the same bytes for any --jobs, and in its shards together what it gives in one", async () => {
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`etc/sysctl.d/${i}-x.conf`, NO_PMTUD.repeat(i % 3)]));
    const { path } = folder({ ...files, "premortem.yaml": "group: 1\n" });
    const whole = await premortem("check", path, "--format", "json");
    assert.equal((await premortem("check", path, "--format", "json", "--jobs", "7", "--no-progress")).out, whole.out);
    const shards = await Promise.all([1, 2, 3].map((i) => premortem("check", path, "--format", "json", "--shard", `${i}/3`)));
    const together = shards.flatMap((shard) => parsed(shard).findings);
    assert.ok(shards.every((shard) => parsed(shard).findings.length < together.length), "no shard does it all");
    const sorted = (list: readonly unknown[]): string[] => list.map((one) => JSON.stringify(one)).sort();
    assert.deepEqual(sorted(together), sorted(parsed(whole).findings));
  });
});

describe("premortem explain", () => {
  it("prints every rule's page", async () => {
    for (const [id, rule] of rules) {
      const { out, status } = await premortem("explain", id);
      assert.equal(status, 0);
      const [heading, empty, first] = out.split("\n");
      assert.deepEqual([heading, empty], [id, ""]);
      assert.ok(rule.what.replaceAll("`", "").startsWith(first!), id);
      assert.ok(!out.includes("⟦"));
    }
  });

  it("prints a lesson's page, with what happened and its rules", async () => {
    const { out } = await premortem("explain", "2015-tunnel-pmtu-collapse");
    assert.match(out, /^2015-tunnel-pmtu-collapse\n/);
    assert.match(out, /What happened\n/);
    assert.ok(out.includes("- sysctl/pmtud-disabled: "));
  });

  it("helps with a name that it does not know", async () => {
    assert.match((await premortem("explain", "sysctl/pmtu-disabled")).err, /Did you mean sysctl\/pmtud-disabled\?/);
    assert.match((await premortem("explain", "pmtud-disabled")).err, /Did you mean sysctl\/pmtud-disabled\?/);
  });

  it("lists everything where no name is given", async () => {
    const { out } = await premortem("explain");
    for (const id of rules.keys()) assert.ok(out.includes(`${id} `));
  });
});
