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

describe("iptables-save against iptables 1.8.9", function () {
  before(function () {
    needsRecord(this, corpus);
  });

  it("accepts and refuses single rules as the tool does", function () {
    const judged = rows("ipt-t-rules.tsv").filter((row) => /^(lib(xt|ipt|ip6t)_|iptables)/.test(row["file"]!) && /^(OK|FAIL)$/.test(row["verdict"]!));
    const wrong: string[] = [];
    let wronglyRefused = 0;
    for (const row of judged) {
      const verdicts = around(row).map(refused);
      const accepted = verdicts.some((verdict) => verdict === undefined);
      if (accepted === (row["verdict"] === "OK")) continue;
      if (!accepted) wronglyRefused++;
      wrong.push(`${row["file"]}\t${row["chains"]}\t${row["options"]}\t${row["verdict"]}\t${verdicts[0] ?? "accepted"}`);
    }
    if (process.env["PREMORTEM_LIST"] !== undefined) console.log(wrong.join("\n"));
    console.log(`      ${judged.length - wrong.length} of ${judged.length} rules judged alike, ${wronglyRefused} wrongly refused`);
    assert.ok(wronglyRefused <= judged.length * 0.01, wrong.join("\n"));
    assert.ok(wrong.length <= judged.length * 0.03, wrong.join("\n"));
  });

  it("accepts and refuses whole files as the tool does", function () {
    const wrong: string[] = [];
    let judged = 0;
    for (const row of rows("ipt-verdicts.tsv")) {
      const path = join(corpus, row["file"]!);
      if (!existsSync(path) || row["file"]!.includes("ipt-testsuite")) continue;
      const text = readFileSync(path, "utf8");
      // Line ends of another system are git's doing, and a name may be resolved where the file is for.
      if (text.includes("\r\n") || /host\/network/.test(row["err_nft"]!)) continue;
      judged++;
      const message = refused(text);
      if ((message === undefined) !== (row["test_nft"] === "accepted")) wrong.push(`${row["file"]}\t${row["test_nft"]}\t${row["err_nft"]}\t${message ?? "accepted"}`);
    }
    if (process.env["PREMORTEM_LIST"] !== undefined) console.log(wrong.join("\n"));
    console.log(`      ${judged - wrong.length} of ${judged} files judged alike`);
    assert.ok(wrong.length <= judged * 0.05, wrong.join("\n"));
  });
});
