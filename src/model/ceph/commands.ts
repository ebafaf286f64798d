import type { Workspace } from "../workspace.ts";
import type { CephSetting } from "./settings.ts";

/** What `ceph` commands in tasks and scripts set. */
export function commandSettings(workspace: Workspace, path: string): CephSetting[] {
  void workspace;
  void path;
  return [];
}
