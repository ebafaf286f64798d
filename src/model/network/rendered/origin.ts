import type { Location, Range } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";

/** Where a file of a host comes from: its parts' places in the repository, and the variables that give them. */
export interface Origin {
  place(range: Range): Location;
  /** The name of the variable that gives the value there, where one does. */
  variable(range: Range): string | undefined;
}

const origins = new WeakMap<Workspace, ReadonlyMap<string, Origin>>();
const variables = new WeakMap<Location, string>();

/** Notes where the files of a workspace come from that holds what a host gets. */
export function setOrigins(workspace: Workspace, byPath: ReadonlyMap<string, Origin>): void {
  origins.set(workspace, byPath);
}

/** The place of a part of a file: in the repository, also where the file is one that a host gets. */
export function placeOf(workspace: Workspace, path: string, range: Range): Location {
  const origin = origins.get(workspace)?.get(path);
  if (origin === undefined) return { path, range };
  const location = origin.place(range);
  const variable = origin.variable(range);
  if (variable !== undefined) variables.set(location, variable);
  return location;
}

/** The variable that gave what was read at a place of a template; undefined where the template's own text did. */
export function variableAtPlace(location: Location): string | undefined {
  return variables.get(location);
}
