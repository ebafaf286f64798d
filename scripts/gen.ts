// Writes everything that follows from the rules' metadata. `--check` writes nothing and fails where a file would change.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { lessonIds, lessonsIndex, packsIndex, ruleIds, rulesIndex } from "./gen/indexes.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const check = process.argv.includes("--check");
const drifted: string[] = [];

function emit(path: string, text: string): void {
  const full = join(root, path);
  const old = existsSync(full) ? readFileSync(full, "utf8") : undefined;
  if (old === text) return;
  drifted.push(path);
  if (check) return;
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
}

// The indexes first: what follows imports them.
emit("src/rules/index.ts", rulesIndex(ruleIds(root)));
emit("src/lessons/index.ts", lessonsIndex(lessonIds(root)));
emit("src/model/lesson/packs.ts", packsIndex(root));

const { loadYaml } = await import("../src/formats/yaml/load.ts");
await loadYaml();
const { documents, pages } = await import("./gen/documents.ts");
const made = documents(root);
const { commandLinePage } = await import("./gen/command-line.ts");
const { vscodePage } = await import("./gen/vscode.ts");
made.push(["docs/command-line.md", await commandLinePage()], ["docs/vscode.md", vscodePage(root)]);
for (const [path, text] of made) emit(path, text);
const { preCommitHooks } = await import("./gen/pre-commit.ts");
emit(".pre-commit-hooks.yaml", preCommitHooks());
const { SITE, site } = await import("./gen/site/index.ts");
const files = site(root, new Map(made));
for (const [path, text] of files) emit(path, text);
removeOthers(SITE, new Set(files.map(([path]) => path)));
const { notices } = await import("./gen/notices.ts");
emit("THIRD-PARTY-NOTICES.md", await notices(root));

for (const [path, ids] of Object.entries(pages())) removeOthers(path, new Set(ids.map((id) => `${path}/${id}.md`)));

if (check && drifted.length > 0) {
  console.error(`These files are not as \`npm run gen\` makes them:\n  ${drifted.join("\n  ")}`);
  process.exit(1);
}
console.log(drifted.length === 0 ? "Everything generated is up to date." : `Wrote ${drifted.length} files.`);

/** In a folder that holds generated files alone, those that no longer are. */
function removeOthers(path: string, kept: ReadonlySet<string>): void {
  const folder = join(root, path);
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name);
    const name = `${path}/${full.slice(folder.length + 1).split(sep).join("/")}`;
    if (!entry.isFile() || kept.has(name)) continue;
    drifted.push(name);
    if (!check) rmSync(full);
  }
}
