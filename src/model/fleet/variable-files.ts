import type { YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, valueOf } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import type { Variable } from "./fleet.ts";

/** Folders of variables, by whose they are. */
export type VariablesKind = "group_vars" | "host_vars";

const VARIABLES_PATH = /^(?:(.*)\/)?(group_vars|host_vars)\/([^/]+?)(\/.*)?$/;
const EXTENSIONS = ["", ".yml", ".yaml", ".json"];

/** Where a variables file belongs: the folder that its `group_vars` or `host_vars` is in, and the group or host. */
export interface VariablesPlace {
  readonly folder: string;
  readonly kind: VariablesKind;
  readonly name: string;
}

/** Tells whose variables a path holds; undefined where it is no variables file. */
export function variablesPlace(path: string): VariablesPlace | undefined {
  const match = VARIABLES_PATH.exec(path);
  if (match === null) return undefined;
  const [, folder = "", kind, entry, below] = match;
  const name = below === undefined ? entry!.replace(/\.(?:ya?ml|json)$/, "") : entry!;
  return { folder, kind: kind as VariablesKind, name };
}

/** All variables files by folder and kind, then by the name of their group or host. */
type VariablesIndex = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** The paths of the variables files of one group or host next to `folder`, in the order in which later ones win. */
export function variableFiles(workspace: Workspace, folder: string, kind: VariablesKind, name: string): readonly string[] {
  return variableFilesIn(workspace, folder, kind).get(name) ?? [];
}

/** The same for all groups or hosts next to `folder`, by name. */
export function variableFilesIn(workspace: Workspace, folder: string, kind: VariablesKind): ReadonlyMap<string, readonly string[]> {
  return workspace.derive(indexOf).get(`${folder}\0${kind}`) ?? NO_FILES;
}

/** Every folder that has `group_vars` or `host_vars` in it. */
export function variableFolders(workspace: Workspace): ReadonlySet<string> {
  return new Set([...workspace.derive(indexOf).keys()].map((key) => key.slice(0, key.indexOf("\0"))));
}

const NO_FILES: ReadonlyMap<string, readonly string[]> = new Map();

function indexOf(workspace: Workspace): VariablesIndex {
  const index = new Map<string, Map<string, string[]>>();
  for (const path of workspace.paths) {
    const match = VARIABLES_PATH.exec(path);
    if (match === null) continue;
    const [, folder = "", kind, entry, below] = match;
    const key = `${folder}\0${kind!}`;
    let names = index.get(key);
    if (names === undefined) index.set(key, (names = new Map()));
    // A file may be called like its host with or without an ending: `db1.example.net` and `db1.example.net.yml` both name db1.
    if (below === undefined) {
      for (const extension of EXTENSIONS) if (entry!.endsWith(extension)) add(names, entry!.slice(0, entry!.length - extension.length), path);
    } else add(names, entry!, path);
  }
  for (const [key, names] of index) for (const [name, paths] of names) names.set(name, chosen(`${key.replace("\0", "/")}/${name}`.replace(/^\//, ""), paths));
  return index;
}

function add(names: Map<string, string[]>, name: string, path: string): void {
  const paths = names.get(name);
  if (paths === undefined) names.set(name, [path]);
  else paths.push(path);
}

/** Hidden files, backups and files with another ending are passed over (DataLoader._get_dir_vars_files). */
function readInFolder(below: string): boolean {
  const parts = below.slice(1).split("/");
  const file = parts.pop()!;
  return parts.every((part) => !part.includes(".") && !part.endsWith("~")) && !/^\.|~$/.test(file) && (!file.includes(".") || /\.(?:ya?ml|json)$/.test(file));
}

/** The first form that exists is the only one: no ending or a folder, then `.yml`, `.yaml`, `.json` (find_vars_files). */
function chosen(stem: string, paths: readonly string[]): string[] {
  const folder = paths.filter((path) => path.startsWith(`${stem}/`));
  if (folder.length > 0) return folder.filter((path) => readInFolder(path.slice(stem.length))).sort((a, b) => (a.replaceAll("/", "\0") < b.replaceAll("/", "\0") ? -1 : 1));
  for (const extension of EXTENSIONS) {
    const path = `${stem}${extension}`;
    if (paths.includes(path)) return [path];
  }
  return [];
}

/** Tells whether a play's variable is one that a task includes. */
export function isIncluded({ origin }: Variable): boolean {
  return origin.startsWith("include_vars ");
}

const known = new WeakMap<YamlTree, Map<string, readonly Variable[]>>();

/** The variables that a YAML file sets at its top; none where it holds no mapping. */
export function variablesOf(workspace: Workspace, path: string, origin: string): readonly Variable[] {
  const document = workspace.document(path);
  if (document?.language !== "yaml") return [];
  const tree = document.tree as YamlTree;
  // Kept by tree, so that an edit of another file leaves the very same variables.
  let origins = known.get(tree);
  if (origins === undefined) known.set(tree, (origins = new Map()));
  const key = `${path}\0${origin}`;
  let variables = origins.get(key);
  if (variables === undefined) {
    variables = entriesOf(tree.documents[0]).map(({ key: name, value }) => ({ name, value: valueOf(value), location: { path, range: value.range }, origin }));
    origins.set(key, variables);
  }
  return variables;
}
