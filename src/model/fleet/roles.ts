import { unknown } from "../../engine/unknown.ts";
import type { YamlTree } from "../../formats/yaml/index.ts";
import { entryOf, itemsOf, stringOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import { settingsOf } from "./ansible-cfg.ts";
import type { Variable } from "./fleet.ts";
import { folderOf, joined } from "./paths.ts";
import { variablesOf } from "./variable-files.ts";

/** A role of the repository. */
export interface Role {
  /** As plays call it: `firewall`, `nfs/client`. */
  readonly name: string;
  readonly folder: string;
  readonly defaults: ReadonlyMap<string, Variable>;
  readonly vars: ReadonlyMap<string, Variable>;
  /** Names in `meta/main.yml`, which run before it. */
  readonly dependencies: readonly string[];
}

const PARTS = "tasks|handlers|defaults|vars|templates|files|meta|library|molecule|tests";
const ROLE_PATH = new RegExp(`^((?:.*?/)?roles/(.+?))/(?:${PARTS})/`);

/** Every role of the repository by its folder. */
export function rolesOf(workspace: Workspace): ReadonlyMap<string, Role> {
  return workspace.derive(collect);
}

/** The role that a file belongs to; undefined where it belongs to none. */
export function roleOf(workspace: Workspace, path: string): Role | undefined {
  const folder = roleFolder(workspace, path)?.folder;
  return folder === undefined ? undefined : rolesOf(workspace).get(folder);
}

/** The role that a play in a file of `folder` means by `name`. */
export function findRole(workspace: Workspace, name: string, folder: string): Role | undefined {
  const roles = rolesOf(workspace);
  const bases = [joined(folder, "roles"), ...settingsOf(workspace).flatMap(({ rolePaths }) => rolePaths), "roles", folder];
  for (const base of bases) {
    const role = roles.get(joined(base, name));
    if (role !== undefined) return role;
  }
  const named = workspace.derive(byName);
  // A role of a collection is called namespace.collection.role.
  return named.get(name) ?? named.get(name.slice(name.lastIndexOf(".") + 1)) ?? named.get(name.slice(name.lastIndexOf("/") + 1));
}

/** The file of a role's `part` that runs by itself (`main`), or the one that is called by `name`. */
export function roleFile(workspace: Workspace, role: Role, part: string, name = "main"): string | undefined {
  const stem = `${role.folder}/${part}/${name}`;
  return [`${stem}.yml`, `${stem}.yaml`, stem].find((path) => workspace.has(path));
}

/** What a call of a role takes instead of its `main` files: `vars_from`, `defaults_from` (ansible/playbook/role/__init__.py). */
export interface RoleParts {
  readonly vars?: string | undefined;
  readonly defaults?: string | undefined;
}

/** The role with the variables that a call of it asks for; the same object where it asks for none. */
export function roleWith(workspace: Workspace, role: Role, { vars, defaults }: RoleParts): Role {
  const read = (part: "vars" | "defaults", name: string | undefined, origin: string): ReadonlyMap<string, Variable> => {
    const file = name === undefined ? undefined : roleFile(workspace, role, part, name.replace(/\.ya?ml$/, ""));
    if (file === undefined) return role[part];
    return new Map(variablesOf(workspace, file, `${origin} of ${role.name}`).map((variable) => [variable.name, variable]));
  };
  if (vars === undefined && defaults === undefined) return role;
  return { ...role, vars: read("vars", vars, "role variables"), defaults: read("defaults", defaults, "role defaults") };
}

/** One role that a play calls in several ways: what differs between them is Unknown. */
export function joinedRole(a: Role, b: Role): Role {
  if (a.vars === b.vars && a.defaults === b.defaults) return a;
  return { ...a, vars: joinedVariables(a.vars, b.vars), defaults: joinedVariables(a.defaults, b.defaults) };
}

function joinedVariables(a: ReadonlyMap<string, Variable>, b: ReadonlyMap<string, Variable>): ReadonlyMap<string, Variable> {
  if (a === b) return a;
  const both = new Map(a);
  for (const [name, variable] of b) {
    const other = a.get(name);
    const same = other === undefined || JSON.stringify(other.value) === JSON.stringify(variable.value);
    both.set(name, same ? variable : { ...variable, value: unknown(`the role is called with several values of ${name}`) });
  }
  return both;
}

function byName(workspace: Workspace): ReadonlyMap<string, Role> {
  const named = new Map<string, Role>();
  for (const role of rolesOf(workspace).values()) if (!named.has(role.name)) named.set(role.name, role);
  return named;
}

function roleFolder(workspace: Workspace, path: string): { folder: string; name: string } | undefined {
  const match = ROLE_PATH.exec(path);
  if (match !== null) return { folder: match[1]!, name: match[2]! };
  for (const { rolePaths } of settingsOf(workspace)) {
    for (const base of rolePaths) {
      if (base === "" || !path.startsWith(`${base}/`)) continue;
      const found = new RegExp(`^(.+?)/(?:${PARTS})/`).exec(path.slice(base.length + 1));
      if (found !== null) return { folder: `${base}/${found[1]!}`, name: found[1]! };
    }
  }
  return undefined;
}

function collect(workspace: Workspace): ReadonlyMap<string, Role> {
  const files = new Map<string, { name: string; paths: string[] }>();
  for (const path of workspace.paths) {
    const found = roleFolder(workspace, path);
    if (found === undefined) continue;
    const entry = files.get(found.folder);
    if (entry === undefined) files.set(found.folder, { name: found.name, paths: [path] });
    else entry.paths.push(path);
  }
  const roles = new Map<string, Role>();
  for (const [folder, { name, paths }] of files) {
    roles.set(folder, {
      name,
      folder,
      defaults: variables(workspace, folder, "defaults", paths, `role defaults of ${name}`),
      vars: variables(workspace, folder, "vars", paths, `role variables of ${name}`),
      dependencies: dependencies(workspace, folder),
    });
  }
  return roles;
}

/** `defaults/main.yml`, or every file of `defaults/main/`. */
function variables(workspace: Workspace, folder: string, part: string, paths: readonly string[], origin: string): ReadonlyMap<string, Variable> {
  const main = `${folder}/${part}/main`;
  const read = paths.filter((path) => path.startsWith(main) && (/^(?:\.ya?ml|\.json)?$/.test(path.slice(main.length)) || folderOf(path) === main));
  return new Map(read.flatMap((path) => variablesOf(workspace, path, origin)).map((variable) => [variable.name, variable]));
}

function dependencies(workspace: Workspace, folder: string): string[] {
  const path = [`${folder}/meta/main.yml`, `${folder}/meta/main.yaml`].find((candidate) => workspace.has(candidate));
  const document = path === undefined ? undefined : workspace.document(path);
  if (document?.language !== "yaml") return [];
  const list = entryOf((document.tree as YamlTree).documents[0], "dependencies")?.value;
  return itemsOf(list).flatMap((item) => stringOf(item) ?? stringOf((entryOf(item, "role") ?? entryOf(item, "name"))?.value) ?? []);
}
