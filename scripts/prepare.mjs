// npm runs this when a clone is installed: as a dependency by its address in git, which is how pre-commit does it, it
// would be packed without what it consists of. A checkout builds when it needs to.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { npm, root, run } from "./setup.mjs";

const builder = join(root, "node_modules/esbuild");

if (!existsSync(join(root, "dist/cli.cjs"))) {
  // `npm install -g` of an address in git hands its -g down to the installation of what the build needs, which then
  // installs nothing of it.
  if (process.env.npm_config_global === "true" && !existsSync(builder)) {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_(global|prefix|local_prefix|location)$/i.test(name)));
    run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { env });
  }
  if (existsSync(builder)) {
    const { build } = await import("./build.mjs");
    await build();
  }
}
