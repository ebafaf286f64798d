// Bundles the extension and the command line; with --tests also the suite that runs inside VS Code. --watch keeps at it.
import { fileURLToPath } from "node:url";
import { ensurePackages, root } from "./setup.mjs";
import { tables } from "./tables.mjs";

/** Builds once, or (`watch`) until the process ends. */
export async function build({ tests = false, watch = false } = {}) {
  ensurePackages();
  const esbuild = await import("esbuild");
  const common = { absWorkingDir: root, bundle: true, target: "node20", logLevel: "warning", legalComments: "none", sourcemap: "linked", sourcesContent: false, plugins: [tables] };
  const bundles = [
    // VS Code 1.91 loads extensions with require. Nothing of it needs Node.js, so the same file serves the browser's host.
    { entryPoints: ["src/extension.ts"], outfile: "dist/extension.cjs", format: "cjs", platform: "neutral", mainFields: ["module", "main"], external: ["vscode"], minify: true },
    { entryPoints: ["src/cli.ts"], outfile: "dist/cli.cjs", format: "cjs", platform: "node", minify: true },
  ];
  if (tests) bundles.push({ entryPoints: ["test/vscode/index.ts"], outfile: "out/test/suite.cjs", format: "cjs", platform: "node", external: ["vscode", "mocha"] });
  if (watch) {
    await Promise.all(bundles.map(async (bundle) => (await esbuild.context({ ...common, ...bundle })).watch()));
  } else {
    await Promise.all(bundles.map((bundle) => esbuild.build({ ...common, ...bundle })));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build({ tests: process.argv.includes("--tests"), watch: process.argv.includes("--watch") });
}
