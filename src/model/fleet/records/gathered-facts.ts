import type { YamlNode, YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf, entryOf, stringOf, valueOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Value, Variable } from "../fleet.ts";
import { baseName, folderOf } from "../paths.ts";
import type { HostRecord } from "./record.ts";

/**
 * The host whose facts Ansible gathered into a file: the cache plugins jsonfile and yaml write one for each host under its
 * name, `ansible -m setup --tree` too, with the facts below `ansible_facts`.
 */
export function factsRecord(workspace: Workspace, path: string): HostRecord | undefined {
  const document = workspace.document(path);
  if (document?.language !== "json" && document?.language !== "yaml") return undefined;
  const [root, more] = (document.tree as YamlTree).documents;
  if (root?.kind !== "mapping" || more !== undefined) return undefined;
  const below = entryOf(root, "ansible_facts")?.value;
  const facts = below?.kind === "mapping" ? below : root;
  const prefix = entryOf(facts, "ansible_kernel") ?? entryOf(facts, "ansible_hostname") ?? entryOf(facts, "ansible_default_ipv4") ? "" : "ansible_";
  if (prefix !== "" && facts === root) return undefined;
  if (prefix !== "" && entryOf(facts, "kernel") === undefined && entryOf(facts, "hostname") === undefined) return undefined;
  const variables = new Map<string, Variable>();
  for (const { key, value } of entriesOf(facts)) {
    const name = key.startsWith("ansible_") ? key : prefix + key;
    variables.set(name, new Fact(name, path, value));
  }
  const aliases = ["ansible_fqdn", "ansible_nodename", "ansible_hostname"].flatMap((name) => {
    const fact = entryOf(facts, prefix === "" ? name : name.slice(prefix.length))?.value;
    const text = stringOf(fact);
    return text === undefined || /^localhost\b/.test(text) ? [] : [text];
  });
  const file = baseName(path).replace(/\.(?:json|ya?ml)$/i, "");
  const generic = /^(?:facts?|ansible[-_]facts?|setup|output)$/i.test(file);
  const name = generic ? (aliases[0] ?? baseName(folderOf(path))) : file;
  if (!/^[\w][\w.:-]*$/.test(name)) return undefined;
  return { name, aliases, groups: [], location: { path, range: { start: root.range.start, end: Math.min(root.range.end, root.range.start + 1) } }, variables };
}

/** Hosts have hundreds of facts, of which few are asked for. */
class Fact implements Variable {
  readonly name: string;
  readonly location: Variable["location"];
  readonly origin = "gathered facts";
  readonly #node: YamlNode;

  constructor(name: string, path: string, node: YamlNode) {
    this.name = name;
    this.location = { path, range: node.range };
    this.#node = node;
  }

  get value(): Value {
    return valueOf(this.#node);
  }
}
