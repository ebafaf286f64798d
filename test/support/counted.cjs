/* eslint-disable @typescript-eslint/no-require-imports, no-undef -- the file says why */
// Mocha's own report for people, and its numbers as JSON in the file that the reporter option `output` names. CommonJS,
// since Mocha loads reporters with require, in the extension host too.
const { writeFileSync } = require("node:fs");
const Mocha = require("mocha");

module.exports = class Counted extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const counts = { passed: 0, failed: 0, pending: [], failures: [] };
    runner.on("pass", () => counts.passed++);
    runner.on("pending", (test) => counts.pending.push(test.fullTitle()));
    runner.on("fail", (test, error) => {
      counts.failed++;
      counts.failures.push({ title: test.fullTitle(), error: error.stack ?? String(error) });
    });
    runner.once("end", () => writeFileSync(options.reporterOptions.output, JSON.stringify(counts)));
  }
};
