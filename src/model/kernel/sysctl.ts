import type { Location, Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { SysctlTree } from "../../formats/sysctl/index.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { Scope, Value } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { normaliseKey } from "./key.ts";
import { commandSettings } from "./sysctl-commands.ts";
import type { Placement } from "./placement.ts";
import { placements } from "./placement.ts";
import { profileSettings } from "./sysctl-profiles.ts";
import { yamlSettings } from "./sysctl-tasks.ts";
import { unitSettings } from "./sysctl-units.ts";
import { settingsOfVariables } from "./sysctl-variables.ts";

/** One sysctl that a file sets, wherever it is written. */
export interface SysctlSetting {
  /** In dotted form; see `normaliseKey`. */
  readonly key: string;
  readonly rawKey: string;
  readonly keyRange: Range;
  /** The value; Unknown where a template decides. undefined: `-key` alone, which excludes the key from globs. */
  readonly value: Maybe<string> | undefined;
  /** What stands there, template and all: `{{ file_max }}`. */
  readonly valueText: string;
  readonly valueRange: Range;
  /** The whole line or task argument. */
  readonly range: Range;
  readonly ignoreErrors: boolean;
  /** A template or a `when` decides whether it is set at all. */
  readonly conditional: boolean;
  /** A task's conditions, where they are all that decides. */
  readonly conditions?: readonly Value[];
  /** It is written to a file that is read at boot; false for `sysctl -w`. */
  readonly persistent: boolean;
  /** The file on the host that holds it: the first, where it goes to several. */
  readonly destination: Maybe<string>;
  /** Every host that it reaches. */
  readonly scope: Maybe<Scope>;
  readonly placements: readonly Placement[];
  /** The task that writes it. */
  readonly task?: Location;
  /** A line of a file or profile, a task of Ansible, a variable that one of them uses, a command of a script; or of a container, in whose namespaces it stays. */
  readonly source: "file" | "task" | "variable" | "command" | "container";
}

/** The sysctls that one file of the repository sets. */
export interface SysctlFile {
  readonly path: string;
  readonly settings: readonly SysctlSetting[];
}

/**
 * Reads a sysctl.conf, a sysctl.d file, a template of one, the tasks that set sysctls, the variables that these use, a
 * profile of tuned, a NixOS module, or commands of scripts and units.
 */
export function readSysctl(workspace: Workspace, path: string): SysctlFile | undefined {
  const document = workspace.document(path);
  if (document === undefined) return undefined;
  const { language, text } = document;
  if (language === "sysctl") return { path, settings: fileSettings(workspace, path, document.tree as SysctlTree, text) };
  const own =
    language === "tuned" || language === "nix" ? profileSettings(workspace, document)
    : language === "systemd-unit" ? unitSettings(workspace, document)
    : language === "shell" ? commandSettings(text, 0, workspace.fleet.scopeOf(path))
    : (workspace.data(ofYaml, path) ?? []);
  const settings = language === "shell" ? own : [...own, ...(workspace.data(ofVariablesIn, path) ?? [])];
  return settings.length === 0 ? undefined : { path, settings };
}

function ofYaml(workspace: Workspace, path: string): readonly SysctlSetting[] | undefined {
  return yamlSettings(workspace).get(path);
}

function ofVariablesIn(workspace: Workspace, path: string): readonly SysctlSetting[] | undefined {
  return workspace.data(ofVariables).get(path);
}

function ofVariables(workspace: Workspace): ReadonlyMap<string, readonly SysctlSetting[]> {
  const files = workspace.paths.flatMap((path) => {
    const document = workspace.document(path);
    return document?.language === "sysctl" ? [[path, fileSettings(workspace, path, document.tree as SysctlTree, document.text)] as const] : [];
  });
  return settingsOfVariables(workspace, [...files, ...yamlSettings(workspace)]);
}

function fileSettings(workspace: Workspace, path: string, tree: SysctlTree, text: string): SysctlSetting[] {
  const settings: SysctlSetting[] = [];
  const where = placements(workspace, path);
  const destination = where.find((place) => !isUnknown(place.destination))?.destination ?? where[0]!.destination;
  const scope = workspace.fleet.scopeOf(path);
  for (const line of tree.lines) {
    if (line.key.includes(HOLE)) continue;
    const valueText = text.slice(line.valueRange.start, line.valueRange.end);
    const hidden = line.value?.includes(HOLE) === true;
    settings.push({
      key: normaliseKey(line.key),
      rawKey: line.key,
      keyRange: line.keyRange,
      value: hidden ? unknown(`${line.key} is set by ${valueText} in ${path}`) : line.value,
      valueText,
      valueRange: line.valueRange,
      range: line.range,
      ignoreErrors: line.ignoreErrors,
      conditional: line.conditional,
      persistent: true,
      destination,
      scope,
      placements: where,
      source: "file",
    });
  }
  return settings;
}
