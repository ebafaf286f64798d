import type { Workspace } from "../workspace.ts";
import type { OpenFilesLimit } from "./limits.ts";

/** Limits that tasks and variables write into units. */
export function taskLimits(workspace: Workspace, path: string): OpenFilesLimit[] {
  void workspace;
  void path;
  return [];
}
