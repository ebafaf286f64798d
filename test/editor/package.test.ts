import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { bundledCli } from "../support/build.ts";

/** What nothing in the manifest names: VS Code or the code itself looks for it. */
const LOOKED_FOR = ["package.json", "package.nls.json", "package.nls.de.json", "CHANGELOG.md", "LICENSE", "out/README.md", "dist/package.json", "dist/extension.cjs.js", "l10n/bundle.l10n.de.json"];
const SAMPLE = "media/walkthrough/sample";

/** Every file that a string of the manifest names. */
function named(node: unknown): string[] {
  if (typeof node === "string") {
    const path = node.replace(/^\.\//, "");
    return path !== "" && !path.startsWith(".") && existsSync(path) && statSync(path).isFile() ? [path] : [];
  }
  return typeof node === "object" && node !== null ? Object.values(node).flatMap(named) : [];
}

describe("the package", () => {
  before(function () {
    this.timeout(60_000);
    bundledCli();
  });

  it("says what it is where no text is looked up, as npm does", () => {
    const { name, displayName, description, keywords } = JSON.parse(readFileSync("package.json", "utf8")) as Record<string, unknown>;
    for (const text of [name, displayName, description, keywords].flat()) assert.ok(typeof text === "string" && text !== "" && !text.includes("%"), String(text));
  });

  it("holds what the manifest names and what is looked for, and nothing else", async () => {
    const { contributes, main, browser, icon } = JSON.parse(readFileSync("package.json", "utf8")) as Record<string, unknown>;
    const sample = readdirSync(SAMPLE, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const wanted = new Set([...named([contributes, main, browser, icon]), ...LOOKED_FOR, ...sample]);
    const { listFiles } = createRequire(import.meta.url)("@vscode/vsce") as { listFiles(options: object): Promise<string[]> };
    const packed = await listFiles({ cwd: process.cwd(), dependencies: false, packageManager: 0, readmePath: "out/README.md" });
    assert.ok(wanted.has("dist/extension.cjs"));
    assert.deepEqual(packed.filter((path) => path !== "out/README.md").sort(), [...wanted].filter((path) => path !== "out/README.md").sort());
  });
});
