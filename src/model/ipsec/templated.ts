import type { Range } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Value } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";

/**
 * What a template's `{{ name }}` at `range` becomes, where it is a plain variable with one value on every host that gets
 * the file; undefined where that cannot be told. Text around the expression stays.
 */
export function fromTemplate(workspace: Workspace, path: string, range: Range): string | undefined {
  const source = workspace.text(path)?.slice(range.start, range.end) ?? "";
  let certain = true;
  const result = source.replace(/\{\{([^{}]*)\}\}/g, (_, expression: string) => {
    const name = /^-?\s*([A-Za-z_]\w*)\s*(?:\|\s*(?:int|string|trim)\s*)*-?$/.exec(expression)?.[1];
    const value = name === undefined ? undefined : valueOf(workspace, path, name);
    if (value === undefined) certain = false;
    return value ?? "";
  });
  return certain && !/\$[{(]|<%|\{%/.test(result) ? result : undefined;
}

function valueOf(workspace: Workspace, path: string, name: string): string | undefined {
  const scope = workspace.fleet.scopeOf(path);
  if (isUnknown(scope) || scope.hosts.length === 0) return undefined;
  const values = new Set(scope.hosts.map((host) => plain(host.variables.get(name)?.value)));
  const [only] = values;
  return values.size === 1 ? only : undefined;
}

function plain(value: Value | undefined): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
