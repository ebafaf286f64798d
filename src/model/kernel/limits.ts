import type { Range } from "../../engine/location.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { UnitTree } from "../../formats/systemd-unit/index.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { Workspace } from "../workspace.ts";
import { outcomes } from "../written/reference.ts";
import { unquotedRange } from "../written/tasks.ts";
import { taskLimits } from "./limit-tasks.ts";
import type { OpenFilesLimit } from "./open-files-limit.ts";
import { hardLimit, unitOf } from "./open-files-limit.ts";
import { placements } from "./placement.ts";

/** The limits that one file of the repository sets. */
export interface LimitsFile {
  readonly path: string;
  readonly openFiles: readonly OpenFilesLimit[];
}

/** Reads LimitNOFILE of units and drop-ins, and of the tasks and variables that write them. */
export function readLimits(workspace: Workspace, path: string): LimitsFile | undefined {
  const document = workspace.document(path);
  if (document === undefined) return undefined;
  const own = document.language === "systemd-unit" ? unitLimits(workspace, path, document.tree as UnitTree, document.text) : document.language === "yaml" ? taskLimits(workspace, path) : [];
  const openFiles = [...own, ...(workspace.derive(limitsOfVariablesIn, path) ?? [])];
  return openFiles.length > 0 ? { path, openFiles } : undefined;
}

function limitsOfVariablesIn(workspace: Workspace, path: string): readonly OpenFilesLimit[] | undefined {
  return workspace.data(limitsOfVariables).get(path);
}

/** The variables from which templates of units take a limit, by the file that gives them their value. */
function limitsOfVariables(workspace: Workspace): ReadonlyMap<string, readonly OpenFilesLimit[]> {
  const byPath = new Map<string, OpenFilesLimit[]>();
  for (const path of workspace.paths) {
    const document = workspace.document(path);
    const limits = document?.language === "systemd-unit" ? unitLimits(workspace, path, document.tree as UnitTree, document.text) : document?.language === "yaml" ? taskLimits(workspace, path) : [];
    for (const limit of limits) {
      if (!isUnknown(limit.value)) continue;
      for (const { value, location } of outcomes(workspace, path, limit.valueText, workspace.fleet.scopeOf(path))) {
        if (location === undefined) continue;
        const list = byPath.get(location.path) ?? [];
        byPath.set(location.path, list);
        list.push({ ...limit, value: hardLimit(value), valueText: value, valueRange: unquotedRange(workspace.text(location.path) ?? "", location.range), placements: [] });
      }
    }
  }
  return byPath;
}

/** What docker-run(1) and podman-run(1) give the container, whatever the unit's own limit is. */
const ULIMIT = /--ulimit[ =]"?nofile=((?:\{\{[^}\n]*\}\}|(?!\{\{)[^\s"'\\])+)/d;

function rangeOf(match: RegExpExecArray, base: number): Range {
  const [start, end] = match.indices![1]!;
  return { start: base + start, end: base + end };
}

function unitLimits(workspace: Workspace, path: string, tree: UnitTree, text: string): OpenFilesLimit[] {
  const limits: OpenFilesLimit[] = [];
  const where = placements(workspace, path);
  for (const section of tree.sections) {
    if (section.name !== "Service") continue;
    for (const entry of section.entries) {
      const container = entry.key === "ExecStart" ? ULIMIT.exec(text.slice(entry.valueRange.start, entry.valueRange.end)) : null;
      if (entry.key !== "LimitNOFILE" && container === null) continue;
      const valueRange = container === null ? entry.valueRange : rangeOf(container, entry.valueRange.start);
      const valueText = text.slice(valueRange.start, valueRange.end);
      const destination = where.map((place) => place.destination).find((place) => typeof place === "string");
      limits.push({
        unit: unitOf(destination as string | undefined) ?? unitOf(path) ?? unknown(`nothing tells which unit ${path} is for`),
        value: (container === null ? entry.value.includes(HOLE) : /\{\{|\$/.test(valueText)) ? unknown(`the limit is set by ${valueText} in ${path}`) : hardLimit(valueText),
        valueText,
        valueRange,
        name: container === null ? "LimitNOFILE" : "--ulimit nofile",
        conditional: entry.conditional,
        conditions: [],
        placements: where,
      });
    }
  }
  return limits;
}

/** Every limit of the repository with its file. */
export function allLimits(workspace: Workspace): readonly { readonly path: string; readonly limit: OpenFilesLimit }[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): readonly { readonly path: string; readonly limit: OpenFilesLimit }[] {
  return workspace.paths.flatMap((path) => (readLimits(workspace, path)?.openFiles ?? []).map((limit) => ({ path, limit })));
}
