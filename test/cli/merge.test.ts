import assert from "node:assert/strict";
import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { findBase } from "../../src/cli/base.ts";
import { mergeCommand } from "../../src/cli/merge.ts";
import { FORMATS } from "../../src/cli/options.ts";
import { print } from "../../src/cli/print.ts";
import type { Outcome } from "../../src/cli/run.ts";
import { check, reviewFrom } from "../../src/cli/run.ts";
import type { Shard } from "../../src/cli/findings.ts";
import { select } from "../../src/cli/selection.ts";
import { NO_PMTUD, parsed, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const COUNTS = [1, 2, 3, 7];
const OPTIONS = { severity: "info", failOn: "error", linkBase: "https://example.net/repository/blob/main/" } as const;
type Printed = (typeof FORMATS)[number];

/** What a command prints, and its status. */
async function printed(run: (terminal: Parameters<typeof print>[2]) => number | Promise<number>): Promise<string> {
  let out = "";
  const status = await run({ out: (text) => void (out += text), err: () => undefined, colour: false, interactive: false });
  return `${out}\nstatus ${status}`;
}

/** Compares every format of a run with the merge of its parts, made in JSON and in SARIF. */
async function sameMerged(outcomeOf: (shard: Shard | undefined) => Promise<Outcome>, ends: { readonly path: string; readonly base?: string }, counts = COUNTS): Promise<number> {
  const whole = await outcomeOf(undefined);
  const expected = new Map<Printed, string>();
  for (const format of FORMATS) expected.set(format, await printed((terminal) => print({ ...OPTIONS, format }, whole, terminal)));
  const scratch = folder();
  for (const count of counts) {
    const files: Record<"json" | "sarif", string[]> = { json: [], sarif: [] };
    for (let index = 1; index <= count; index++) {
      const outcome = await outcomeOf({ index, count });
      for (const format of ["json", "sarif"] as const) {
        const file = scratch.at(`${index}-of-${count}.${format}`);
        await printed((terminal) => print({ ...OPTIONS, format, output: file }, outcome, terminal, { index, count }));
        files[format].push(file);
      }
    }
    for (const parts of ["json", "sarif"] as const) {
      for (const format of FORMATS) {
        const merged = await printed((terminal) => mergeCommand([...files[parts]].reverse(), { ...OPTIONS, ...ends, format }, terminal));
        assert.ok(merged === expected.get(format), `${format} from ${count} parts in ${parts}:\n${firstDifference(merged, expected.get(format)!)}`);
      }
    }
  }
  return whole.report.findings.length;
}

function firstDifference(one: string, other: string): string {
  const [a, b] = [one.split("\n"), other.split("\n")];
  const line = a.findIndex((text, index) => text !== b[index]);
  return `line ${line + 1}: ${a[line]?.slice(0, 300)}\ninstead of ${b[line]?.slice(0, 300)}`;
}

function reviewOf(after: string, before: string): Parameters<typeof sameMerged> {
  const [selection] = select([after]);
  return [(shard) => reviewFrom(findBase(selection!, before)!, selection!, { only: undefined, shard }), { path: after, base: before }];
}

describe("premortem merge", function () {
  this.timeout(600_000);

  for (const incident of readdirSync("test/incidents").filter((name) => !name.startsWith("."))) {
    it(`gives the bytes of the undivided review of ${incident}, in every format`, async () => {
      const at = join("test/incidents", incident);
      assert.ok((await sameMerged(...reviewOf(join(at, "after"), join(at, "before")))) > 0);
      const [selection] = select([join(at, "after")]);
      await sameMerged((shard) => check([selection!], { only: undefined, shard }), { path: join(at, "after") }, [2, 7]);
    });
  }

  it("does so where names, line ends and texts are hostile, files are reached twice, and comments hide findings", async () => {
    const odd = 'etc/sysctl.d/<b>"&\u202E`@x`::error%0A.conf';
    const files = { [odd]: `# ä😀\n${NO_PMTUD}`, "premortem.yaml": "group: ä\n", "etc/sysctl.d/60-crlf.conf": "# 😀\r\nnet.ipv4.ip_no_pmtu_disc = 1 # ü\r\n", "etc/sysctl.d/70-hidden.conf": `# premortem-ignore sysctl/pmtud-disabled -- lab\n${NO_PMTUD.split("\n")[1]}\n` };
    const one = folder(Object.fromEntries(Object.entries(files).map(([path, text]) => [`after/${path}`, text])));
    one.write({ "before/etc/sysctl.d/gone.conf": NO_PMTUD, "before/etc/sysctl.d/60-crlf.conf": NO_PMTUD });
    symlinkSync("etc", one.at("after/also"));
    assert.ok((await sameMerged(...reviewOf(one.at("after"), one.at("before")))) > 1);
    const [selection] = select([one.at("after")]);
    assert.ok((await sameMerged((shard) => check([selection!], { only: undefined, shard }), { path: one.at("after") })) > 2);
  });

  it("does so over recorded changes", async function () {
    const root = recorded("corpus/changes");
    needsRecord(this, root);
    let found = 0;
    for (const name of readdirSync(root).sort()) {
      const [before, after] = [join(root, name, "before"), join(root, name, "after")];
      if (!existsSync(before) || !existsSync(after)) continue;
      const [outcomeOf, ends] = reviewOf(after, before);
      found += await sameMerged(outcomeOf, ends, [3]);
    }
    assert.ok(found > 10, String(found));
  });

  it("adds up what a baseline keeps back and what is gone from it", async () => {
    const one = folder(Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`etc/sysctl.d/${i}.conf`, NO_PMTUD])));
    const baseline = one.at("baseline.jsonl");
    assert.equal((await premortem("check", one.path, "--baseline", baseline, "--update-baseline")).status, 0);
    one.write({ "etc/sysctl.d/3.conf": "", "etc/sysctl.d/5.conf": "", "etc/sysctl.d/9.conf": NO_PMTUD });
    const parts: string[] = [];
    for (let index = 1; index <= 3; index++) {
      parts.push(one.at(`part-${index}.json`));
      await premortem("check", one.path, "--baseline", baseline, "--shard", `${index}/3`, "--format", "json", "--output", parts.at(-1)!);
    }
    for (const format of ["json", "text", "sarif", "markdown"]) {
      const whole = await premortem("check", one.path, "--baseline", baseline, "--format", format);
      assert.equal((await premortem("merge", ...parts, "--format", format)).out, whole.out, format);
    }
    const { summary } = parsed(await premortem("merge", ...parts, "--format", "json"));
    const { known, gone } = summary["baseline"] as { known: number; gone: { path: string }[] };
    assert.deepEqual([known > 0, [...new Set(gone.map(({ path }) => path))]], [true, ["etc/sysctl.d/3.conf", "etc/sysctl.d/5.conf"]]);
  });

  it("refuses what does not belong together, and says why", async () => {
    const one = folder({ "a.json": "{", "b.json": '{"version":1,"findings":[]}', "c.json": "[]", "etc/sysctl.d/60-a.conf": NO_PMTUD });
    const part = async (shard: string): Promise<string> => {
      const file = one.at(`${shard.replace("/", "-")}.json`);
      await premortem("check", one.path, "--shard", shard, "--format", "json", "--output", file);
      return file;
    };
    const [first, second, third] = [await part("1/2"), await part("2/2"), await part("1/3")];
    const refused = async (files: string[], why: RegExp, ...more: string[]): Promise<void> => {
      const { status, out, err } = await premortem("merge", ...files, ...more);
      assert.deepEqual([status, out], [2, ""]);
      assert.match(err, /^premortem: [^\n]+\n$/);
      assert.match(err, why);
    };
    await refused([one.at("missing.json")], /cannot be read \(ENOENT\)/);
    await refused([one.at("a.json")], /it is not JSON/);
    await refused([one.at("b.json")], /not made with --shard/);
    await refused([one.at("c.json")], /the report is no object/);
    await refused([first!], /part 2 of 2 is missing/);
    await refused([first!, first!], /part 1 of 2 is there 2 times/);
    await refused([first!, second!, third!], /some are parts of 2, others of 3/);
    await refused([first!, second!], /html draws its pictures from the reviewed files.*--path PATH/, "--format", "html");
    assert.equal((await premortem("merge", first!, second!)).status, 0);
  });

  it("refuses parts of different runs, which would hide what the others found", async () => {
    const one = folder({ "etc/sysctl.d/60-a.conf": NO_PMTUD, "etc/sysctl.d/70-b.conf": "" });
    const part = async (index: number, ...more: string[]): Promise<string> => {
      const file = one.at(`${index}.json`);
      await premortem("check", one.path, "--shard", `${index}/2`, "--format", "json", "--output", file, ...more);
      return file;
    };
    const merged = async (...files: string[]): Promise<string> => {
      const { status, err } = await premortem("merge", ...files);
      return `${status} ${/different runs/.test(err)}`;
    };
    const [first, second] = [await part(1), await part(2)];
    assert.equal(await merged(first, second), "0 false");
    for (const other of [["--rule", "ceph/min-size-one"], ["--severity", "error"]]) assert.equal(await merged(first, await part(2, ...other)), "2 true", other.join(" "));
    one.write({ "etc/sysctl.d/70-b.conf": "# another day\n" });
    assert.equal(await merged(first, await part(2)), "2 true");
    one.write({ "etc/sysctl.d/70-b.conf": "", "etc/sysctl.d/60-a.conf": NO_PMTUD.replaceAll("\n", "\r\n") });
    assert.equal(await merged(first, await part(2)), "0 false", "a checkout with other line ends");
  });

  it("counts for its status what --severity keeps out, as the undivided run does", async () => {
    const one = folder({ "etc/sysctl.d/60-a.conf": NO_PMTUD });
    const parts: string[] = [];
    for (let index = 1; index <= 2; index++) {
      parts.push(one.at(`part-${index}.json`));
      await premortem("check", one.path, "--severity", "error", "--shard", `${index}/2`, "--format", "json", "--output", parts.at(-1)!);
    }
    for (const level of ["error", "warning", "info", "never"]) {
      const options = ["--severity", "error", "--fail-on", level];
      const [whole, merged] = [await premortem("check", one.path, ...options), await premortem("merge", ...parts, ...options)];
      assert.deepEqual([merged.status, merged.out], [whole.status, whole.out], level);
    }
  });

  it("ends as the undivided run does", async () => {
    const one = folder({ "etc/sysctl.d/60-a.conf": NO_PMTUD, "nftables.conf": Buffer.from([0]) });
    const parts: string[] = [];
    for (let index = 1; index <= 2; index++) {
      parts.push(one.at(`part-${index}.json`));
      assert.equal((await premortem("check", one.path, "--shard", `${index}/2`, "--format", "json", "--output", parts.at(-1)!)).status, 2);
    }
    assert.equal((await premortem("merge", ...parts)).status, 2, "a file could not be read");
    one.write({ "nftables.conf": "" });
    for (let index = 1; index <= 2; index++) await premortem("check", one.path, "--shard", `${index}/2`, "--format", "json", "--output", parts[index - 1]!);
    assert.deepEqual([(await premortem("merge", ...parts)).status, (await premortem("merge", ...parts, "--fail-on", "warning")).status], [0, 1]);
  });
});
