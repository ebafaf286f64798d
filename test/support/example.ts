import type { Finding } from "../../src/engine/finding.ts";
import type { Range } from "../../src/engine/location.ts";
import type { Example, ExampleFiles, Rule } from "../../src/engine/rule.ts";
import { lintFiles, loadWorkspace, reviewChange } from "../../src/core.ts";
import type { Workspace } from "../../src/model/workspace.ts";

/** Where a text example goes, by the first respect that its rule reads. */
const DEFAULT_PATHS: Record<string, string> = {
  firewall: "nftables.conf",
  syntax: "nftables.conf",
  sysctl: "etc/sysctl.d/60-example.conf",
  ceph: "ceph.conf",
  playbook: "site.yml",
  ipsec: "swanctl.conf",
  config: "premortem.yaml",
};

/** An example as files without its marks, and the marks. */
export interface Unmarked {
  readonly files: Map<string, string>;
  readonly marks: { readonly path: string; readonly range: Range }[];
}

/** Takes the `⟦…⟧` marks out of an example's files. */
export function unmark(files: ExampleFiles, rule: Pick<Rule<never>, "reads">): Unmarked {
  const texts = typeof files === "string" ? { [DEFAULT_PATHS[rule.reads[0] ?? ""] ?? "example"]: files } : files;
  const result: Unmarked = { files: new Map(), marks: [] };
  for (const [path, marked] of Object.entries(texts)) {
    let text = "";
    const open: number[] = [];
    for (const part of marked.split(/([⟦⟧])/)) {
      if (part === "⟦") open.push(text.length);
      else if (part === "⟧") result.marks.push({ path, range: { start: open.pop() ?? 0, end: text.length } });
      else text += part;
    }
    result.files.set(path, text);
  }
  return result;
}

/** Examples are written alone or as a list. */
export function listOf(examples: Example | readonly Example[]): readonly Example[] {
  return Array.isArray(examples) ? (examples as readonly Example[]) : [examples as Example];
}

export function isChange(example: Example): example is { before: ExampleFiles; after: ExampleFiles } {
  if (typeof example === "string") return false;
  const keys = Object.keys(example);
  return keys.length === 2 && keys.includes("before") && keys.includes("after");
}

/** An example made ready to run, any number of times, with other texts in place of its own. */
export interface Runnable {
  readonly files: Map<string, string>;
  readonly marks: Unmarked["marks"];
  /** Findings over `files`; `only` undefined: of all rules. */
  run(files: Map<string, string>, only?: string): Promise<{ findings: Finding[]; failures: readonly { error: unknown }[]; workspace: Workspace }>;
}

/** The head of an example is `files`; a change's base is kept inside. */
export function runnable(example: Example, rule: Pick<Rule<never>, "reads">): Runnable {
  const change = isChange(example);
  const before = change ? unmark(example.before, rule).files : undefined;
  const { files, marks } = unmark(change ? example.after : (example as ExampleFiles), rule);
  return {
    files,
    marks,
    run: async (texts, only) => {
      const workspace = await loadWorkspace(texts);
      const options = only === undefined ? {} : { only: new Set([only]) };
      const result = before
        ? reviewChange(await loadWorkspace(before), workspace, options)
        : lintFiles(workspace, undefined, options);
      return { findings: result.findings, failures: result.failures, workspace };
    },
  };
}
