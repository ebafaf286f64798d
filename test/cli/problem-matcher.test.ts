import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parsed, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";

interface Pattern {
  readonly name: string;
  readonly regexp: string;
  readonly file: number;
  readonly line: number;
  readonly column: number;
  readonly severity: number;
  readonly code: number;
  readonly message: number;
}

interface Manifest {
  readonly contributes: {
    readonly problemPatterns: readonly Pattern[];
    readonly problemMatchers: readonly { readonly name: string; readonly pattern: string }[];
  };
}

interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly severity: string;
  readonly rule: string;
}

/** Two findings a file. */
const BAD = "net.ipv4.ip_no_pmtu_disc = 1\nnet.ipv4.tcp_tw_recycle = 1\n";
const FILES = {
  "etc/sysctl.d/10-plain.conf": BAD,
  "etc/sysctl.d/20 with blanks.conf": BAD,
  "etc/sysctl.d/30:4:5 error a.conf": BAD,
  "host:one/etc/sysctl.d/40.conf": BAD,
  "ceph.conf": "[global]\nosd_pool_default_min_size = 1\n",
};

describe("the problem matcher $premortem", () => {
  const { contributes } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  const matcher = contributes.problemMatchers.find(({ name }) => name === "premortem")!;
  const pattern = contributes.problemPatterns.find(({ name }) => `$${name}` === matcher.pattern)!;

  function matched(text: string): Place[] {
    return text.split("\n").flatMap((line) => {
      const found = new RegExp(pattern.regexp).exec(line);
      return found === null ? [] : [{ path: found[pattern.file]!, line: Number(found[pattern.line]), column: Number(found[pattern.column]), severity: found[pattern.severity]!, rule: found[pattern.code]! }];
    });
  }

  it("finds every finding that the command line prints, and nothing else of its text", async () => {
    const { path } = folder(FILES);
    const text = await premortem("check", path, "--format", "text");
    const { findings } = parsed(await premortem("check", path, "--format", "json"));
    const expected = findings.map(({ path: file, range, severity, rule }): Place => ({ path: file, line: range.start.line, column: range.start.column, severity, rule }));
    assert.ok(expected.length > 8, "there is something to find");
    assert.deepEqual(matched(text.out), expected);
  });
});
