import type { Location, Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { unknown } from "../../engine/unknown.ts";
import type { CephConfTree } from "../../formats/ceph-conf/index.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { Scope } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import type { CephCommand } from "./command-lines.ts";
import { cephCommands } from "./command-lines.ts";
import { commandSettings } from "./commands.ts";
import { embeddedConfs } from "./embedded.ts";
import { settingsOfVariables } from "./fed.ts";
import type { DaemonType } from "./options.ts";
import { overrideSettings } from "./overrides.ts";
import type { RookResource, ServiceSpec } from "./resources.ts";
import { cephResources } from "./resources.ts";
import { outcomes } from "../written/reference.ts";

/** One Ceph option that a file sets, wherever it is written. */
export interface CephSetting {
  /** `global`, `osd`, `osd.3`, …, as the daemons compare it; a pool's name for `kind: "pool"`. Unknown in a template. */
  readonly section: Maybe<string>;
  /** In the daemons' form: `osd_pool_default_size`. */
  readonly option: string;
  readonly rawOption: string;
  readonly optionRange: Range;
  /** Unknown where a template decides. */
  readonly value: Maybe<string>;
  /** What stands there, template and all. */
  readonly valueText: string;
  readonly valueRange: Range;
  readonly range: Range;
  readonly conditional: boolean;
  /**
   * `conf`: ceph.conf; `override`: ceph_conf_overrides; `variable`: a variable that a ceph.conf template uses;
   * `command`: `ceph config set`; `pool`: one pool's own.
   */
  readonly kind: "conf" | "override" | "variable" | "command" | "pool";
  /** For a variable: the template's value that it becomes. */
  readonly through?: Location;
  /** For a pool: known to be erasure coded. */
  readonly erasure?: boolean;
  /** For a pool: its description says that fewer copies are meant (Rook's `requireSafeReplicaSize: false`). */
  readonly deliberate?: boolean;
}

/** The Ceph options that one file of the repository sets. */
export interface CephSettings {
  readonly path: string;
  readonly settings: readonly CephSetting[];
  /** The `ceph` commands that it runs, whatever they do. */
  readonly commands: readonly CephCommand[];
  /** Rook's custom resources. */
  readonly resources: readonly RookResource[];
  /** cephadm's specifications. */
  readonly specs: readonly ServiceSpec[];
  /** Every host that they reach. */
  readonly scope: Maybe<Scope>;
}

/** Reads a ceph.conf or a template of one, `ceph_conf_overrides` of variables, and commands in tasks and scripts. */
export function readCeph(workspace: Workspace, path: string): CephSettings | undefined {
  const document = workspace.document(path);
  if (document === undefined) return undefined;
  const scope = workspace.fleet.scopeOf(path);
  if (document.language === "ceph-conf") return { path, settings: confSettings(workspace, document.tree as CephConfTree, document.text, path, scope), commands: [], resources: [], specs: [], scope };
  const commands = cephCommands(workspace, path);
  const embedded = embeddedConfs(workspace, path).flatMap((conf) =>
    confSettings(workspace, conf.tree, conf.text, path, scope).map((setting) => ({
      ...setting,
      optionRange: conf.range(setting.optionRange),
      valueRange: conf.range(setting.valueRange),
      range: conf.range(setting.range),
    })),
  );
  const known = new Set<string>();
  const settings = [...embedded, ...(settingsOfVariables(workspace).get(path) ?? []), ...overrideSettings(workspace, path), ...commandSettings(workspace, path, commands)].filter((one) => {
    const place = `${one.option} ${one.valueRange.start}`;
    return !known.has(place) && known.add(place);
  });
  const { resources, specs } = cephResources(workspace, path);
  return settings.length + commands.length + resources.length + specs.length === 0 ? undefined : { path, settings, commands, resources, specs, scope };
}

function confSettings(workspace: Workspace, tree: CephConfTree, text: string, path: string, scope: Maybe<Scope>): CephSetting[] {
  const settings: CephSetting[] = [];
  for (const section of tree.sections) {
    for (const entry of section.entries) {
      if (entry.key.includes(HOLE)) continue;
      const valueText = text.slice(entry.valueRange.start, entry.valueRange.end);
      settings.push({
        section: section.name.includes(HOLE) ? unknown(`a template names the section in ${path}`) : section.name,
        option: entry.key,
        rawOption: entry.rawKey,
        optionRange: entry.keyRange,
        value: entry.value.includes(HOLE) ? own(workspace, path, valueText, scope) : entry.value,
        valueText,
        valueRange: entry.valueRange,
        range: entry.range,
        conditional: entry.conditional,
        kind: "conf",
      });
    }
  }
  return settings;
}

/** A template's value where the template itself tells it (`{{ size | default(2) }}`); a variable's is the variable's. */
function own(workspace: Workspace, path: string, text: string, scope: Maybe<Scope>): Maybe<string> {
  const [one, ...others] = outcomes(workspace, path, text, scope);
  return one !== undefined && others.length === 0 && one.location === undefined ? one.value : unknown(`${text} in ${path} is a variable`);
}

export type { DaemonType } from "./options.ts";

/**
 * The setting that a daemon of one type takes, without an instance's own section: `[type]` before `[global]`, and the
 * last line of a section (src/common/config.cc, get_my_sections).
 */
export function effectiveSetting(settings: readonly CephSetting[], type: DaemonType, option: string): CephSetting | undefined {
  const of = (section: string): CephSetting | undefined =>
    settings.findLast((setting) => setting.kind !== "pool" && setting.section === section && setting.option === option);
  return of(type) ?? of("global");
}
