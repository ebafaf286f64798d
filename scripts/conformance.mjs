// `npm run conformance`: holds Premortem to the reference tools and to what they said of recorded files, and prints what was
// compared and what could not be. `npm run conformance -- words` runs the tests whose title has these words.
import { spawnSync } from "node:child_process";
import { ensurePackages, root } from "./setup.mjs";

ensurePackages();
const words = process.argv.slice(2).join(" ");
const { status } = spawnSync(process.execPath, ["node_modules/mocha/bin/mocha.js", "--timeout", "600000", "--spec", "test/conformance/**/*.test.ts", ...(words === "" ? [] : ["--fgrep", words])], { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;
