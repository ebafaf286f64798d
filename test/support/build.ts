import { execFileSync } from "node:child_process";

let built = false;

/** The command line as it ships; bundles it if this process has not yet. */
export function bundledCli(): string {
  if (!built) execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: ["ignore", "ignore", "inherit"] });
  built = true;
  return "dist/cli.cjs";
}
