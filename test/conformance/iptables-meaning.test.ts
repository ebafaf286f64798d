import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { iptablesSave } from "../../src/formats/iptables/index.ts";
import { nftables } from "../../src/formats/nftables/index.ts";
import { shell } from "../../src/formats/shell/index.ts";
import { fromIptables } from "../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../src/model/firewall/from-nftables/index.ts";
import { fromShell } from "../../src/model/firewall/from-shell/index.ts";
import type { Ruleset } from "../../src/model/firewall/ruleset.ts";
import { isUnknown } from "../../src/engine/unknown.ts";
import { needsRecord, recorded } from "../support/recorded.ts";
import { normal } from "./meaning/normal.ts";

/** What the kernel made of iptables' dumps, and rules that are written for iptables and for nft, recorded with the real tools. */
const corpus = recorded("corpus/firewall");

/** What means something else for a reason, which the file gives: pairs by their rule, listings by chain, our rule and theirs. */
const exceptions = readFileSync(join(import.meta.dirname, "meaning/exceptions.tsv"), "utf8").trim().split("\n").slice(1).map((line) => line.split("\t"));

function excepted(where: "pair" | "listing", text: string): boolean {
  return exceptions.some(([place, pattern]) => place === where && new RegExp(pattern!).test(text));
}

function lines(file: string): string[] {
  return readFileSync(join(corpus, file), "utf8").trim().split("\n").slice(1);
}

interface Dump {
  readonly file: string;
  readonly ours: Ruleset;
  readonly save: string;
  readonly nft: string;
}

/** The dumps that the kernel took, with its own listings of them. */
function dumps(): Dump[] {
  return lines("ipt-verdicts.tsv").flatMap((line) => {
    const [file, , , , family] = line.split("\t") as [string, string, string, string, string];
    const listing = join(corpus, "ipt-normal", file.replaceAll("/", "__"));
    if (!existsSync(`${listing}.save`) || !existsSync(join(corpus, file))) return [];
    const ours = fromIptables(family === "v6" ? "rules.v6" : "rules.v4", iptablesSave.parse(readFileSync(join(corpus, file), "utf8")).tree);
    return [{ file, ours, save: readFileSync(`${listing}.save`, "utf8"), nft: readFileSync(`${listing}.nft`, "utf8") }];
  });
}

/** What nft's listing does not say, or says in words that nft itself cannot read: extensions without a translation, odd names. */
const UNTOLD = /unknown: (match|target) \w+ is an extension of iptables|unknown: it is not understood/;

/** Where two meanings differ, rule by rule; `untold` counts the rules that a listing does not tell. */
function differences(ours: Map<string, string[]>, theirs: Map<string, string[]>, untold?: () => void): string[] {
  const found: string[] = [];
  for (const chain of new Set([...ours.keys(), ...theirs.keys()])) {
    const [a, b] = [ours.get(chain) ?? [], theirs.get(chain) ?? []];
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      if (a[i] === b[i]) continue;
      if (untold && UNTOLD.test(b[i] ?? "")) {
        untold();
        continue;
      }
      if (untold && excepted("listing", `${chain}\t${a[i] ?? "nothing"}\t${b[i] ?? "nothing"}`)) continue;
      found.push(`${chain}\t${a[i] ?? "nothing"}\t${b[i] ?? "nothing"}`);
      break;
    }
  }
  return found;
}

function report(found: readonly string[]): void {
  if (process.env["PREMORTEM_LIST"] !== undefined) console.log(found.join("\n"));
}

describe("the meaning of iptables rules", function () {
  this.timeout(60_000);
  before(function () {
    needsRecord(this, corpus);
  });

  it("is that of the kernel's own listing, as iptables-save writes it", () => {
    const all = dumps();
    const wrong = all.flatMap(({ file, ours, save }) => {
      const theirs = fromIptables(ours.tables[0]?.family === "ip6" ? "rules.v6" : "rules.v4", iptablesSave.parse(save).tree);
      return differences(normal(ours), normal(theirs)).map((line) => `${file}\t${line}`);
    });
    report(wrong);
    console.log(`      ${all.length} dumps, ${wrong.length} chains mean something else`);
    assert.deepEqual(wrong, []);
  });

  it("is that of the kernel's own listing, as nft writes it", () => {
    const all = dumps().filter(({ nft }) => nft.trim() !== "");
    let untold = 0;
    const wrong = all.flatMap(({ file, ours, nft }) => differences(normal(ours), normal(fromNftables("listing", nftables.parse(nft).tree)), () => untold++).map((line) => `${file}\t${line}`));
    report(wrong);
    console.log(`      ${all.length} listings, ${wrong.length} chains mean something else; ${untold} rules have no form in nft`);
    assert.deepEqual(wrong, []);
  });

  it("is that of the same rule written for nft", () => {
    const pairs = lines("ipt-txlate-pairs.tsv").map((line) => line.split("\t") as [string, string, string]);
    let same = 0;
    const wrong: string[] = [];
    for (const [, iptables, nft] of pairs) {
      if (excepted("pair", iptables)) continue;
      const script = iptables.replace(/^(ip6?tables)-translate/, "$1");
      const ours = fromShell("rules.sh", script, shell.parse(script).tree);
      const commands = [...nft.matchAll(/'([^']*)'/g)].map(([, command]) => command).join("\n") || nft.replace(/^nft /, "");
      const theirs = fromNftables("rules", nftables.parse(`${commands}\n`).tree);
      // Only what the rule says is compared: its chain is not there in nft.
      const rules = (ruleset: Ruleset | undefined): string[] => (ruleset ? [...normal(ruleset).values()].flat().filter((line) => !/^(input|forward|output|prerouting|postrouting) /.test(line)) : []);
      const [a, b] = [rules(ours), rules(theirs)];
      if (a.join("\n") === b.join("\n")) same++;
      else wrong.push(`${iptables}\t${nft}\t${a.join(" | ")}\t${b.join(" | ")}`);
    }
    report(wrong);
    console.log(`      ${same} of ${pairs.length} pairs mean the same, ${pairs.length - same - wrong.length} are excepted`);
    assert.deepEqual(wrong, []);
  });

  it("is known of almost every statement", () => {
    const kinds = new Map<string, number>();
    const reasons = new Map<string, number>();
    let all = 0;
    for (const { ours } of dumps()) {
      for (const table of ours.tables) for (const chain of table.chains) for (const rule of chain.rules) for (const statement of rule.statements) {
        all++;
        const why = statement.kind === "unknown" ? statement.reason
          : statement.kind === "match" && isUnknown(statement.values) ? statement.values.unknown
          : statement.kind === "assign" && isUnknown(statement.value) ? statement.value.unknown : undefined;
        if (why === undefined) continue;
        const kind = statement.kind === "unknown" ? "unknown" : `${statement.kind} ${"field" in statement ? statement.field : ""}`;
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        reasons.set(why, (reasons.get(why) ?? 0) + 1);
      }
    }
    const share = (count: number): string => `${((100 * count) / all).toFixed(3)}%`;
    console.log(`      ${all} statements; unknown: ${[...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${kind} ${share(count)}`).join(", ") || "none"}`);
    if (process.env["PREMORTEM_LIST"] !== undefined) console.log(reasons);
    assert.ok((kinds.get("unknown") ?? 0) <= all * 0.001);
    assert.ok([...kinds.values()].reduce((sum, count) => sum + count, 0) <= all * 0.01);
  });
});
