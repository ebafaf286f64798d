import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import { FORMATS } from "../../src/cli/options.ts";
import { bundledCli } from "../support/build.ts";
import { GUARD } from "../support/guard.ts";
import { NO_PMTUD } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { skip } from "../support/skip.ts";

const A = "etc/sysctl.d/60-a.conf";

describe("the packed command line", function () {
  this.timeout(120_000);
  let cli: string;

  before(() => {
    cli = resolve(bundledCli());
  });

  it("runs from its tarball, in an empty directory, with no other package", () => {
    const place = folder({ [A]: NO_PMTUD });
    const npm = (...args: string[]): string => execFileSync("npm", args, { cwd: place.path, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", place.path], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
    const contents = files.map(({ path }) => path).sort();
    assert.deepEqual(contents.filter((path) => !/^(README|LICENSE|CHANGELOG)/.test(path)), ["THIRD-PARTY-NOTICES.md", "dist/cli.cjs", "package.json", "schemas/premortem.schema.json"]);
    npm("install", "--offline", "--omit=dev", "--no-audit", "--no-fund", `./${filename}`);
    assert.deepEqual(readdirSync(place.at("node_modules")).filter((name) => !name.startsWith(".")), ["premortem"]);
    const ran = spawnSync("npx", ["--no-install", "premortem", "check", "--format", "json", "etc"], { cwd: place.path, encoding: "utf8" });
    assert.equal(ran.status, 0, ran.stderr);
    const { findings } = JSON.parse(ran.stdout) as { findings: { rule: string; path: string }[] };
    assert.ok(findings.some(({ rule, path }) => rule === "sysctl/pmtud-disabled" && path === "sysctl.d/60-a.conf"));
    assert.match(spawnSync("npx", ["--no-install", "premortem", "--help"], { cwd: place.path, encoding: "utf8" }).stdout, /^Usage: premortem/);
  });

  it("names no module but Node's own, and none of the network", () => {
    const allowed = ["buffer", "child_process", "crypto", "events", "fs", "os", "path", "process", "readline", "url", "util"];
    const text = readFileSync(cli, "utf8");
    const required = [...text.matchAll(/\brequire\("([^"]+)"\)/g), ...text.matchAll(/\bimport\("([^"]+)"\)/g)].map((match) => match[1]!.replace(/^node:/, ""));
    assert.deepEqual([...new Set(required)].filter((name) => !allowed.includes(name)), []);
    assert.ok(!/\bfetch\(|WebSocket|XMLHttpRequest/.test(text));
  });

  it("starts no process but git, and only to review, and opens no connection", () => {
    const scratch = folder({ "guard.cjs": GUARD });
    const log = scratch.at("log");
    const run = (...args: string[]): string[] => {
      const before = existsSync(log) ? readFileSync(log, "utf8") : "";
      const ran = spawnSync(process.execPath, ["--require", scratch.at("guard.cjs"), cli, ...args], { encoding: "utf8", env: { ...process.env, GUARD_LOG: log } });
      assert.ok(ran.status !== 2, ran.stderr);
      return (existsSync(log) ? readFileSync(log, "utf8") : "").slice(before.length).split("\n").filter((line) => line !== "");
    };
    const repository = folder({ [A]: "", "inventory/hosts": "[web]\nweb1\n" }).commit();
    repository.write({ [A]: NO_PMTUD });
    for (const args of [["check"], ["hosts"], ["fix", "--dry-run"]]) assert.deepEqual(run(...args, repository.path), [], args.join(" "));
    assert.deepEqual(run("explain", "sysctl/pmtud-disabled"), []);
    assert.deepEqual([...new Set(run("review", repository.path))], ["process git"]);
  });

  it("prints colours on a terminal alone, and not with NO_COLOR", function () {
    if (!existsSync("/usr/bin/script")) skip(this, "there is no script(1) on this machine");
    const { path } = folder({ [A]: NO_PMTUD });
    const onTerminal = (environment: Record<string, string>): string =>
      execFileSync("script", ["-qec", `${process.execPath} ${cli} check ${path}`, "/dev/null"], { encoding: "utf8", env: { PATH: process.env["PATH"], TERM: "xterm", ...environment }, stdio: ["ignore", "pipe", "ignore"] });
    assert.ok(onTerminal({}).includes("\u001B[33m"));
    assert.ok(!onTerminal({ NO_COLOR: "1" }).includes("\u001B[3"));
    assert.ok(!spawnSync(process.execPath, [cli, "check", path], { encoding: "utf8" }).stdout.includes("\u001B"));
  });

  it("ends quietly when its reader has seen enough", () => {
    const { path } = folder(Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`etc/sysctl.d/${i}.conf`, NO_PMTUD.repeat(5)])));
    const ran = spawnSync("sh", ["-c", `${process.execPath} ${cli} check ${path} | head -1`], { encoding: "utf8" });
    assert.equal(ran.stderr, "");
    assert.equal(ran.stdout.split("\n").length, 2);
  });

  it("still tells what was found when its reader has seen enough, and says when nothing can be written", function () {
    const { path } = folder(Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`etc/sysctl.d/${i}.conf`, NO_PMTUD.repeat(5)])));
    const run = (line: string): ReturnType<typeof spawnSync> => spawnSync("bash", ["-o", "pipefail", "-c", line], { encoding: "utf8" });
    const command = `${process.execPath} ${cli} check --fail-on info ${path}`;
    assert.deepEqual([run(`${command} | head -1`).status, run(`${command} 2>&1 >&- | head -0`).status], [1, 1]);
    assert.equal(run(`seq 100000 | sed 's/.*/{"dport":80}/' | ${process.execPath} ${cli} verdict --packet - <(echo 'table inet t { chain c { type filter hook input priority 0; policy drop; }; }') | head -1`).stderr, "");
    if (!existsSync("/dev/full")) skip(this, "there is no /dev/full on this machine");
    const full = run(`${command} >/dev/full`);
    assert.deepEqual([full.status, full.stderr], [2, "premortem: Standard output cannot be written (ENOSPC). Make room, or write somewhere else.\n"]);
  });

  it("gives the same bytes in another time zone, locale and directory", () => {
    const { path } = folder({ [A]: NO_PMTUD, "etc/sysctl.d/Z.conf": NO_PMTUD, "etc/sysctl.d/ä.conf": NO_PMTUD });
    const copy = folder();
    execFileSync("cp", ["-r", `${path}/.`, copy.path]);
    const run = (at: string, environment: Record<string, string>, ...args: string[]): string =>
      spawnSync(process.execPath, [cli, "check", at, ...args], { encoding: "utf8", env: { ...process.env, ...environment } }).stdout;
    for (const format of FORMATS) {
      const one = run(path, { TZ: "UTC", LC_ALL: "C" }, "--format", format);
      assert.equal(run(copy.path, { TZ: "Asia/Tokyo", LC_ALL: "de_DE.UTF-8", LANG: "sv_SE" }, "--format", format, "--jobs", "4"), one);
    }
  });
});
