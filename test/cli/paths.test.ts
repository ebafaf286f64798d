import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { NO_PMTUD, parsed, placed, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";

const A = "etc/sysctl.d/60-a.conf";
const B = "roles/net/files/etc/sysctl.d/70-b.conf";
const found = async (...args: string[]): Promise<string[]> => placed(await premortem("check", ...args, "--rule", "sysctl/pmtud-disabled", "premortem/config", "--format", "json"));

describe("paths", () => {
  it("are relative to the directory that is given", async () => {
    const one = folder({ [A]: NO_PMTUD });
    assert.deepEqual(await found(one.path), [`sysctl/pmtud-disabled ${A}:2:28`]);
    assert.deepEqual(await found(one.at("etc")), ["sysctl/pmtud-disabled sysctl.d/60-a.conf:2:28"]);
  });

  it("of a single file are relative to its repository, and only that file is checked", async () => {
    const one = folder({ [A]: NO_PMTUD, [B]: NO_PMTUD, "premortem.yaml": "cephRelease: 18\n" });
    assert.deepEqual(await found(one.at(B)), [`sysctl/pmtud-disabled ${B}:2:28`]);
    assert.deepEqual(await found(one.at(B), one.at("etc")), [`sysctl/pmtud-disabled ${A}:2:28`, `sysctl/pmtud-disabled ${B}:2:28`]);
    const alone = folder({ "x.sysctl.conf": "", "60-a.conf": NO_PMTUD, "sub/60-b.conf": NO_PMTUD });
    assert.deepEqual((await found(alone.at("60-a.conf"))).map((line) => line.split(" ")[1]), ["60-a.conf:2:28"]);
  });

  it("of several repositories are relative to the directory above them", async () => {
    const one = folder({ [`one/${A}`]: NO_PMTUD, "one/premortem.yaml": "", [`two/${A}`]: NO_PMTUD, "two/premortem.yaml": "group: 1\n" });
    assert.deepEqual(await found(one.at("one"), one.at("two")), [
      `sysctl/pmtud-disabled one/${A}:2:28`,
      `sysctl/pmtud-disabled two/${A}:2:28`,
      "premortem/config two/premortem.yaml:1:1",
    ]);
  });

  it("that reach a file twice give its findings once", async () => {
    const one = folder({ [A]: NO_PMTUD });
    symlinkSync(".", one.at("etc/again"));
    symlinkSync("etc", one.at("linked"));
    assert.deepEqual(await found(one.path), [`sysctl/pmtud-disabled ${A}:2:28`]);
  });
});

describe("premortem.yaml", () => {
  it("is the nearest one upwards, and its globs start where it lies", async () => {
    const one = folder({ "premortem.yaml": "ignore: [sub/etc/**]\n", [`sub/${A}`]: NO_PMTUD, [`other/${A}`]: NO_PMTUD });
    assert.deepEqual(await found(one.path), [`sysctl/pmtud-disabled other/${A}:2:28`]);
    assert.deepEqual(await found(one.at("sub")), []);
    one.write({ "sub/premortem.yaml": "" });
    assert.deepEqual(await found(one.at("sub")), [`sysctl/pmtud-disabled ${A}:2:28`]);
  });

  it("that lies above is still looked at", async () => {
    const one = folder({ "premortem.yaml": "# site\ngroup: 1\n", [`sub/${A}`]: "" });
    assert.deepEqual(await found(one.at("sub")), ["premortem/config ../premortem.yaml:2:1"]);
  });

  it("sets severities, and can be another file", async () => {
    const one = folder({ [A]: NO_PMTUD, "premortem.yaml": "severity:\n  sysctl/pmtud-disabled: error\n", "ci/strict.yaml": 'severity:\n  sysctl/pmtud-disabled: "off"\n  sysctl/pmtud-disable: error\n' });
    const severities = async (...args: string[]): Promise<string[]> =>
      parsed(await premortem("check", one.path, "--format", "json", "--rule", "sysctl/pmtud-disabled", ...args)).findings.map(({ severity }) => severity);
    assert.deepEqual(await severities(), ["error"]);
    assert.equal((await premortem("check", one.path)).status, 1);
    assert.deepEqual(await severities("--config", one.at("ci/strict.yaml")), []);
    assert.deepEqual(await found(one.path, "--config", one.at("ci/strict.yaml")), ["premortem/config ci/strict.yaml:3:3"]);
  });
});
