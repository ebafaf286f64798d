import type { Location, Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Value } from "../fleet/fleet.ts";
import type { UnitTree } from "../../formats/systemd-unit/index.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { Workspace } from "../workspace.ts";
import { outcomes } from "../written/reference.ts";
import { unquotedRange } from "../written/tasks.ts";
import { taskLimits } from "./limit-tasks.ts";
import type { Placement } from "./placement.ts";
import { placements } from "./placement.ts";

/** How many files one process of a service may have open. */
export interface OpenFilesLimit {
  /** The unit that it holds for, `ceph-osd@.service`; Unknown where the text does not tell. */
  readonly unit: Maybe<string>;
  /** The hard limit; Infinity for `infinity`. Unknown where a template decides. */
  readonly value: Maybe<number>;
  readonly valueText: string;
  readonly valueRange: Range;
  /** `LimitNOFILE`, or the container's `--ulimit`. */
  readonly name: string;
  /** A template decides whether it is there. */
  readonly conditional: boolean;
  /** The conditions of the task that writes it. */
  readonly conditions: readonly Value[];
  /** Empty for a variable that a template uses: the template has them. */
  readonly placements: readonly Placement[];
}

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
  const openFiles = [...own, ...(workspace.memo(limitsOfVariables).get(path) ?? [])];
  return openFiles.length > 0 ? { path, openFiles } : undefined;
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

/** The unit that a path is about: the unit file itself, or the folder of a drop-in. */
export function unitOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const dropIn = /(?:^|\/)([^/]+\.service)\.d\//.exec(path)?.[1];
  if (dropIn !== undefined) return dropIn;
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.(j2|jinja2?|erb|tmpl|epp|in)$/, "");
  if (name.endsWith(".service")) return name;
  // Drop-ins kept under another name: files/ceph-osd-limits.conf, templates/ceph-osd@.override.conf.j2.
  return /(^|[-_.])ceph[-_.]osd(?![a-z])/.test(name) ? "ceph-osd@.service" : undefined;
}

/** systemd.exec(5): one number for both limits or `soft:hard`. Unknown where it is neither. */
export function hardLimit(text: string): Maybe<number> {
  const hard = text.split(":").at(-1)!.trim();
  if (hard === "infinity") return Infinity;
  return /^\d+$/.test(hard) ? Number(hard) : unknown(`${text} is not a limit`);
}

/** Every limit of the repository with its file. */
export function allLimits(workspace: Workspace): readonly { readonly path: string; readonly limit: OpenFilesLimit }[] {
  return workspace.memo(collect);
}

function collect(workspace: Workspace): readonly { readonly path: string; readonly limit: OpenFilesLimit }[] {
  return workspace.paths.flatMap((path) => (readLimits(workspace, path)?.openFiles ?? []).map((limit) => ({ path, limit })));
}

/** The place of a limit's value. */
export function limitLocation(path: string, limit: OpenFilesLimit): Location {
  return { path, range: limit.valueRange };
}
