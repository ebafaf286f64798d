// npm runs this when a clone is installed: as a dependency by its address in git, which is how pre-commit does it, it
// would be packed without what it consists of. A checkout builds when it needs to.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";

if (!existsSync(join(root, "dist/cli.cjs")) && existsSync(join(root, "node_modules/esbuild"))) {
  const { build } = await import("./build.mjs");
  await build();
}
