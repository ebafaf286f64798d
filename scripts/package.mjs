// Packs the extension into one VSIX for every platform: out/premortem-VERSION.vsix.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { root } from "./setup.mjs";

const README = "out/README.md";

/**
 * The README as VS Code shows it beside an installed extension: its own pictures it loads from no file there, so they are in the
 * text, and what is not in the VSIX is no link.
 */
function readme() {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const shown = text.replace(/!\[([^\]]*)\]\((media\/[\w-]+\.png)\)/g, (_, words, path) => `![${words}](data:image/png;base64,${readFileSync(join(root, path)).toString("base64")})`);
  return shown.replace(/(?<!!)\[([^\]]+)\]\((?!https?:|#|data:)[^)]+\)/g, "$1");
}

/** Builds and packs; gives the VSIX's path. */
export async function packageExtension() {
  await build();
  const { createVSIX } = await import("@vscode/vsce");
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const packagePath = join(root, `out/premortem-${version}.vsix`);
  mkdirSync(join(root, "out"), { recursive: true });
  writeFileSync(join(root, README), readme());
  // Everything is bundled, so no dependency goes in. The clone may have no origin to make links of.
  await createVSIX({ cwd: root, packagePath, readmePath: README, dependencies: false, allowMissingRepository: true, rewriteRelativeLinks: false });
  return packagePath;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await packageExtension());
