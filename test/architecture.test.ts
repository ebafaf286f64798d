import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { builtinModules } from "node:module";

/** What each part of `src/` may import, besides itself. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  engine: [],
  formats: ["engine"],
  lessons: ["engine"],
  model: ["engine", "formats"],
  rules: ["engine", "formats", "model"],
  report: ["engine", "formats", "model", "rules", "lessons"],
  vcs: ["engine"],
  "core.ts": ["engine", "formats", "model", "rules"],
  cli: ["engine", "formats", "model", "rules", "lessons", "report", "vcs", "core.ts"],
  "cli.ts": ["engine", "formats", "model", "rules", "lessons", "report", "vcs", "core.ts", "cli", "lsp.ts"],
  lsp: ["engine", "formats", "model", "rules", "lessons", "report", "vcs", "core.ts", "cli"],
  "lsp.ts": ["lsp"],
  editor: ["engine", "formats", "model", "rules", "lessons", "report", "vcs", "core.ts"],
  "extension.ts": ["editor", "engine", "core.ts"],
};

/** These run anywhere: in Node, in a web worker, in a test without a mock. */
const PURE = ["engine", "formats", "model", "rules", "lessons", "report", "core.ts"];
const IMPORT = /^(?:import|export)\s[^"']*?from\s+["']([^"']+)["']|^import\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(".", join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

function importsOf(file: string): string[] {
  return [...readFileSync(file, "utf8").matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** What a file imports of `src/`, without what is there for the types alone. */
function runtimeImportsOf(file: string): string[] {
  const found = readFileSync(file, "utf8").matchAll(/^(?:import|export)\s(?!type\b)[^"']*?from\s+"(\.[^"]+)"/gm);
  return [...found].map((match) => posix.join(dirname(file), match[1]!));
}

const partOf = (file: string): string => file.split("/")[1]!;

describe("architecture", () => {
  for (const file of sources("src")) {
    it(`${file} imports only what its place may`, () => {
      const part = partOf(file);
      const allowed = MAY_IMPORT[part];
      assert.ok(allowed, `${part} is a known part of src/`);
      for (const specifier of importsOf(file)) {
        if (specifier.startsWith(".")) {
          const target = partOf(posix.join(dirname(file), specifier));
          assert.ok(target === part || allowed.includes(target), `${file} imports ${specifier}`);
        } else {
          if (specifier === "vscode") assert.ok(part === "editor" || part === "extension.ts", `${file} imports vscode`);
          const builtin = specifier.startsWith("node:") || builtinModules.includes(specifier);
          if (builtin) assert.ok(!PURE.includes(part), `${file} imports ${specifier}`);
        }
      }
    });
  }

  it("no files of src import each other in a circle at run time", () => {
    const graph = new Map(sources("src").map((file) => [file, runtimeImportsOf(file)]));
    const done = new Set<string>();
    const circles: string[] = [];
    const follow = (file: string, trail: readonly string[]): void => {
      if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(" -> "));
      if (trail.includes(file) || done.has(file)) return;
      for (const next of graph.get(file) ?? []) follow(next, [...trail, file]);
      done.add(file);
    };
    for (const file of graph.keys()) follow(file, []);
    // The rule about premortem.yaml knows the rules by their index, when it runs.
    assert.deepEqual(circles, ["src/rules/index.ts -> src/rules/premortem/config.ts -> src/rules/index.ts"]);
  });

  it("no pure part asks for the time, a random number or the environment", () => {
    const impure = sources("src").filter(
      (file) =>
        PURE.includes(partOf(file)) &&
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bperformance\.now\(|\bfetch\(/.test(readFileSync(file, "utf8")),
    );
    assert.deepEqual(impure, []);
  });

  it("everything that a file exports says what it is", () => {
    const silent = sources("src").flatMap((file) => {
      const exported = readFileSync(file, "utf8").matchAll(/(\*\/\r?\n)?^export (?:async )?(?:abstract )?(?:function\*?|const|class|interface|type) (\w+)/gm);
      return [...exported].filter(([, comment]) => comment === undefined).map(([, , name]) => `${file}: ${name}`);
    });
    assert.deepEqual(silent, []);
  });

  it("no source file is longer than 400 lines", () => {
    const long = sources("src").filter((file) => readFileSync(file, "utf8").split("\n").length > 401);
    assert.deepEqual(long, []);
  });
});
