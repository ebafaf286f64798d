import type { YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf } from "../../formats/yaml/index.ts";
import type { Play, Task } from "../fleet/fleet.ts";
import { roleOf } from "../fleet/roles.ts";
import type { Section } from "../fleet/tasks.ts";
import { isTaskKeyword, tasksOfFile } from "../fleet/tasks.ts";
import type { Workspace } from "../workspace.ts";

/** A file that holds plays, or the tasks or handlers of a role or an include. */
export interface PlaybookFile {
  readonly path: string;
  /** Plays that are written in this file. */
  readonly plays: readonly Play[];
  /** Tasks that are written in this file, of its plays or of its list; handlers too. */
  readonly tasks: readonly Task[];
}

/** The plays and tasks that stand in a YAML file; undefined where there are none. */
export function readPlaybook(workspace: Workspace, path: string): PlaybookFile | undefined {
  const document = workspace.document(path);
  if (document?.language !== "yaml") return undefined;
  const root = (document.tree as YamlTree).documents[0];
  if (root?.kind !== "sequence") return undefined;
  const plays = workspace.derive(playsIn, path) ?? [];
  if (plays.length > 0) {
    const tasks = plays.flatMap((play) => [...play.tasks, ...play.handlers]).filter((task) => task.location.path === path);
    return { path, plays, tasks: [...new Set(tasks)] };
  }
  if (!isTaskList(path, root)) return undefined;
  const role = roleOf(workspace, path);
  const handlers = /(?:^|\/)handlers\//.test(path);
  const section: Section = handlers ? "handlers" : role === undefined ? "tasks" : "roles";
  return { path, plays: [], tasks: tasksOfFile(workspace, path, section, role?.name) };
}

function playsIn(workspace: Workspace, path: string): readonly Play[] | undefined {
  return workspace.derive(playsByPath).get(path);
}

function playsByPath(workspace: Workspace): ReadonlyMap<string, readonly Play[]> {
  const byPath = new Map<string, Play[]>();
  for (const play of workspace.fleet.plays) byPath.set(play.path, [...(byPath.get(play.path) ?? []), play]);
  return byPath;
}

/** A list of mappings of which each has one module, or holds a block. */
function isTaskList(path: string, root: YamlNode): boolean {
  const items = itemsOf(root);
  if (items.length === 0 || !items.every((item) => item.kind === "mapping" && isTaskLike(item))) return false;
  if (/(?:^|\/)(?:tasks|handlers)\//.test(path)) return true;
  // Elsewhere a list of `name: x, other: y` may be anything, so something that only tasks have must be there.
  return items.some((item) => entriesOf(item).some(({ key }) => key.includes(".") || ["when", "notify", "register", "become", "block", "tags"].includes(key)));
}

function isTaskLike(item: YamlNode): boolean {
  if (entryOf(item, "block") !== undefined || entryOf(item, "action") !== undefined || entryOf(item, "local_action") !== undefined) return true;
  return entriesOf(item).filter(({ key }) => !isTaskKeyword(key)).length === 1;
}
