import type { Range } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { textAtStanding } from "../fleet/lookup.ts";
import { roleOf } from "../fleet/roles.ts";
import type { Workspace } from "../workspace.ts";

/**
 * What the template at `range` of `path` becomes, where it is the same on every host that gets the file; undefined where
 * that cannot be told.
 */
export function fromTemplate(workspace: Workspace, path: string, range: Range): string | undefined {
  const source = workspace.textAt({ path, range });
  const scope = workspace.fleet.scopeOf(path);
  if (isUnknown(scope) || scope.hosts.length === 0 || !source.includes("{{") || /\$[{(]|<%/.test(source)) return undefined;
  const role = roleOf(workspace, path);
  const values = new Set(scope.hosts.map((host) => textAtStanding(source, { host, role })));
  const [only] = values;
  return values.size === 1 && only !== undefined && !isUnknown(only) ? only : undefined;
}
