import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { iptablesSave } from "../../src/formats/iptables/index.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

/** What iptables 1.8.9 says about single rules and whole dumps, recorded with the real tools. */
const corpus = recorded("corpus/firewall");

function rows(file: string): Record<string, string>[] {
  const [head, ...lines] = readFileSync(join(corpus, file), "utf8").split("\n").filter((line) => line !== "");
  const names = head!.split("\t");
  return lines.map((line) => Object.fromEntries(line.split("\t").map((cell, i) => [names[i]!, cell])));
}

function refused(text: string): string | undefined {
  return iptablesSave.parse(text).errors.find(({ certain }) => certain)?.message;
}

/** A file that holds one rule, in the table and a chain that it is for. */
function around(row: Record<string, string>): string[] {
  const six = row["file"]!.startsWith("libip6t");
  const table = /^\*(\w+)/.exec(row["chains"]!)?.[1] ?? "filter";
  const chains = /:([\w,]+)/.exec(row["chains"]!)?.[1]?.split(",") ?? (table === "filter" ? ["INPUT", "FORWARD", "OUTPUT"] : table === "nat" ? ["PREROUTING", "OUTPUT", "POSTROUTING"] : ["PREROUTING", "OUTPUT"]);
  const evidence = six ? "-A OUTPUT -d 2001:db8::1\n" : "-A OUTPUT -d 192.0.2.1\n";
  return chains.map((chain) => `*${table}\n${evidence}-A ${chain} ${row["options"]}\nCOMMIT\n`);
}

/** What is judged otherwise for a reason, which the file gives. */
const exceptions = readFileSync(join(import.meta.dirname, "iptables-exceptions.tsv"), "utf8").trim().split("\n").slice(1).map((line) => new RegExp(line.split("\t")[0]!));

/** What is not excepted; prints all of it on request. */
function unexplained(wrong: readonly string[]): string[] {
  const found = wrong.filter((line) => !exceptions.some((pattern) => pattern.test(line)));
  if (process.env["PREMORTEM_LIST"] !== undefined) console.log(found.join("\n"));
  return found;
}

/** The line at which the first certain problem stands, from 1. */
function lineRefused(text: string): number | undefined {
  const [first] = iptablesSave.parse(text).errors.filter(({ certain }) => certain).sort((a, b) => a.range.start - b.range.start);
  return first && text.slice(0, first.range.start).split("\n").length;
}

describe("iptables-save against iptables 1.8.9", function () {
  before(function () {
    needsRecord(this, corpus);
  });

  it("accepts and refuses single rules as the tool does", function () {
    const judged = rows("ipt-t-rules.tsv").filter((row) => /^(lib(xt|ipt|ip6t)_|iptables)/.test(row["file"]!) && /^(OK|FAIL)$/.test(row["verdict"]!));
    const wrong: string[] = [];
    for (const row of judged) {
      const verdicts = around(row).map(refused);
      const accepted = verdicts.some((verdict) => verdict === undefined);
      if (accepted !== (row["verdict"] === "OK")) wrong.push(`${row["file"]}\t${row["chains"]}\t${row["options"]}\t${row["verdict"]}\t${verdicts[0] ?? "accepted"}`);
    }
    console.log(`      ${judged.length - wrong.length} of ${judged.length} rules judged alike`);
    assert.deepEqual(unexplained(wrong), []);
  });

  it("accepts and refuses whole files as the tool does, at the same line", function () {
    const wrong: string[] = [];
    let judged = 0;
    let lines = 0;
    for (const row of rows("ipt-verdicts.tsv")) {
      const path = join(corpus, row["file"]!);
      if (!existsSync(path) || row["file"]!.includes("ipt-testsuite")) continue;
      const text = readFileSync(path, "utf8");
      // Line ends of another system are git's doing, and a name may be resolved where the file is for.
      if (text.includes("\r\n") || /host\/network/.test(row["err_nft"]!)) continue;
      judged++;
      const message = refused(text);
      const accepted = row["test_nft"] === "accepted" || row["test_legacy"] === "accepted";
      if ((message === undefined) !== accepted) wrong.push(`${row["file"]}\t${row["test_nft"]}\t${row["err_nft"]}\t${message ?? "accepted"}`);
      const theirs = /line:? (\d+)/.exec(`${row["err_legacy"]} ${row["err_nft"]}`)?.[1];
      if (accepted || theirs === undefined) continue;
      lines++;
      const ours = lineRefused(text);
      if (ours !== Number(theirs)) wrong.push(`${row["file"]}\tline ${theirs}\tours ${ours}`);
    }
    console.log(`      ${judged} files, ${lines} of them refused at a line; ${wrong.length} judged otherwise`);
    assert.deepEqual(unexplained(wrong), []);
  });
});
