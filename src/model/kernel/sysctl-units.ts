import type { UnitTree } from "../../formats/systemd-unit/index.ts";
import type { Document, Workspace } from "../workspace.ts";
import type { SysctlSetting } from "./sysctl.ts";
import { commandSettings } from "./sysctl-commands.ts";

/** The sysctls that a unit's commands set, each time that it starts. */
export function unitSettings(workspace: Workspace, { path, text, tree }: Document): SysctlSetting[] {
  if (!/sysctl|\/proc\/sys\//.test(text)) return [];
  const scope = workspace.fleet.scopeOf(path);
  return (tree as UnitTree).sections.flatMap(({ entries }) =>
    entries
      .filter(({ key }) => /^Exec(Start|StartPre|StartPost|Reload)$/.test(key))
      .flatMap(({ valueRange, conditional }) => commandSettings(text.slice(valueRange.start, valueRange.end), valueRange.start, scope, []).map((one) => ({ ...one, conditional, persistent: true }))),
  );
}
