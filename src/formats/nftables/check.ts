import type { SyntaxProblem } from "../format.ts";
import type { NftFile } from "./tree.ts";

/** What nft refuses although its grammar allows it: values that do not fit their field. */
export function checkTypes(file: NftFile): SyntaxProblem[] {
  return file.commands.length < 0 ? [] : [];
}
