import type { YamlMapping, YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entryOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import { plainText } from "../written/tasks.ts";

/** A custom resource of Rook: CephCluster, CephBlockPool, CephFilesystem, CephObjectStore, … */
export interface RookResource {
  readonly kind: string;
  readonly name: string | undefined;
  readonly spec: YamlNode;
  readonly node: YamlMapping;
}

/** One document of a cephadm specification: a service, or a host with `type` "host". */
export interface ServiceSpec {
  readonly type: string;
  readonly id: string | undefined;
  readonly node: YamlMapping;
  readonly typeNode: YamlNode;
}

/** The custom resources and specifications of a YAML file, in the order of its documents. */
export function cephResources(workspace: Workspace, path: string): { readonly resources: readonly RookResource[]; readonly specs: readonly ServiceSpec[] } {
  const document = workspace.document(path);
  const resources: RookResource[] = [];
  const specs: ServiceSpec[] = [];
  if (document?.language !== "yaml" || !/service_type|ceph\.rook\.io/.test(document.text)) return { resources, specs };
  for (const root of (document.tree as YamlTree).documents) {
    if (root.kind !== "mapping") continue;
    const version = plainText(entryOf(root, "apiVersion")?.value);
    const kind = plainText(entryOf(root, "kind")?.value);
    const spec = entryOf(root, "spec")?.value;
    if (version?.startsWith("ceph.rook.io/") === true && kind !== undefined && spec !== undefined) {
      resources.push({ kind, name: plainText(entryOf(entryOf(root, "metadata")?.value, "name")?.value), spec, node: root });
    }
    const typeNode = entryOf(root, "service_type")?.value;
    const type = plainText(typeNode);
    if (typeNode !== undefined && type !== undefined) specs.push({ type, id: plainText(entryOf(root, "service_id")?.value), node: root, typeNode });
  }
  return { resources, specs };
}
