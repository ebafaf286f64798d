import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ensureChromium, ensureSarifViewer } from "../../scripts/setup.mjs";
import { NO_PMTUD, premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { needsRecord, recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";
import { officialSarif } from "./official-sarif.ts";

interface Log {
  readonly runs: readonly [{ readonly results: readonly { readonly ruleId: string; readonly message: { readonly text: string } }[] }];
}

const HOSTILE = ['<img src=x onerror="window.hurt=1">.conf', "a b\u202Ec.conf", "%41\\'`$(x).conf", "😀ä#?&;:@.conf", "::error::\n.conf"];

/** Hostile names and texts, as files of a folder. */
function hostile(): string {
  const files = Object.fromEntries(HOSTILE.map((name) => [`etc/sysctl.d/${name}`, `# </script>\u0007\n${NO_PMTUD}`]));
  return folder({ ...files, "premortem.yaml": '"<b>\\e[31m": 1\n' }).path;
}

describe("SARIF and others' programs", function () {
  this.timeout(300_000);
  const validate = officialSarif();
  const valid = async (...args: string[]): Promise<Log> => {
    const { out, err } = await premortem(...args, "--format", "sarif");
    assert.notEqual(out, "", err);
    const log = JSON.parse(out) as Log;
    assert.ok(validate(log), `${args.join(" ")}: ${JSON.stringify(validate.errors?.slice(0, 3), null, 1)}`);
    return log;
  };

  it("a log that is not SARIF does not pass", () => {
    for (const wrong of [{}, { version: "2.1.0" }, { version: "2.1.0", runs: [{ tool: {} }] }, { version: "2.1.0", runs: [{ tool: { driver: { name: "x", informationUri: "no address" } } }] }]) assert.ok(!validate(wrong), JSON.stringify(wrong));
  });

  it("is valid by the published schema, for every incident", async () => {
    for (const name of readdirSync("test/incidents").filter((one) => !one.startsWith("."))) {
      const at = join("test/incidents", name);
      const { runs } = await valid("review", join(at, "after"), "--base", join(at, "before"));
      assert.ok(runs[0].results.length > 0);
      await valid("check", join(at, "before"));
      await valid("review", join(at, "after"), "--base", join(at, "before"), "--shard", "1/2");
    }
  });

  it("is valid for recorded changes", async function () {
    const root = recorded("corpus/changes");
    needsRecord(this, root);
    for (const name of readdirSync(root)) {
      if (existsSync(join(root, name, "after")) && existsSync(join(root, name, "before"))) await valid("review", join(root, name, "after"), "--base", join(root, name, "before"));
    }
  });

  it("is valid for hostile names and texts, and for nothing at all", async () => {
    assert.ok((await valid("check", hostile())).runs[0].results.length >= HOSTILE.length);
    assert.deepEqual((await valid("check", folder({ "a.txt": "" }).path)).runs[0].results, []);
  });

  it("opens in a viewer, which shows every rule and result and runs nothing of them", async function () {
    const executablePath = ensureChromium();
    if (executablePath === undefined) skip(this, "there is no Chromium here");
    let scripts: string[];
    try {
      scripts = ensureSarifViewer();
    } catch {
      return skip(this, "the viewer cannot be fetched");
    }
    const incident = "test/incidents/2014-osd-restart-corruption";
    const logs = [await valid("review", `${incident}/after`, "--base", `${incident}/before`), await valid("check", hostile(), "--rule", "sysctl/pmtud-disabled", "premortem/config")];
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    try {
      for (const log of logs) {
        const page = await browser.newPage({ viewport: { width: 1200, height: 4000 } });
        const problems: string[] = [];
        page.on("pageerror", (error) => problems.push(error.message));
        await page.setContent('<!doctype html><meta charset="utf-8"><div id="root" style="height: 3900px"></div>');
        await page.addScriptTag({ path: scripts[0]! });
        await page.addScriptTag({ path: scripts[1]! });
        const text = readFileSync(scripts[2]!, "utf8");
        await page.addScriptTag({ content: `(() => { const module = { exports: {} }, exports = module.exports, require = (name) => (name === "react" ? React : ReactDOM);\n${text}\nwindow.viewer = module.exports; })()` });
        await page.evaluate(`void ReactDOM.render(React.createElement(viewer.Viewer, { logs: [${JSON.stringify(log)}] }), document.getElementById("root"))`);
        const { results } = log.runs[0];
        const rules = [...new Set(results.map(({ ruleId }) => ruleId))];
        for (const rule of rules) await page.getByText(rule, { exact: false }).first().waitFor();
        const shown = await page.locator("body").innerText();
        assert.match(shown, new RegExp(`Premortem\\n${results.length}\\n`), "the viewer counts every result");
        assert.ok(shown.includes(results[0]!.message.text.slice(0, 60)), shown);
        assert.deepEqual(problems, []);
        assert.equal(await page.evaluate('"hurt" in window'), false);
        await page.close();
      }
    } finally {
      await browser.close();
    }
  });
});
