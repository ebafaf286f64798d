import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { parseAllDocuments } from "yaml";
import { bundledCli } from "../support/build.ts";
import { NO_PMTUD } from "../support/command-line.ts";
import type { Folder } from "../support/folder.ts";
import { folder } from "../support/folder.ts";
import { run } from "./composite.ts";
import type { Proposed } from "./forge.ts";
import { checkout, propose } from "./forge.ts";

interface Input {
  readonly default: string | number;
  readonly description: string;
  readonly options?: readonly string[];
  readonly type?: string;
}
interface Job {
  readonly extends?: string;
  readonly script?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly rules?: readonly { readonly if: string }[];
  readonly needs?: readonly string[];
  readonly artifacts?: { readonly paths: readonly string[]; readonly reports?: Readonly<Record<string, string>> };
}

const [header, jobs] = parseAllDocuments(readFileSync("templates/premortem.yml", "utf8")).map((document) => {
  assert.deepEqual(document.errors, []);
  return document.toJS() as unknown;
}) as [{ spec: { inputs: Record<string, Input> } }, Record<string, Job>];

/** Runs a job's script as GitLab's runner does: all lines in one shell that stops at the first failure. */
async function runJob(name: string, inputs: Record<string, string>, proposed: Proposed, at: Folder, more: Record<string, string> = {}): Promise<{ log: string; status: number }> {
  const job = { ...jobs[".premortem"], ...jobs[name] };
  const values: Record<string, string> = Object.fromEntries(Object.entries(header.spec.inputs).map(([key, input]) => [key, inputs[key] ?? String(input.default)]));
  const variables = Object.entries(job.variables!).map(([key, value]) => [key, value.replace(/\$\[\[ inputs\.([\w-]+) \]\]/g, (_, input: string) => values[input]!)]);
  const env = { PATH: process.env["PATH"], HOME: at.path, npm_config_offline: "true", npm_config_cache: `${at.path}/../npm-cache-of-${at.path.split("/").pop()}`, CI_MERGE_REQUEST_DIFF_BASE_SHA: proposed.parting, CI_PIPELINE_SOURCE: "merge_request_event", ...Object.fromEntries(variables), ...more };
  return run("bash", ["-eo", "pipefail", "-c", job.script!.join("\n")], at.path, env);
}

describe("the template for GitLab", function () {
  this.timeout(300_000);
  let archive: string;

  before(() => {
    bundledCli();
    const { path } = folder();
    const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", path], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    archive = `${path}/${(JSON.parse(packed) as { filename: string }[])[0]!.filename}`;
  });

  it("declares its inputs, of which each is used, and none within a command", () => {
    const text = readFileSync("templates/premortem.yml", "utf8").split("\n---\n")[1]!;
    const used = [...text.matchAll(/\$\[\[ inputs\.([\w-]+) \]\]/g)].map((match) => match[1]!);
    assert.deepEqual([...new Set(used)].sort(), Object.keys(header.spec.inputs).sort());
    for (const [name, input] of Object.entries(header.spec.inputs)) {
      assert.equal(typeof input.description, "string", name);
      if (input.options !== undefined) assert.ok(input.options.includes(String(input.default)), name);
    }
    for (const [name, { script }] of Object.entries(jobs)) assert.ok(script?.every((line) => typeof line === "string" && !line.includes("$[[")) ?? name.startsWith("."), name);
    for (const [, { needs, extends: base }] of Object.entries(jobs)) for (const other of [...(needs ?? []), ...(base ? [base] : [])]) assert.ok(other in jobs, other);
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    assert.equal(header.spec.inputs["package"]!.default, `premortem@${version}`);
  });

  it("reviews in parts and reports the whole, in a shallow clone", async () => {
    const files = Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`etc/sysctl.d/5${i}-x.conf`, NO_PMTUD]));
    const proposed = propose({ "etc/sysctl.d/10-old.conf": NO_PMTUD }, files, {});
    const at = checkout(proposed, proposed.branch);
    for (const index of ["1", "2"]) {
      const { log, status } = await runJob("premortem", { package: archive, "fail-on": "warning" }, proposed, at, { CI_NODE_INDEX: index, CI_NODE_TOTAL: "2" });
      assert.equal(status, 0, log);
    }
    assert.deepEqual(readdirSync(at.at("premortem-parts")).sort(), ["1.json", "2.json"]);
    const { log, status } = await runJob("premortem-report", { package: archive, "fail-on": "warning" }, proposed, at);
    assert.equal(status, 1, log);
    assert.match(log, /5 findings .*in the change from/);
    const { paths, reports } = jobs["premortem-report"]!.artifacts!;
    for (const path of [...paths, ...Object.values(reports!)]) assert.ok(existsSync(at.at(path)), `${path}: ${log}`);
    const issues = JSON.parse(readFileSync(at.at(reports!["codequality"]!), "utf8")) as { location: { path: string } }[];
    assert.deepEqual(issues.map(({ location }) => location.path).sort(), Object.keys(files).sort());
  });

  it("reviews a directory with paths from the top, by itself, and keeps back what is known", async () => {
    const proposed = propose({ "site/etc/sysctl.d/a.conf": "" }, { "site/etc/sysctl.d/a.conf": NO_PMTUD }, {});
    const at = checkout(proposed, proposed.branch);
    assert.equal((await runJob("premortem", { package: archive, path: "site" }, proposed, at)).status, 0);
    const { log, status } = await runJob("premortem-report", { package: archive, path: "site" }, proposed, at);
    assert.equal(status, 0, log);
    assert.match(log, /^site\/etc\/sysctl\.d\/a\.conf:2:28 /m);
    mkdirSync(at.at("x"));
    const [entry] = (JSON.parse(readFileSync(at.at("premortem-parts/1.json"), "utf8")) as { findings: { path: string; rule: string; fingerprint: string }[] }).findings;
    at.write({ "baseline.jsonl": `{"premortem":"baseline","version":1}\n${JSON.stringify({ path: entry!.path, rule: entry!.rule, fingerprint: entry!.fingerprint })}\n` });
    await runJob("premortem", { package: archive, path: "site", baseline: "baseline.jsonl" }, proposed, at);
    assert.match((await runJob("premortem-report", { package: archive, path: "site" }, proposed, at)).log, /^No findings in the change/m);
  });

  it("fails where it could not review", async () => {
    const proposed = propose({ "a.txt": "" }, { "b.txt": "" }, {});
    const at = checkout(proposed, proposed.branch);
    const { log, status } = await runJob("premortem", { package: archive, baseline: "missing.jsonl" }, proposed, at);
    assert.notEqual(status, 0);
    assert.match(log, /There is no baseline missing\.jsonl/);
  });
});
