// `npm run bench`: measures what is shipped, bundled, since running the TypeScript sources costs as much again.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensurePackages, root } from "./setup.mjs";

ensurePackages();
const esbuild = await import("esbuild");
const outfile = join(root, "out/bench.mjs");
const banner = { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' };
await esbuild.build({ absWorkingDir: root, entryPoints: ["test/bench/run.ts"], outfile, bundle: true, format: "esm", platform: "node", target: "node20", logLevel: "warning", banner });
process.exitCode = spawnSync(process.execPath, [outfile, ...process.argv.slice(2)], { cwd: root, stdio: "inherit" }).status ?? 1;
