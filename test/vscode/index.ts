// Runs inside VS Code's extension host, called in the same way by scripts/test.mjs and by @vscode/test-electron.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Mocha from "mocha";
import { Counted } from "../support/counted.ts";

/** Runs every suite and writes what came out to `result.json` beside this file. Rejects where one failed. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "bdd", timeout: 30_000, color: true, reporter: Counted, reporterOptions: { output: join(__dirname, "result.json") } });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  try {
    await import("./host/activation.test.ts");
    await import("./host/diagnostics.test.ts");
    await import("./host/recognition.test.ts");
    await import("./host/actions.test.ts");
    await import("./host/projects.test.ts");
    await import("./host/review.test.ts");
  } catch (error) {
    writeFileSync(join(__dirname, "result.json"), JSON.stringify({ passed: 0, failed: 1, pending: [], failures: [{ title: "loading the suite", error: String(error) }] }));
    throw error;
  }
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
