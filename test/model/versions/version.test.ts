import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { compareDebian } from "../../../src/model/versions/debian-version.ts";
import { compareUpstream, compareVersionTexts, inRange, parseRange, parseVersionText } from "../../../src/model/versions/version.ts";
import { skip } from "../../support/skip.ts";

const release = (text: string) => parseVersionText(text, "release")!;
const sign = (a: string, b: string): number => Math.sign(compareDebian(a, b));

describe("compareDebian", () => {
  it("orders as deb-version(7) says", () => {
    const rising = ["0", "1.0~beta1~svn1245", "1.0~beta1", "1.0", "1.0-1~bpo12+1", "1.0-1", "1.0-1+deb12u1", "1.0a", "1.0+dfsg-1", "1.0.1", "1.9", "1.10", "1:0.1"];
    for (const [i, a] of rising.entries()) for (const [j, b] of rising.entries()) assert.equal(sign(a, b), Math.sign(i - j), `${a} ${b}`);
    assert.equal(sign("1.0", "1.0-0"), 0);
    assert.equal(sign("0:1.00", "1.0"), 0);
  });

  it("agrees with dpkg", function () {
    try {
      execFileSync("dpkg", ["--version"], { stdio: "ignore" });
    } catch {
      return skip(this, "no dpkg here");
    }
    const part = fc.stringMatching(/^\d[\da-z.+~]{0,6}$/);
    const version = fc.tuple(fc.option(fc.nat(2)), part, fc.option(part)).map(([epoch, upstream, revision]) => `${epoch === null ? "" : `${epoch}:`}${upstream}${revision === null ? "" : `-${revision}`}`);
    const pairs = fc.sample(fc.tuple(version, version), { numRuns: 300, seed: 7 });
    const script = pairs.map(([a, b]) => `if dpkg --compare-versions '${a}' lt '${b}'; then echo -1; elif dpkg --compare-versions '${a}' eq '${b}'; then echo 0; else echo 1; fi`).join("\n");
    const told = execFileSync("sh", { input: script, encoding: "utf8" }).trim().split("\n").map(Number);
    assert.deepEqual(pairs.map(([a, b]) => sign(a, b)), told);
  });
});

describe("versions", () => {
  it("takes tags, packages and near-semantic releases apart", () => {
    assert.deepEqual(release("v18.2.1").numbers, [18, 2, 1]);
    assert.deepEqual(release("v18.2").numbers, [18, 2]);
    assert.equal(release("v18.2.4-20240724").upstream, "18.2.4");
    assert.equal(release("strongswan-5.9.8").upstream, "5.9.8");
    const debian = parseVersionText("1:0.8.2+20140711-10", "package")!;
    assert.deepEqual([debian.epoch, debian.upstream, debian.revision, debian.numbers], [1, "0.8.2+20140711", "10", [0, 8, 2]]);
    for (const none of ["latest", "main", "4f6be8347b27f79389f3829602246cd31102d829", "", "{{ version }}"]) assert.equal(parseVersionText(none, "release"), undefined, none);
  });

  it("compares releases as semver does, and the rest by its numbers", () => {
    assert.ok(compareVersionTexts(release("v1.2.3-rc.1"), release("v1.2.3")) < 0);
    assert.ok(compareVersionTexts(release("v1.10.0"), release("1.9.9")) > 0);
    assert.ok(compareVersionTexts(release("22.04"), release("24.04")) < 0);
    assert.equal(compareUpstream(parseVersionText("18.2.1-1~bpo12+1", "package")!, release("v18.2.1")), 0);
  });

  it("tells what is in a range, and does not guess for a version that is cut short", () => {
    const range = parseRange(">=16.2.0 <16.2.7")!;
    const packages = (text: string): boolean => inRange(parseVersionText(text, "package")!, range);
    assert.deepEqual(["16.2.6-1", "16.2.7", "15.2.17", "16.2", "1:16.2.0~rc1-1"].map(packages), [true, false, false, false, false]);
    assert.ok(inRange(release("5.6.1"), parseRange("5.6.1")!));
    assert.equal(parseRange("newest"), undefined);
    assert.equal(parseRange(""), undefined);
  });
});
