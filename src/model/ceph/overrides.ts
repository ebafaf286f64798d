import type { Workspace } from "../workspace.ts";
import type { CephSetting } from "./settings.ts";

/** The options under `ceph_conf_overrides` (ceph-ansible) in a file of variables. */
export function overrideSettings(workspace: Workspace, path: string): CephSetting[] {
  void workspace;
  void path;
  return [];
}
