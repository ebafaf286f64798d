import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf } from "../../formats/yaml/index.ts";
import type { Host, Scope } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { variableAt } from "./standing.ts";

/** A variable as it is written in a YAML file. */
export interface Definition {
  readonly path: string;
  readonly name: string;
  readonly node: YamlNode;
}

const ROLE_FILE = /^(.*?(?:^|\/)roles\/[^/]+)\/(defaults|vars)\/(?:main\/)?[^/]+\.ya?ml$/;
const HOST_FILE = /(?:^|\/)(?:group_vars|host_vars)\/[^/]+/;
const VARS_FILE = /(?:^|\/)vars(?:\/|[^/]*$)/;

type Index = ReadonlyMap<string, readonly Definition[]>;

/** Every variable of the repository's YAML files by its name. */
function index(workspace: Workspace): Index {
  const byName = new Map<string, Definition[]>();
  const add = (path: string, node: YamlNode | undefined): void => {
    for (const { key, value } of entriesOf(node)) {
      const list = byName.get(key) ?? [];
      if (list.length === 0) byName.set(key, list);
      list.push({ path, name: key, node: value });
    }
  };
  for (const path of workspace.paths) {
    const variables = ROLE_FILE.test(path) || HOST_FILE.test(path) || VARS_FILE.test(path);
    const document = workspace.document(path);
    if (document?.language !== "yaml") continue;
    for (const root of (document.tree as YamlTree).documents) {
      if (root.kind === "mapping") {
        if (variables) add(path, root);
        add(path, entryOf(entryOf(root, "all")?.value, "vars")?.value);
      } else for (const play of itemsOf(root)) add(path, entryOf(play, "vars")?.value);
    }
  }
  return byName;
}

/**
 * What `name`, used in `path`, is on the hosts of `scope`, as nodes with the hosts that take each. Where the scope is not
 * known, every definition that may count.
 */
export function definitions(workspace: Workspace, path: string, name: string, scope: Maybe<Scope>): { definition: Definition; scope: Maybe<Scope> }[] {
  const all = workspace.derive(index).get(name);
  if (all === undefined) return [];
  if (isUnknown(scope) || scope.hosts.length === 0) {
    const others = all.filter((one) => HOST_FILE.test(one.path));
    const near = variableAt(workspace, path, name, undefined);
    const fallback = near && all.find((one) => at(one, near.location));
    const chosen = others.length > 0 ? others : fallback ? [fallback] : all;
    return chosen.map((definition) => ({ definition, scope: workspace.fleet.scopeOf(definition.path) }));
  }
  const taken = new Map<Definition, Host[]>();
  for (const host of scope.hosts) {
    const variable = variableAt(workspace, path, name, host);
    const definition = variable && all.find((one) => at(one, variable.location));
    if (definition !== undefined) taken.set(definition, [...(taken.get(definition) ?? []), host]);
  }
  return [...taken].map(([definition, hosts]) => ({ definition, scope: { hosts, how: scope.how } }));
}

function at({ path, node }: Definition, location: Location): boolean {
  return path === location.path && node.range.start < Math.max(location.range.end, location.range.start + 1) && location.range.start < Math.max(node.range.end, node.range.start + 1);
}
