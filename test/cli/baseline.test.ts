import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { recognise } from "../../src/formats/index.ts";
import { readBaseline } from "../../src/report/baseline.ts";
import { NO_PMTUD, parsed, placed, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";

const A = "etc/sysctl.d/60-a.conf";
const B = "etc/sysctl.d/70-b.conf";
const RULE = ["--rule", "sysctl/pmtud-disabled"];
const ON = "net.ipv4.ip_no_pmtu_disc = 1\n";

describe("a baseline", () => {
  it("keeps back what is known, and nothing else", async () => {
    const one = folder({ [A]: NO_PMTUD, "premortem.yaml": "" });
    const file = one.at("baseline.jsonl");
    const missing = await premortem("check", one.path, "--baseline", file);
    assert.deepEqual([missing.status, missing.out], [2, ""]);
    assert.match(missing.err, /^premortem: There is no baseline .*--update-baseline, and commit the file\.\n$/);
    const made = await premortem("check", one.path, "--baseline", file, "--update-baseline", "--fail-on", "info");
    assert.deepEqual([made.status, made.out], [0, ""]);
    assert.match(made.err, /holds \d+ findings? now: \d+ came, 0 went\.\n$/);
    one.write({ [A]: `# moved\n\n${NO_PMTUD}`, [B]: NO_PMTUD });
    const ran = await premortem("check", one.path, "--baseline", file, "--format", "json", ...RULE);
    assert.deepEqual(placed(ran), [`sysctl/pmtud-disabled ${B}:2:28`]);
    assert.deepEqual(parsed(ran).summary["baseline"], { known: 1, gone: [] });
    assert.equal((await premortem("check", one.at("etc/sysctl.d/60-a.conf"), "--baseline", file, "--fail-on", "info")).status, 0);
    assert.match((await premortem("check", one.path, "--baseline", file)).out, /\d+ findings? more (?:is|are) in the baseline\.\n$/);
  });

  it("is a line an entry, sorted, and is no reviewed file itself", async () => {
    const one = folder({ [A]: NO_PMTUD + ON, [B]: NO_PMTUD });
    const file = one.at("baseline.jsonl");
    await premortem("check", one.path, "--baseline", file, "--update-baseline");
    const text = readFileSync(file, "utf8");
    const [head, ...lines] = text.trimEnd().split("\n");
    assert.equal(head, '{"premortem":"baseline","version":1}');
    assert.deepEqual(lines, [...lines].sort());
    for (const line of lines) assert.deepEqual(Object.keys(JSON.parse(line) as object), ["path", "rule", "fingerprint"]);
    await premortem("check", one.path, "--baseline", file, "--update-baseline");
    assert.equal(readFileSync(file, "utf8"), text, "the same again");
    for (const name of ["baseline.jsonl", "premortem-baseline.jsonl"]) assert.equal(recognise(name, text), undefined);
  });

  it("takes the lines of two branches together, in any order", async () => {
    const one = folder({ [A]: NO_PMTUD, [B]: NO_PMTUD });
    const file = one.at("baseline.jsonl");
    await premortem("check", one.path, "--baseline", file, "--update-baseline");
    const [head, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
    one.write({ "baseline.jsonl": `${[head, ...lines.reverse(), "", lines[0], head].join("\r\n")}\n` });
    assert.deepEqual(placed(await premortem("check", one.path, "--baseline", file, "--format", "json")), []);
  });

  it("says what is wrong with a file that is none", () => {
    const head = '{"premortem":"baseline","version":1}';
    assert.match(readBaseline("") as string, /^line 1 is not /);
    assert.match(readBaseline("- a\n") as string, /^line 1 is not /);
    assert.match(readBaseline(`${head}\n<<<<<<< ours\n`) as string, /^line 2 is a mark of a merge conflict/);
    for (const entry of ["x", "{}", "[]", "null", '{"path":"a","rule":"b","fingerprint":3}', '{"path":"a","rule":"b","fingerprint":"c","count":0}']) assert.equal(readBaseline(`${head}\n${entry}\n`), "line 2 is no entry", entry);
    assert.deepEqual(readBaseline(`${head}\n{"path":"a","rule":"b","fingerprint":"c","count":2}\n`), [{ path: "a", rule: "b", fingerprint: "c", count: 2 }]);
  });

  it("knows a fault as often as it was recorded", async () => {
    const one = folder({ [A]: ON });
    const file = one.at("baseline.jsonl");
    const [finding] = (JSON.parse((await premortem("check", one.path, "--format", "json", ...RULE)).out) as { findings: { fingerprint: string }[] }).findings;
    const entry = (count: number): string => `{"premortem":"baseline","version":1}\n${JSON.stringify({ path: A, rule: "sysctl/pmtud-disabled", fingerprint: finding!.fingerprint, count })}\n`;
    one.write({ "baseline.jsonl": entry(2) });
    const ran = parsed(await premortem("check", one.path, "--baseline", file, "--format", "json", ...RULE));
    assert.deepEqual([ran.findings, ran.summary["baseline"]], [[], { known: 1, gone: [{ path: A, rule: "sysctl/pmtud-disabled", fingerprint: finding!.fingerprint, count: 1 }] }]);
    one.write({ [A]: ON + ON });
    assert.equal(placed(await premortem("check", one.path, "--baseline", file, "--format", "json", ...RULE)).length, 1, "the second of two alike is new");
  });

  it("says which entries are gone, among those that the run could find", async () => {
    const one = folder({ [A]: NO_PMTUD, [B]: NO_PMTUD });
    const file = one.at("baseline.jsonl");
    await premortem("check", one.path, "--baseline", file, "--update-baseline", ...RULE);
    rmSync(one.at(A));
    const gone = async (...args: string[]): Promise<string[]> => (parsed(await premortem("check", ...args, "--baseline", file, "--format", "json")).summary["baseline"] as { gone: { path: string }[] }).gone.map(({ path }) => path);
    assert.deepEqual(await gone(one.path), [A]);
    assert.deepEqual(await gone(one.path, "--rule", "premortem/config"), []);
    one.git("init", "-q");
    assert.deepEqual(await gone(one.at(B)), [], "the other file was not looked at");
    const { out } = await premortem("check", one.path, "--baseline", file);
    assert.match(out, /^Gone, and still in the baseline; --update-baseline takes them out:\n {2}etc\/sysctl\.d\/60-a\.conf: sysctl\/pmtud-disabled \([0-9a-f]{16}\)$/m);
    assert.equal((await premortem("check", one.at(B), "--baseline", file, "--update-baseline")).status, 0);
    assert.deepEqual(await gone(one.path), [A], "a run of one file leaves the entries of others");
    await premortem("check", one.path, "--baseline", file, "--update-baseline", ...RULE);
    assert.deepEqual(await gone(one.path), []);
  });

  it("works with reviews: old findings of the change stay back, mended ones are gone", async () => {
    const one = folder({ [A]: NO_PMTUD, [B]: "" }).commit();
    const file = one.at("baseline.jsonl");
    await premortem("check", one.path, "--baseline", file, "--update-baseline", ...RULE);
    one.write({ [A]: "", [B]: NO_PMTUD });
    const review = async (): Promise<unknown[]> => {
      const ran = await premortem("review", one.path, "--baseline", file, "--format", "json", ...RULE);
      const { known, gone } = parsed(ran).summary["baseline"] as { known: number; gone: { path: string }[] };
      return [placed(ran).length, known, gone.map(({ path }) => path)];
    };
    assert.deepEqual(await review(), [1, 0, [A]]);
    const { err } = await premortem("review", one.path, "--baseline", file, "--update-baseline", ...RULE);
    assert.match(err, /holds 1 finding now: 1 came, 1 went\.\n$/);
    assert.deepEqual(await review(), [0, 1, []]);
  });

  it("is not written where files could not be read", async () => {
    const one = folder({ [A]: NO_PMTUD, "nftables.conf": Buffer.from([0]) });
    const { status, err } = await premortem("check", one.path, "--baseline", one.at("baseline.jsonl"), "--update-baseline");
    assert.equal(status, 2);
    assert.match(err, /is not written, since files could not be read/);
  });
});
