import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { DEFAULT_CONFIGURATION } from "../../src/engine/configuration.ts";
import { isUnknown } from "../../src/engine/unknown.ts";
import { LineIndex } from "../../src/engine/location.ts";
import { parseNftables } from "../../src/formats/nftables/index.ts";
import { fromNftables } from "../../src/model/firewall/from-nftables/index.ts";
import { readFirewall } from "../../src/model/firewall/read.ts";
import type { Ruleset } from "../../src/model/firewall/ruleset.ts";
import { Workspace } from "../../src/model/workspace.ts";
import { needsRecord, recorded } from "../support/recorded.ts";
import { canonical } from "./nftables-canonical.ts";
import { FILES, MEANING, RULES } from "./nftables-exceptions.ts";
import { fromListing } from "./nftables-listing.ts";

const CORPUS = recorded("corpus/firewall") + "/";
/** Of what is refused for a reason in the text, this share is refused by us as well. */
const REFUSED = 0.95;
/** What nft refuses because of the host: files, names and interfaces that it lacks, older kernels, what runs already. */
const OF_THE_HOST = /File not found|resolve|Could not process|does not exist|No such file|unknown identifier/;

const NO_SUCH_FILE = /^\?the rules of .*\*.* are in another file$/;

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
    const excepted: string[] = [];
    const missed: string[] = [];
    for (const { path, text, reason } of refused) {
      const line = Number(/:(\d+):\d/.exec(reason)![1]);
      if (refusedLines(text).includes(line)) continue;
      const written = text.split("\n")[line - 1] ?? "";
      const exception = FILES.find((one) => one.message.test(reason) && one.line.test(written));
      if (exception) excepted.push(exception.why);
      else missed.push(`${path}: ${reason}`);
    }
    const wanted = refused.length - excepted.length;
    console.log(`      ${wanted - missed.length} of ${wanted} files are refused on nft's line; ${excepted.length} more are left out:`);
    tell(excepted);
    assert(1 - missed.length / wanted >= REFUSED, missed.join("\n"));
  });

  it("refuses the rules that nft refuses for a reason in the text", () => {
    const failing = table("nft-py-rules.tsv").filter((row) => row[4] === "fail");
    const excepted: string[] = [];
    const missed: string[] = [];
    for (const [, , tables, rule] of failing) {
      if (tables!.split("|").every((where) => refusedLines(`table ${where.split(";")[0]} t {\n chain c {\n  ${rule}\n }\n}\n`).length > 0)) continue;
      const exception = RULES.find(({ line }) => line.test(rule!));
      if (exception) excepted.push(exception.why);
      else missed.push(rule!);
    }
    const wanted = failing.length - excepted.length;
    console.log(`      ${wanted - missed.length} of ${wanted} rules are refused; ${excepted.length} more are left out:`);
    tell(excepted);
    assert(1 - missed.length / wanted >= REFUSED, missed.join("\n"));
  });

  it("means what the kernel lists", () => {
    const workspace = new Workspace(new Map([...verdicts().map(({ path, text }): [string, string] => [path, text]), ...besides()]), DEFAULT_CONFIGURATION);
    const explained: string[] = [];
    const wrong: string[] = [];
    const count = { files: 0, rules: 0, sets: 0, untold: 0 };
    for (const { path, text } of verdicts()) {
      const listing = `${CORPUS}nft-normal/${path.replaceAll("/", "__")}.json`;
      if (!existsSync(listing)) continue;
      count.files++;
      const ruleset = readFirewall(workspace, path)!;
      const ours = new Map(canonical(ruleset).map((one) => [`${one.family} ${one.name}`, one]));
      const same = (place: string, kernel: string | undefined, own: string | undefined): void => {
        if (kernel === own) return;
        const exception = kernel === undefined || own === undefined ? undefined : MEANING.find(({ alike }) => alike(kernel, own));
        if (exception) explained.push(exception.why);
        else wrong.push(`${path} ${place}\n  kernel ${kernel}\n  ours   ${own}`);
      };
      const kernel = fromListing(readFileSync(listing, "utf8"));
      // Of all that it includes some files are not recorded, and what they hold is only in the listing.
      const partly = (text.match(/^include "\.\//gm) ?? []).length > (ruleset.includes ?? []).length;
      if (partly) explained.push("some of the files that it includes are not recorded");
      else same("tables", kernel.map(({ family, name }) => `${family} ${name}`).sort().join(", "), [...ours.keys()].sort().join(", "));
      for (const table of kernel) {
        const own = ours.get(`${table.family} ${table.name}`);
        if (!own) continue;
        same("chains", [...table.chains.keys()].sort().join(), [...own.chains.keys()].sort().join());
        for (const [name, { base, rules }] of table.chains) {
          const chain = own.chains.get(name);
          if (!chain) continue;
          same(`${name}`, base, chain.base);
          const known = chain.rules.filter((rule) => {
            if (!NO_SUCH_FILE.test(rule)) return true;
            explained.push("a glob that finds no file includes nothing, and the files of the host are not here to tell");
            return false;
          });
          count.rules += rules.length;
          for (let i = 0; i < Math.max(rules.length, known.length); i++) same(`${name} ${i}`, rules[i], known[i]);
        }
        same("sets", [...table.sets.keys()].sort().join(), [...own.sets.keys()].sort().join());
        for (const [name, elements] of table.sets) {
          const set = own.sets.get(name);
          count.sets++;
          if (set === undefined) count.untold++;
          else same(`set ${name}`, elements, set);
        }
      }
    }
    console.log(`      ${count.files} files, ${count.rules} rules and ${count.sets} sets (${count.untold} fill while they are in use) are compared; ${explained.length} differ for a reason:`);
    tell(explained);
    assert.deepEqual(wrong, []);
    assert(count.files > 200);
  });

  it("understands nearly every statement and value, and says which it does not", () => {
    const unknown: string[] = [];
    const untold: string[] = [];
    let statements = 0;
    for (const { path, text } of verdicts().filter(({ accepted }) => accepted)) {
      for (const statement of statementsOf(fromNftables(path, parseNftables(text).tree))) {
        statements++;
        if (statement.kind === "unknown") unknown.push(kindOf(statement.reason));
        else for (const reason of new Set(reasonsIn(statement))) untold.push(`${statement.kind}: ${kindOf(reason)}`);
      }
    }
    console.log(`      ${unknown.length} of ${statements} statements are unknown (${share(unknown.length, statements)})`);
    tell(unknown);
    console.log(`      ${untold.length} of ${statements} are known, but hold a value that the text does not tell (${share(untold.length, statements)})`);
    tell(untold);
    assert(unknown.length / statements < 0.01);
    assert(untold.length / statements < 0.03);
  });
});

/** Files beside those that were loaded, which some of them include. */
function besides(): [string, string][] {
  const folder = "nft-upstream-1.0.6/files/nftables/";
  if (!existsSync(CORPUS + folder)) return [];
  return readdirSync(CORPUS + folder).map((name): [string, string] => [folder + name, readFileSync(CORPUS + folder + name, "utf8")]);
}

function share(part: number, all: number): string {
  return `${((100 * part) / all).toFixed(2)}%`;
}

/** Prints how often each reason was given. */
function tell(reasons: readonly string[]): void {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  for (const [reason, count] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`        ${count}: ${reason}`);
}

/** A reason without the names in it. */
function kindOf(reason: string): string {
  return reason.replace(/\S*\/\S+/, "…").replace(/"[^"]*"/g, "…").replace(/\$\S+/, "$…").replace(/(the set) \S+/, "$1 …").replace(/(change the set|value is) \S+/, "$1 …").replace(/handle \d+/, "handle …");
}

/** Why parts of a statement are unknown. */
function reasonsIn(value: unknown): string[] {
  if (isUnknown(value)) return [value.unknown];
  if (Array.isArray(value)) return value.flatMap(reasonsIn);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(reasonsIn) : [];
}

function* statementsOf({ tables }: Ruleset): Iterable<Ruleset["tables"][number]["chains"][number]["rules"][number]["statements"][number]> {
  for (const { chains } of tables) for (const { rules } of chains) for (const { statements } of rules) yield* statements;
}
