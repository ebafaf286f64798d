import type { Range } from "../../engine/location.ts";
import type { ExampleFiles } from "../../engine/rule.ts";

/** An example as files without its marks, and the marks. */
export interface Unmarked {
  readonly files: Map<string, string>;
  readonly marks: readonly { readonly path: string; readonly range: Range }[];
}

/** Takes the `⟦…⟧` marks out of an example's files. `path`: the name of the file where only one text is given. */
export function unmarked(files: ExampleFiles, path: string): Unmarked {
  const texts = typeof files === "string" ? { [path]: files } : files;
  const result = new Map<string, string>();
  const marks: { path: string; range: Range }[] = [];
  for (const [name, marked] of Object.entries(texts)) {
    let text = "";
    const open: number[] = [];
    for (const part of marked.split(/([⟦⟧])/)) {
      if (part === "⟦") open.push(text.length);
      else if (part === "⟧") marks.push({ path: name, range: { start: open.pop() ?? 0, end: text.length } });
      else text += part;
    }
    result.set(name, text);
  }
  return { files: result, marks };
}
