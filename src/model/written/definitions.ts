import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, valueOf } from "../../formats/yaml/index.ts";
import type { Host, Scope, Variable } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";

/** A variable as it is written in a YAML file. */
export interface Definition {
  readonly path: string;
  readonly name: string;
  readonly node: YamlNode;
}

const ROLE_FILE = /^(.*?(?:^|\/)roles\/[^/]+)\/(defaults|vars)\/(?:main\/)?[^/]+\.ya?ml$/;
const HOST_FILE = /(?:^|\/)(?:group_vars|host_vars)\/[^/]+/;
const VARS_FILE = /(?:^|\/)vars(?:\/|[^/]*$)/;

/** The folder of the role that a file belongs to. */
export function roleFolder(path: string): string | undefined {
  return /^(.*?(?:^|\/)roles\/[^/]+)\//.exec(path)?.[1];
}

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

/** Definitions of `name` that a file of a role, or a play in the file itself, gives: `vars` before `defaults`. */
function near(workspace: Workspace, path: string, name: string): Definition | undefined {
  const all = workspace.memo(index).get(name) ?? [];
  const role = roleFolder(path);
  const own = all.filter((one) => one.path === path && !HOST_FILE.test(one.path));
  const ofRole = role === undefined ? [] : all.filter((one) => ROLE_FILE.exec(one.path)?.[1] === role);
  return own.at(-1) ?? ofRole.find((one) => one.path.includes("/vars/")) ?? ofRole[0];
}

/** A variable that the role or the play of `path` gives a value. */
export function nearVariable(workspace: Workspace, path: string, name: string): Variable | undefined {
  const found = near(workspace, path, name);
  if (found === undefined) return undefined;
  const location: Location = { path: found.path, range: found.node.range };
  return { name, value: valueOf(found.node), location, origin: `variables of ${found.path}` };
}

/**
 * What `name`, used in `path`, is on the hosts of `scope`, as nodes with the hosts that take each. Where the scope is not
 * known, every definition that may count.
 */
export function definitions(workspace: Workspace, path: string, name: string, scope: Maybe<Scope>): { definition: Definition; scope: Maybe<Scope> }[] {
  const all = workspace.memo(index).get(name) ?? [];
  const fallback = near(workspace, path, name);
  if (isUnknown(scope) || scope.hosts.length === 0) {
    const others = all.filter((one) => HOST_FILE.test(one.path));
    const chosen = others.length > 0 ? others : fallback ? [fallback] : all;
    return chosen.map((definition) => ({ definition, scope: workspace.fleet.scopeOf(definition.path) }));
  }
  const taken = new Map<Definition, Host[]>();
  for (const host of scope.hosts) {
    const variable = host.variables.get(name);
    const definition = variable === undefined ? fallback : all.find((one) => at(one, variable.location));
    if (definition !== undefined) taken.set(definition, [...(taken.get(definition) ?? []), host]);
  }
  return [...taken].map(([definition, hosts]) => ({ definition, scope: { hosts, how: scope.how } }));
}

function at({ path, node }: Definition, location: Location): boolean {
  return path === location.path && node.range.start < Math.max(location.range.end, location.range.start + 1) && location.range.start < Math.max(node.range.end, node.range.start + 1);
}
