import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../../src/engine/configuration.ts";
import { Workspace } from "../../../../src/model/workspace.ts";

/** Files with one place marked. */
export interface Marked {
  readonly workspace: Workspace;
  readonly path: string;
  readonly offset: number;
  /** The text without the mark. */
  readonly text: string;
}

/** A workspace of some files; in one of them `‸` marks the place that is asked about. */
export function marked(files: Readonly<Record<string, string>>): Marked {
  const [path, marked] = Object.entries(files).find(([, text]) => text.includes("‸")) ?? assert.fail("no file has the mark ‸");
  const offset = marked.indexOf("‸");
  const text = marked.replace("‸", "");
  return { workspace: new Workspace(new Map(Object.entries({ ...files, [path]: text })), DEFAULT_CONFIGURATION), path, offset, text };
}
