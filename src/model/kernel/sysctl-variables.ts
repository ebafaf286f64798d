import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { outcomes } from "../written/reference.ts";
import { unquotedRange } from "../written/tasks.ts";
import type { SysctlSetting } from "./sysctl.ts";

/**
 * The variables from which templates and tasks take a sysctl's value, as settings of the file that gives them theirs.
 * `settings` are all settings by file.
 */
export function settingsOfVariables(workspace: Workspace, settings: Iterable<readonly [string, readonly SysctlSetting[]]>): ReadonlyMap<string, readonly SysctlSetting[]> {
  const byPath = new Map<string, SysctlSetting[]>();
  const known = new Set<string>();
  for (const [path, list] of settings) {
    for (const setting of list) {
      if (!isUnknown(setting.value)) continue;
      for (const { value, location } of outcomes(workspace, path, setting.valueText, setting.scope)) {
        if (location === undefined) continue;
        const place = `${setting.key} ${location.path} ${location.range.start}`;
        if (known.has(place)) continue;
        known.add(place);
        const range = unquotedRange(workspace.text(location.path) ?? "", location.range);
        const found = byPath.get(location.path) ?? [];
        byPath.set(location.path, found);
        found.push({ ...setting, value, valueText: value, valueRange: range, keyRange: range, range, source: "variable", placements: [] });
      }
    }
  }
  return byPath;
}
