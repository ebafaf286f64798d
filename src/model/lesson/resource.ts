import type { YamlMapping, YamlTree } from "../../formats/yaml/index.ts";
import { entryOf, nodeAt, valueOf } from "../../formats/yaml/index.ts";
import { resolveValue } from "../fleet/variables.ts";
import type { Value } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { plainText } from "../written/tasks.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { thing } from "./element.ts";
import { elsewhere } from "./variable.ts";

interface Item {
  readonly workspace: Workspace;
  readonly path: string;
  readonly node: YamlMapping;
}

/** A resource as conditions see it. */
export const resourceType: ObjectType<Item> = {
  name: "Resource",
  summary: "A resource of Kubernetes, built in or custom, as one document of a YAML file describes it.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ path }) => path },
    apiVersion: { type: "string", summary: "Its group and version: `ceph.rook.io/v1`.", read: ({ node }) => plainText(entryOf(node, "apiVersion")?.value) },
    kind: { type: "string", summary: "Its kind: `CephCluster`, `DaemonSet`, …", read: ({ node }) => plainText(entryOf(node, "kind")?.value) },
    name: { type: "string", summary: "Its name; absent where none is written.", read: ({ node }) => plainText(nodeAt(node, "metadata", "name")) },
    namespace: { type: "string", summary: "Its namespace; absent where none is written.", read: ({ node }) => plainText(nodeAt(node, "metadata", "namespace")) },
    labels: { type: "map<string, dyn>", summary: "Its labels.", read: ({ node }) => mapAt(node, "metadata", "labels") },
    annotations: { type: "map<string, dyn>", summary: "Its annotations.", read: ({ node }) => mapAt(node, "metadata", "annotations") },
    spec: { type: "map<string, dyn>", summary: "Its spec, as written; empty where it has none. Ask has(resource.spec.NAME) first; what a template gives is unknown.", read: ({ node }) => mapAt(node, "spec") },
    all: { type: "map<string, dyn>", summary: "All of it, as written: `data` of a ConfigMap, `rules` of a Role, …", read: ({ node }) => mapAt(node) },
    others: { type: "list<Resource>", summary: "The other resources of the repository with the same kind.", read: othersOf },
  },
};

/** Resources of Kubernetes. */
export const resource: Element = {
  name: "resource",
  variable: "resource",
  type: resourceType as ObjectType<never>,
  source: "manifests of Kubernetes in YAML",
  subject: "syntax",
  parts: { kind: "The kind.", spec: "The word `spec`." },
  examplePath: "manifests/example.yaml",
  find: resourcesIn,
};

/** The resources that one file describes, in the order of its documents. */
export function resourcesIn(workspace: Workspace, path: string): readonly Found[] {
  return mappingsIn(workspace, path).map((node) => {
    const kind = entryOf(node, "kind")!;
    return { value: thing(resourceType, { workspace, path, node }), path, range: { start: kind.keyRange.start, end: kind.value.range.end }, parts: { kind: kind.value.range, spec: entryOf(node, "spec")?.keyRange } };
  });
}

function mappingsIn(workspace: Workspace, path: string): readonly YamlMapping[] {
  const document = workspace.document(path);
  if (document?.language !== "yaml" || !document.text.includes("apiVersion")) return [];
  return (document.tree as YamlTree).documents.filter((node): node is YamlMapping => node.kind === "mapping" && plainText(entryOf(node, "apiVersion")?.value) !== undefined && plainText(entryOf(node, "kind")?.value) !== undefined);
}

const NOTHING: ReadonlyMap<string, unknown> = new Map();

function mapAt(node: YamlMapping, ...path: readonly string[]): ReadonlyMap<string, unknown> {
  const found = nodeAt(node, ...path);
  if (found?.kind !== "mapping") return NOTHING;
  return new Map(Object.entries(resolveValue(valueOf(found) as Value, elsewhere) as object));
}

interface Placed {
  readonly path: string;
  readonly node: YamlMapping;
}

function othersOf({ workspace, node }: Item): unknown {
  const kind = plainText(entryOf(node, "kind")?.value)!;
  return (workspace.derive(byKind).get(kind) ?? []).filter((one) => one.node !== node).map((one) => thing(resourceType, { workspace, ...one }));
}

function byKind(workspace: Workspace): ReadonlyMap<string, readonly Placed[]> {
  const found = new Map<string, Placed[]>();
  for (const path of workspace.paths) {
    for (const node of mappingsIn(workspace, path)) {
      const kind = plainText(entryOf(node, "kind")?.value)!;
      const list = found.get(kind) ?? [];
      if (list.length === 0) found.set(kind, list);
      list.push({ path, node });
    }
  }
  return found;
}
