import { isUnknown } from "../../engine/unknown.ts";
import type { CephConfTree } from "../../formats/ceph-conf/index.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { Workspace } from "../workspace.ts";
import { outcomes } from "../written/reference.ts";
import { unquotedRange } from "../written/tasks.ts";
import type { CephSetting } from "./settings.ts";

/** The variables from which templates of ceph.conf take an option, by the file that gives them their value. */
export function settingsOfVariables(workspace: Workspace): ReadonlyMap<string, readonly CephSetting[]> {
  return workspace.data(collect);
}

function collect(workspace: Workspace): ReadonlyMap<string, readonly CephSetting[]> {
  const byPath = new Map<string, CephSetting[]>();
  for (const path of workspace.paths) {
    const document = workspace.document(path);
    if (document?.language !== "ceph-conf") continue;
    const scope = workspace.fleet.scopeOf(path);
    for (const section of (document.tree as CephConfTree).sections) {
      for (const entry of section.entries) {
        if (!entry.value.includes(HOLE) || entry.key.includes(HOLE) || section.name.includes(HOLE)) continue;
        const text = document.text.slice(entry.valueRange.start, entry.valueRange.end);
        for (const { value, location } of outcomes(workspace, path, text, scope)) {
          if (location === undefined || isUnknown(value)) continue;
          const list = byPath.get(location.path) ?? [];
          byPath.set(location.path, list);
          const range = unquotedRange(workspace.text(location.path) ?? "", location.range);
          list.push({
            section: section.name,
            option: entry.key,
            rawOption: entry.rawKey,
            optionRange: range,
            value,
            valueText: value,
            valueRange: range,
            range,
            conditional: entry.conditional,
            kind: "variable",
            through: { path, range: entry.valueRange },
          });
        }
      }
    }
  }
  return byPath;
}
