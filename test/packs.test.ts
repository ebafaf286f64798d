import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { lintFiles, loadWorkspace } from "../src/core.ts";
import type { LessonTree } from "../src/formats/lesson/index.ts";
import { testLesson } from "../src/cli/lesson-test.ts";
import { applyFixes } from "../src/engine/fix.ts";
import { lessons } from "../src/lessons/index.ts";
import { compiledIn } from "../src/model/lesson/lessons.ts";
import { PACKS } from "../src/model/lesson/packs.ts";
import type { Workspace } from "../src/model/workspace.ts";
import { runExample } from "../src/rules/lesson-examples.ts";
import { skip } from "./support/skip.ts";

const FOLDER = "packs";
const packs = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
const files = packs.flatMap((pack) => readdirSync(join(FOLDER, pack)).sort().map((file): [string, string] => [`${pack}/${file}`, readFileSync(join(FOLDER, pack, file), "utf8")]));
const treeOf = (workspace: Workspace, path: string): LessonTree => workspace.document(path)!.tree as LessonTree;

/** Runs a script in a process of its own; what it prints. */
function fresh(script: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import=tsx", "--input-type=module", "--eval", script], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

describe("packs of lessons", () => {
  let workspace: Workspace;

  before(async () => {
    workspace = await loadWorkspace(new Map(files));
  });

  it("are in every bundle as they are in the folder", () => {
    assert.deepEqual(Object.entries(PACKS).flatMap(([pack, texts]) => Object.entries(texts).map(([file, text]): [string, string] => [`${pack}/${file}`, text])), files);
  });

  for (const [path] of files) {
    it(`${path}: its examples hold, and its fix leaves nothing behind`, () => {
      const { failures, bad, good } = testLesson(workspace, path);
      assert.deepEqual(failures.map(({ message, example }) => `${example?.kind ?? ""} ${example?.number ?? ""}: ${message}`), []);
      assert.ok(bad >= 2, "two ways or formats in which it happens");
      assert.ok(good >= 2, "two that look like it");
    });

    it(`${path}: cites a source and says how well that is known`, () => {
      const { id, incident, lifecycle, sources } = treeOf(workspace, path);
      assert.equal(`${id!.value}.lesson.yaml`, path.slice(path.indexOf("/") + 1));
      assert.match(incident!.link!, /^https:\/\//);
      assert.ok(["post-mortem", "public report", "thread", "mixed", "secondary"].includes(incident!.source!));
      // What nobody read at first hand may still turn out otherwise.
      assert.equal(lifecycle === "preview", incident!.source === "mixed" || incident!.source === "secondary");
      assert.ok(sources.length > 0, "what the claim rests on");
    });

    it(`${path}: its messages have numbers or names of what is wrong, and no hole`, () => {
      const lesson = compiledIn(workspace, path)!.lesson!;
      for (const example of lesson.tree.examples.filter(({ kind }) => kind === "bad")) {
        for (const { message } of runExample(lesson, example).judgement.hits) {
          assert.doesNotMatch(message, /not set\b.*\bnot set|\bundefined\b|\[object|\bNaN\b|unknown/, message);
          assert.match(message, /\.$/, message);
          assert.ok(message.length < 500, message);
        }
      }
    });
  }

  it("have ids of their own", () => {
    const ids = files.map(([path]) => treeOf(workspace, path).id!.value);
    assert.deepEqual(ids.filter((id, index) => ids.indexOf(id) !== index || lessons.has(id)), []);
  });

  it("hold where premortem.yaml names them, and not elsewhere", async () => {
    const texts: [string, string][] = [["etc/wireguard/wg0.conf", "[Interface]\nAddress = 192.0.2.1/24\n[Peer]\nAllowedIPs = 192.0.2.2/32\n[Peer]\nAllowedIPs = 192.0.2.2/32\n"]];
    const found = async (...more: [string, string][]): Promise<string[]> => lintFiles(await loadWorkspace(new Map([...texts, ...more]))).findings.map(({ rule }) => rule);
    assert.deepEqual(await found(), []);
    assert.deepEqual(await found(["premortem.yaml", "lessons: [post-mortems]\n"]), ["lesson/wireguard-duplicate-allowedips"]);
  });

  it("cost nothing while they are off: the library of expressions is not even loaded", () => {
    const script = (config: string): string => `
      const { loadWorkspace, lintFiles } = await import("./src/core.ts");
      const { celLibrary } = await import("./src/formats/lesson/load.ts");
      lintFiles(await loadWorkspace(new Map([["premortem.yaml", ${JSON.stringify(config)}], ["etc/sysctl.d/a.conf", "vm.swappiness = 10\\n"]])));
      console.log(celLibrary() === undefined ? "not loaded" : "loaded");`;
    assert.equal(fresh(script("groups: {}\n")), "not loaded");
    assert.equal(fresh(script("lessons: [post-mortems]\n")), "loaded");
  });

  for (const [tool, args, suffix] of [["nft", ["-c", "-f", "-"], "nftables.conf"], ["iptables-restore", ["--test"], "rules.v4"]] as const) {
    it(`${tool} takes the rules that fixes leave`, function () {
      const probe = spawnSync(tool, args, { input: suffix === "rules.v4" ? "*filter\nCOMMIT\n" : "", encoding: "utf8" });
      if (probe.status !== 0) return skip(this, `${tool} is missing or has no right to run`);
      let tried = 0;
      for (const [path] of files) {
        const lesson = compiledIn(workspace, path)!.lesson!;
        if (lesson.fix === undefined || lesson.element.name !== "firewall-rule") continue;
        for (const example of lesson.tree.examples.filter(({ kind }) => kind === "bad")) {
          const { judgement, after } = runExample(lesson, example);
          const { files: mended } = applyFixes((at) => after.text(at), judgement.hits.flatMap(({ fix }) => fix ?? []));
          for (const [at, text] of mended) {
            if (!at.endsWith(suffix)) continue;
            tried++;
            const { status, stderr } = spawnSync(tool, args, { input: text, encoding: "utf8" });
            assert.equal(status, 0, `${path}: ${stderr}\n${text}`);
          }
        }
      }
      assert.ok(tried > 0);
      return undefined;
    });
  }
});
