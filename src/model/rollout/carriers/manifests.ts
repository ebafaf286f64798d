import type { YamlNode, YamlTree } from "../../../formats/yaml/index.ts";
import { entryOf, itemsOf, stringOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";

/** One resource of a Kubernetes manifest. */
export interface Resource {
  readonly kind: string;
  readonly name: string;
  readonly root: YamlNode;
}

/** The resources of a file, those of a `List` too; empty for files that are no manifest. */
export function resourcesOf(workspace: Workspace, path: string): readonly Resource[] {
  if (!/\.ya?ml(?:\.\w+)?$/.test(path) || workspace.text(path)?.includes("apiVersion") !== true) return [];
  const document = workspace.document(path);
  if (document?.language !== "yaml") return [];
  return (document.tree as YamlTree).documents.flatMap((root) => {
    if (entryOf(root, "apiVersion") === undefined) return [];
    const roots = stringOf(entryOf(root, "kind")?.value) === "List" ? itemsOf(entryOf(root, "items")?.value) : [root];
    return roots.flatMap((one) => {
      const kind = stringOf(entryOf(one, "kind")?.value);
      return kind === undefined ? [] : [{ kind, name: stringOf(entryOf(entryOf(one, "metadata")?.value, "name")?.value) ?? "", root: one }];
    });
  });
}
