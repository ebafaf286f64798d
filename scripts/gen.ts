// Writes everything that follows from the rules' metadata. `--check` writes nothing and fails where a file would change.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lessonIds, lessonsIndex, ruleIds, rulesIndex } from "./gen/indexes.ts";

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

const { documents, pages } = await import("./gen/documents.ts");
for (const [path, text] of documents(root)) emit(path, text);
const { notices } = await import("./gen/notices.ts");
emit("THIRD-PARTY-NOTICES.md", await notices(root));

const kept = new Set(pages());
const folder = join(root, "docs/rules");
if (existsSync(folder)) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const id = path.slice(folder.length + 1).replace(/\.md$/, "");
    if (!entry.isFile() || kept.has(id)) continue;
    drifted.push(`docs/rules/${id}.md`);
    if (!check) rmSync(path);
  }
}

if (check && drifted.length > 0) {
  console.error(`These files are not as \`npm run gen\` makes them:\n  ${drifted.join("\n  ")}`);
  process.exit(1);
}
console.log(drifted.length === 0 ? "Everything generated is up to date." : `Wrote ${drifted.length} files.`);
