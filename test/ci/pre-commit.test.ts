import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "yaml";
import { preCommitHooks } from "../../scripts/gen/pre-commit.ts";
import { recognise } from "../../src/formats/index.ts";
import { NO_PMTUD, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { recorded } from "../support/recorded.ts";

interface Hook {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly entry: string;
  readonly language: string;
  readonly types: readonly string[];
  readonly exclude: string;
  readonly pass_filenames?: boolean;
  readonly require_serial?: boolean;
}

const hooks = parse(readFileSync(".pre-commit-hooks.yaml", "utf8")) as readonly Hook[];
const hook = (id: string): Hook => hooks.find((one) => one.id === id)!;
/** As Python's `re.search` takes it. */
const excluded = (path: string): boolean => new RegExp(hook("premortem-check").exclude.replace(/^\(\?i\)/, ""), "i").test(path);

describe("the hooks for pre-commit", () => {
  it("are installed by npm install -g, whose -g must not reach the installation of what the build needs", () => {
    const place = folder({ "package.json": "{}", "scripts/prepare.mjs": readFileSync("scripts/prepare.mjs"), "scripts/setup.mjs": readFileSync("scripts/setup.mjs"), log: "" });
    place.write({ "bin/npm": `#!/bin/sh\necho "$1 global=$npm_config_global prefix=$npm_config_prefix cache=$npm_config_cache" >>'${place.at("log")}'\n` });
    chmodSync(place.at("bin/npm"), 0o755);
    const prepare = (environment: Record<string, string>): string => {
      place.write({ log: "" });
      execFileSync(process.execPath, ["scripts/prepare.mjs"], { cwd: place.path, env: { PATH: `${place.at("bin")}:${process.env["PATH"]}`, ...environment } });
      return readFileSync(place.at("log"), "utf8");
    };
    assert.equal(prepare({ npm_config_global: "true", npm_config_prefix: "/elsewhere", npm_config_cache: "/cache" }), "ci global= prefix= cache=/cache\n");
    assert.equal(prepare({}), "", "a checkout installs nothing by itself");
    place.write({ "dist/cli.cjs": "" });
    assert.equal(prepare({ npm_config_global: "true" }), "", "it is built already");
  });

  it("are as they are generated, with the keys that pre-commit knows", () => {
    assert.equal(readFileSync(".pre-commit-hooks.yaml", "utf8"), preCommitHooks());
    const known = ["id", "name", "description", "entry", "language", "types", "exclude", "pass_filenames", "require_serial"];
    for (const one of hooks) {
      assert.deepEqual(Object.keys(one).filter((key) => !known.includes(key)), []);
      for (const key of ["id", "name", "entry", "language"] as const) assert.equal(typeof one[key], "string");
      assert.equal(one.language, "node");
      const { bin } = JSON.parse(readFileSync("package.json", "utf8")) as { bin: Record<string, string> };
      assert.ok(one.entry.split(" ")[0]! in bin);
    }
  });

  it("get every file whose name says that it is reviewed, and no pictures or programs", () => {
    const roots = ["test/incidents", recorded("corpus")];
    let counted = 0;
    for (const root of roots) {
      let entries;
      try {
        entries = readdirSync(root, { recursive: true, withFileTypes: true });
      } catch {
        continue;
      }
      for (const entry of entries) {
        const path = relative(root, join(entry.parentPath, entry.name));
        if (!entry.isFile() || recognise(path, "") === undefined) continue;
        counted++;
        assert.ok(!excluded(path), path);
      }
    }
    assert.ok(counted > 30, String(counted));
    for (const path of ["logo.png", "src/a.PY", "x.tar.gz", "README.md"]) assert.ok(excluded(path), path);
  });

  it("check the files that they are given", async () => {
    const one = folder({ "etc/sysctl.d/60-a.conf": NO_PMTUD, "etc/sysctl.d/70-b.conf": NO_PMTUD, "notes.txt": "x" }).commit();
    const here = process.cwd();
    try {
      process.chdir(one.path);
      const [, ...args] = hook("premortem-check").entry.split(" ");
      const { out, status } = await premortem(...args, "--fail-on", "warning", "etc/sysctl.d/60-a.conf", "notes.txt");
      assert.deepEqual([status, /^etc\/sysctl\.d\/60-a\.conf:2:28 warning/m.test(out), out.includes("70-b")], [1, true, false]);
    } finally {
      process.chdir(here);
    }
  });

  it("review what is staged", async () => {
    const one = folder({ "etc/sysctl.d/60-a.conf": NO_PMTUD, "etc/sysctl.d/70-b.conf": "" }).commit();
    one.write({ "etc/sysctl.d/70-b.conf": NO_PMTUD }).git("add", "-A");
    one.write({ "etc/sysctl.d/80-c.conf": NO_PMTUD, "etc/sysctl.d/70-b.conf": "" });
    const here = process.cwd();
    try {
      process.chdir(one.path);
      const [, ...args] = hook("premortem-review").entry.split(" ");
      assert.equal(hook("premortem-review").pass_filenames, false);
      const { out, status } = await premortem(...args, "--fail-on", "warning");
      assert.deepEqual([status, /^etc\/sysctl\.d\/70-b\.conf:2:28 /m.test(out), out.includes("60-a"), out.includes("80-c")], [1, true, false, false]);
    } finally {
      process.chdir(here);
    }
  });
});
