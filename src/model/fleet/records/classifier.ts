import type { YamlNode, YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, stringOf, valueOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Variable } from "../fleet.ts";
import { baseName } from "../paths.ts";
import type { HostRecord } from "./record.ts";

/** Folders in which each file is one host's. */
const FOLDER = /(?:^|\/)(?:enc|nodes?|hosts|machines|classifier|puppet)\/([^/]+)\.(?:json|ya?ml)$/i;
/** A host's own copy in a tree of hosts: `hosts/NAME/etc/nixos/enc.json`. */
const COPY = /(?:^|\/)(?:hosts|nodes|machines|servers)\/([^/]+)\/(?:.+\/)?enc\.json$/i;
const ENC_FILE = /(?:^|\/)enc(?:[-_.][^/]*)?\.json$/i;
/** YAML that may be the answer of an external node classifier, by its path. */
export const CLASSIFIER_YAML = /(?:^|\/)(?:enc|nodes?|classifier)\/[^/]+\.ya?ml$/i;

/** The answer of an external node classifier for one host (Puppet's form), with the place of its parts. */
export interface Classified {
  readonly name: string;
  readonly root: YamlNode;
  readonly parameters: YamlNode;
}

/** What a file says as a classifier's answer; undefined where it is none. */
export function classified(workspace: Workspace, path: string): Classified | undefined {
  const document = workspace.document(path);
  const isJson = document?.language === "json";
  if (!isJson && !(document?.language === "yaml" && CLASSIFIER_YAML.test(path))) return undefined;
  const [root, more] = (document.tree as YamlTree).documents;
  if (root?.kind !== "mapping" || more !== undefined) return undefined;
  // A site's own classifier may leave out the wrapping.
  const parameters = entryOf(root, "parameters")?.value ?? (interfacesOf(root).length > 0 ? root : undefined);
  if (parameters?.kind !== "mapping") return undefined;
  // Kubernetes' and cloud templates have parameters too, but always name their kind.
  if (["kind", "apiVersion", "$schema", "Resources", "resources", "heat_template_version"].some((key) => entryOf(root, key) !== undefined)) return undefined;
  const beside = ["classes", "environment", "roles"].some((key) => entryOf(root, key) !== undefined);
  const placed = FOLDER.test(path) || COPY.test(path) || ENC_FILE.test(path);
  if (interfacesOf(parameters).length === 0 && !(placed && (beside || isJson))) return undefined;
  const name = stringOf(entryOf(root, "name")?.value) ?? COPY.exec(path)?.[1] ?? FOLDER.exec(path)?.[1] ?? stringOf(entryOf(parameters, "fqdn")?.value) ?? stringOf(entryOf(parameters, "hostname")?.value);
  const own = /^(?:enc|node|default|common)$/i.test(baseName(path).replace(/\.\w+$/, "")) ? undefined : baseName(path).replace(/\.(?:json|ya?ml)$/i, "");
  const host = name ?? own;
  return host === undefined || !/^[\w][\w.-]*$/.test(host) ? undefined : { name: host, root, parameters };
}

/** The entries of `parameters.interfaces` that list networks, by interface. */
export function interfacesOf(parameters: YamlNode): readonly { readonly name: string; readonly node: YamlNode; readonly networks: YamlNode; readonly range: { readonly start: number; readonly end: number } }[] {
  return entriesOf(entryOf(parameters, "interfaces")?.value).flatMap(({ key, keyRange, value }) => {
    const networks = entryOf(value, "networks")?.value;
    return networks?.kind === "mapping" ? [{ name: key, node: value, networks, range: keyRange }] : [];
  });
}

/** The host of a classifier's answer: parameters are its variables, roles and classes its groups. */
export function classifierRecord(workspace: Workspace, path: string): HostRecord | undefined {
  const answer = classified(workspace, path);
  if (answer === undefined) return undefined;
  const { name, root, parameters } = answer;
  const variables = new Map<string, Variable>();
  for (const { key, value } of entriesOf(parameters)) variables.set(key, { name: key, value: valueOf(value), location: { path, range: value.range }, origin: `parameter of the ENC for ${name}` });
  const groups = [...namesIn(entryOf(root, "roles")?.value ?? entryOf(parameters, "roles")?.value), ...namesIn(entryOf(root, "classes")?.value)];
  const environment = stringOf(entryOf(root, "environment")?.value);
  if (environment !== undefined) groups.push(environment);
  const alias = stringOf(entryOf(parameters, "fqdn")?.value);
  const range = entryOf(root, "name")?.value.range ?? { start: root.range.start, end: Math.min(root.range.end, root.range.start + 1) };
  return { name, aliases: alias === undefined ? [] : [alias], groups: [...new Set(groups)], location: { path, range }, variables };
}

/** Classes and roles are a list of names or a mapping from them. */
function namesIn(node: YamlNode | undefined): string[] {
  return [...itemsOf(node).flatMap((item) => stringOf(item) ?? []), ...entriesOf(node).map(({ key }) => key)];
}
