import type { Workspace } from "../../workspace.ts";
import { setOrigins } from "./origin.ts";

/** A file of the repository as if it stood where a task puts it: its places are those of the repository. */
export function putAt(destination: string, path: string, text: string, workspace: Workspace): Workspace {
  const put = workspace.apart(new Map([[destination, text]]));
  setOrigins(put, new Map([[destination, { place: (range) => ({ path, range }), variable: () => undefined }]]));
  return put;
}
