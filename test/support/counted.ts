import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** What a run came to, as `scripts/test.mjs` adds it up. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly pending: readonly string[];
  readonly failures: readonly { readonly title: string; readonly error: string }[];
}

/** Mocha's own report for people, and its numbers as JSON in the file that the reporter option `output` names. */
export class Counted extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { output } = options.reporterOptions as { output: string };
    const pending: string[] = [];
    const failures: { title: string; error: string }[] = [];
    let passed = 0;
    runner.on("pass", () => passed++);
    runner.on("pending", (test: Mocha.Test) => pending.push(test.fullTitle()));
    runner.on("fail", (test: Mocha.Test, error: Error) => failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) }));
    runner.once("end", () => {
      const counts: Counts = { passed, failed: failures.length, pending, failures };
      writeFileSync(output, JSON.stringify(counts));
    });
  }
}

export default Counted;
