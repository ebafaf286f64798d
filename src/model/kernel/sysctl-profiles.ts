import type { Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { NixTree } from "../../formats/nix/index.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { TunedTree } from "../../formats/tuned/index.ts";
import { baseName, folderOf } from "../fleet/paths.ts";
import type { Document, Workspace } from "../workspace.ts";
import { normaliseKey } from "./key.ts";
import type { Placement } from "./placement.ts";
import { placements } from "./placement.ts";
import type { SysctlSetting } from "./sysctl.ts";

/** Where NixOS writes `boot.kernel.sysctl` (nixos/modules/config/sysctl.nix). */
const NIXOS_FILE = "/etc/sysctl.d/60-nixos.conf";

/** The sysctls of a profile of tuned, or of a NixOS module where they are literal. */
export function profileSettings(workspace: Workspace, document: Document): SysctlSetting[] {
  return document.language === "tuned" ? ofTuned(workspace, document) : ofNix(workspace, document);
}

interface Written {
  readonly rawKey: string;
  readonly keyRange: Range;
  readonly value: Maybe<string>;
  readonly valueText: string;
  readonly valueRange: Range;
  readonly range: Range;
  readonly conditional: boolean;
}

function setting(workspace: Workspace, path: string, written: Written, where: readonly Placement[], destination: Maybe<string>): SysctlSetting {
  return { ...written, key: normaliseKey(written.rawKey), ignoreErrors: false, persistent: true, destination, scope: workspace.fleet.scopeOf(path), placements: where, source: "file" };
}

function ofTuned(workspace: Workspace, { path, text, tree }: Document): SysctlSetting[] {
  const where = profilePlacements(workspace, path, 0);
  const destination = where[0]!.destination;
  return (tree as TunedTree).sections.flatMap(({ name, options }) =>
    name !== "sysctl"
      ? []
      : options.flatMap((option) => {
          if (option.name.includes(HOLE) || option.name === "replace" || option.name === "enabled") return [];
          const { value, valueRange, operator } = option;
          const valueText = text.slice(valueRange.start, valueRange.end);
          // `>` and `<` leave what the host has where that is more, or less.
          const known = value.includes(HOLE) || /\$\{/.test(value) || operator !== undefined ? unknown(`${path} leaves ${option.name} to the host or to a variable`) : value;
          return setting(workspace, path, { rawKey: option.name, keyRange: option.nameRange, value: known, valueText, valueRange, range: option.range, conditional: option.conditional }, where, destination);
        }),
  );
}

const DEPTH = 8;

/** Where a profile goes, and where those that include it go. */
function profilePlacements(workspace: Workspace, path: string, depth: number): readonly Placement[] {
  const own = placements(workspace, path);
  const name = baseName(folderOf(path));
  if (depth > DEPTH || name === "") return own;
  const including = (workspace.derive(includers).get(name) ?? []).filter((other) => other !== path);
  return [...own, ...including.flatMap((other) => profilePlacements(workspace, other, depth + 1))].map((place) =>
    isUnknown(place.destination) ? { ...place, destination: `/etc/tuned/${name}/tuned.conf` } : place,
  );
}

/** The profiles that include one, by its name. */
function includers(workspace: Workspace): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const path of workspace.paths) {
    if (!path.endsWith(".conf") || workspace.language(path) !== "tuned") continue;
    for (const { name, options } of (workspace.document(path)!.tree as TunedTree).sections) {
      if (name !== "main") continue;
      for (const option of options) {
        if (option.name !== "include") continue;
        for (const parent of option.value.split(/[,\s]+/)) found.set(parent, [...(found.get(parent) ?? []), path]);
      }
    }
  }
  return found;
}

function ofNix(workspace: Workspace, { path, text, tree }: Document): SysctlSetting[] {
  if (!text.includes("sysctl")) return [];
  const where = [{ destination: NIXOS_FILE, scope: workspace.fleet.scopeOf(path) }];
  const settings: SysctlSetting[] = [];
  const weak: boolean[] = [];
  for (const binding of (tree as NixTree).bindings) {
    const at = binding.path.findIndex((name, i) => name === "sysctl" && binding.path[i - 1] === "kernel" && (i < 2 || binding.path[i - 2] === "boot"));
    const rawKey = at === -1 ? "" : binding.path.slice(at + 1).join(".");
    if (rawKey === "") continue;
    const { value, valueRange } = binding;
    const valueText = text.slice(valueRange.start, valueRange.end);
    // The module writes truth values as 1 and 0, and leaves `null` out.
    const known = value === undefined ? unknown(`an expression in ${path} gives ${rawKey} its value`) : typeof value === "boolean" ? (value ? "1" : "0") : String(value);
    if (valueText === "null") continue;
    settings.push(setting(workspace, path, { rawKey, keyRange: binding.nameRange, value: known, valueText, valueRange, range: binding.range, conditional: binding.conditional }, where, NIXOS_FILE));
    weak.push(binding.weak);
  }
  // mkDefault gives way to any other definition.
  return settings.filter((one, i) => !weak[i] || !settings.some((other, j) => other.key === one.key && !weak[j]));
}
