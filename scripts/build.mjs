// Bundles the extension and the command line; with --tests also the suite that runs inside VS Code. --watch keeps at it.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePackages, root } from "./setup.mjs";
import { tables } from "./tables.mjs";

/** What leads Node.js to the bundle that has the browser's name, as the CommonJS that it is. */
const LOADERS = {
  "dist/extension.cjs": 'module.exports = require("./extension.cjs.js");\n',
  "dist/package.json": '{ "type": "commonjs" }\n',
};

/** The protocol's library can listen on sockets. Here it speaks on standard input and output alone, so no module of the network goes in. */
const offline = {
  name: "offline",
  setup(build) {
    build.onResolve({ filter: /^(node:)?net$/ }, ({ path }) => ({ path, namespace: "offline" }));
    build.onLoad({ filter: /.*/, namespace: "offline" }, () => ({ contents: "module.exports = {};" }));
  },
};

/** One set of VS Code's names for all files: each `import * as vscode` would copy the three hundred of them at the start. */
const oneVscode = {
  name: "one vscode",
  setup(build) {
    build.onResolve({ filter: /^vscode$/ }, ({ path, namespace }) => (namespace === "vscode" ? { path, external: true } : { path, namespace: "vscode" }));
    build.onLoad({ filter: /.*/, namespace: "vscode" }, () => ({ contents: 'export * from "vscode";' }));
  },
};

/** Builds once, or (`watch`) until the process ends. */
export async function build({ tests = false, watch = false } = {}) {
  ensurePackages();
  const esbuild = await import("esbuild");
  const common = { absWorkingDir: root, bundle: true, target: "node20", logLevel: "warning", legalComments: "none", sourcemap: "linked", sourcesContent: false, plugins: [tables] };
  const bundles = [
    // VS Code 1.91 loads extensions with require. Nothing of it needs Node.js, so the same file serves the browser's host,
    // which puts `.js` after the entry's name and yet takes names in `.js` for ES modules where package.json says "module".
    { entryPoints: ["src/extension.ts"], outfile: "dist/extension.cjs.js", format: "cjs", platform: "neutral", mainFields: ["module", "main"], minify: true, plugins: [tables, oneVscode] },
    { entryPoints: ["src/cli.ts"], outfile: "dist/cli.cjs", format: "cjs", platform: "node", minify: true, plugins: [tables, offline] },
  ];
  if (tests) {
    bundles.push(
      { entryPoints: ["test/vscode/index.ts"], outfile: "out/test/suite.cjs", format: "cjs", platform: "node", external: ["vscode", "mocha"] },
      { entryPoints: ["test/vscode/web/index.ts"], outfile: "out/test/web.cjs", format: "cjs", platform: "browser", external: ["vscode"] },
    );
  }
  mkdirSync(join(root, "dist"), { recursive: true });
  for (const [path, text] of Object.entries(LOADERS)) writeFileSync(join(root, path), text);
  if (watch) {
    await Promise.all(bundles.map(async (bundle) => (await esbuild.context({ ...common, ...bundle })).watch()));
  } else {
    await Promise.all(bundles.map((bundle) => esbuild.build({ ...common, ...bundle })));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build({ tests: process.argv.includes("--tests"), watch: process.argv.includes("--watch") });
}
