import { build } from "esbuild";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** THIRD-PARTY-NOTICES.md: the licence of every package that is in a bundle, as the bundler saw it. */
export async function notices(root: string): Promise<string> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/cli.ts", "src/lsp.ts", "src/extension.ts"],
    outdir: "out",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    external: ["vscode"],
    logLevel: "error",
  });
  const names = new Set(Object.keys(metafile.inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []));
  const sections = [...names].sort().map((name) => {
    const folder = join(root, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string; license: string };
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "License.txt"].map((candidate) => join(folder, candidate)).find((path) => existsSync(path));
    if (file === undefined) throw new Error(`${name} ships no licence text`);
    return `## ${name} ${version} (${license})\n\n\`\`\`text\n${readFileSync(file, "utf8").replace(/\r\n/g, "\n").trim()}\n\`\`\`\n`;
  });
  return `# Third-party notices\n\nPremortem's bundles contain these packages.\n\n${sections.join("\n")}`;
}
