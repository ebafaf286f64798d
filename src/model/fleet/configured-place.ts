import type { Location } from "../../engine/location.ts";
import type { Workspace } from "../workspace.ts";

/** Where premortem.yaml sets `section.key`: the value. Undefined where it does not, or in a way that is not plain. */
export function configuredPlace(workspace: Workspace, section: string, key: string): Location | undefined {
  for (const path of workspace.paths) {
    if (!/(?:^|\/)premortem\.yaml$/.test(path)) continue;
    const text = workspace.text(path)!;
    const block = new RegExp(`^${section}:[ \\t]*(?:#.*)?\\r?\\n((?:[ \\t]+.*\\r?\\n?|[ \\t]*\\r?\\n|#.*\\r?\\n?)*)`, "m").exec(text);
    if (block === null) continue;
    const from = block.index + block[0].length - block[1]!.length;
    const line = new RegExp(`^([ \\t]+${key}:[ \\t]+)([^\\s#](?:[^\\r\\n#]*[^\\s#])?)`, "m").exec(block[1]!);
    if (line === null) continue;
    const start = from + line.index + line[1]!.length;
    return { path, range: { start, end: start + line[2]!.length } };
  }
  return undefined;
}
