import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { isUnknown } from "../../src/engine/unknown.ts";
import { LineIndex } from "../../src/engine/location.ts";
import { parseNftables } from "../../src/formats/nftables/index.ts";
import { fromNftables } from "../../src/model/firewall/from-nftables/index.ts";
import type { Ruleset } from "../../src/model/firewall/ruleset.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const CORPUS = recorded("corpus/firewall") + "/";
/** The share that is reached; the rest are what older versions refuse, and types that depend on each other. */
const SAME_LINE = 0.68;
/** What nft refuses because of the host: files, names and interfaces that it lacks, older kernels, what runs already. */
const OF_THE_HOST = /File not found|resolve|Could not process|does not exist|No such file|unknown identifier/;

function table(name: string): string[][] {
  return readFileSync(CORPUS + name, "utf8").trim().split("\n").slice(1).map((line) => line.split("\t"));
}

interface Verdict {
  readonly path: string;
  readonly text: string;
  readonly templated: boolean;
  readonly accepted: boolean;
  readonly reason: string;
}

function verdicts(): Verdict[] {
  return table("nft-verdicts.tsv").flatMap((row) => {
    const path = row[0]!;
    if (!existsSync(CORPUS + path)) return [];
    return [{ path, text: readFileSync(CORPUS + path, "utf8"), templated: row[3] === "yes", accepted: row[5] === "accepted", reason: row[10] ?? "" }];
  });
}

/** The lines (from 1) of what nft certainly refuses. */
function refusedLines(text: string): number[] {
  const lines = new LineIndex(text);
  return parseNftables(text).errors.filter(({ certain }) => certain).map(({ range }) => lines.positionAt(range.start).line);
}

describe("conformance: nftables", function () {
  before(function () {
    needsRecord(this, CORPUS);
  });

  it("raises no error in any file that nft loads", () => {
    const loaded = verdicts().filter(({ accepted }) => accepted);
    const faulted = loaded.filter(({ text }) => refusedLines(text).length > 0).map(({ path }) => path);
    console.log(`      ${loaded.length - faulted.length} of ${loaded.length} loadable files raise no error`);
    assert.deepEqual(faulted, []);
    assert(loaded.length > 250);
  });

  it("raises no error in any rule that nft takes", () => {
    const sound = table("nft-py-rules.tsv").filter((row) => row[4] === "ok");
    const faulted = sound.filter(([, , tables, rule]) => {
      // Each rule is for several families; what one of them refuses is not told here.
      return tables!.split("|").every((where) => refusedLines(`table ${where.split(";")[0]} t {\n chain c {\n  ${rule}\n }\n}\n`).length > 0);
    });
    console.log(`      ${sound.length - faulted.length} of ${sound.length} sound rules raise no error`);
    assert.deepEqual(faulted.map((row) => row[3]), []);
  });

  it("refuses on the same line what nft refuses for a reason in the text", () => {
    const refused = verdicts().filter(({ accepted, templated, reason }) => !accepted && !templated && !OF_THE_HOST.test(reason) && /:\d+:\d/.test(reason));
    const same = refused.filter(({ text, reason }) => refusedLines(text).includes(Number(/:(\d+):\d/.exec(reason)![1])));
    console.log(`      ${same.length} of ${refused.length} refused files are refused on nft's line`);
    assert(same.length / refused.length >= SAME_LINE);
  });

  it("understands nearly every statement, and says which it does not", () => {
    const byReason = new Map<string, number>();
    let statements = 0;
    let values = 0;
    let notTold = 0;
    for (const { path, text } of verdicts().filter(({ accepted }) => accepted)) {
      for (const statement of statementsOf(fromNftables(path, parseNftables(text).tree))) {
        statements++;
        if (statement.kind === "unknown") byReason.set(statement.reason.replace(/\S*\/\S+/, "…"), (byReason.get(statement.reason.replace(/\S*\/\S+/, "…")) ?? 0) + 1);
        const compared = statement.kind === "match" ? statement.values : statement.kind === "match-tuple" || statement.kind === "vmap" ? statement.elements : undefined;
        if (compared === undefined) continue;
        values++;
        if (isUnknown(compared)) notTold++;
      }
    }
    const total = [...byReason.values()].reduce((sum, count) => sum + count, 0);
    console.log(`      ${total} of ${statements} statements are unknown; the values of ${notTold} of ${values} matches are not in the text`);
    for (const [reason, count] of byReason) console.log(`        ${count}: ${reason}`);
    assert(total / statements < 0.005);
    assert(notTold / values < 0.02);
  });
});

function* statementsOf({ tables }: Ruleset): Iterable<Ruleset["tables"][number]["chains"][number]["rules"][number]["statements"][number]> {
  for (const { chains } of tables) for (const { rules } of chains) for (const { statements } of rules) yield* statements;
}
