// Packs the extension into one VSIX for every platform: out/premortem-VERSION.vsix.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { root } from "./setup.mjs";

/** Builds and packs; gives the VSIX's path. */
export async function packageExtension() {
  await build();
  const { createVSIX } = await import("@vscode/vsce");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const packagePath = join(root, `out/premortem-${version}.vsix`);
  mkdirSync(join(root, "out"), { recursive: true });
  // Everything is bundled, so no dependency goes in. The clone may have no origin to make links of.
  await createVSIX({ cwd: root, packagePath, dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false });
  return packagePath;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await packageExtension());
