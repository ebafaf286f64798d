import type { Workspace } from "../../workspace.ts";
import type { Task } from "../fleet.ts";
import { findFile, folderOf } from "../paths.ts";

const LOOKUP = /\b(?:lookup|query|q)\(\s*["'](?:ansible\.builtin\.)?(file|template|unvault)["']\s*,\s*["']([^"'{}]+)["']/g;

interface Look {
  readonly name: string;
  readonly folder: "files" | "templates";
}

/** A task is the same object for as long as its file is. */
const written = new WeakMap<Task, readonly Look[]>();

/** The files of the repository whose text a task's arguments take in by name: `lookup('file', 'admins.pub')`. */
export function lookedUpBy(workspace: Workspace, task: Task): readonly string[] {
  let looks = written.get(task);
  if (looks === undefined) written.set(task, (looks = looksIn(workspace.textAt(task.location))));
  if (looks.length === 0) return [];
  // Roles and playbooks keep them beside their tasks: ROLE/tasks/main.yml, ROLE/files/NAME.
  const own = folderOf(task.location.path);
  const root = /^(?:(.*)\/)?tasks(?:\/.*)?$/.exec(own);
  const base = root === null ? own : (root[1] ?? "");
  const found = looks.map(({ name, folder }) => findFile(workspace, name, [base === "" ? folder : `${base}/${folder}`, base, own, folder, ""]));
  return [...new Set(found.filter((path) => path !== undefined))];
}

function looksIn(text: string): readonly Look[] {
  if (!/\b(?:lookup|query|q)\(/.test(text)) return [];
  return [...text.matchAll(LOOKUP)].map(([, kind, name]) => ({ name: name!, folder: kind === "template" ? "templates" : "files" }));
}
