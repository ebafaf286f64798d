import type { Location, Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import { effectiveFor } from "../effective.ts";
import type { DaemonType } from "../options.ts";
import { optionFacts } from "../options.ts";
import { releaseFor } from "../release.ts";
import { DAEMONS, daemonsOf } from "../sections.ts";
import type { CephSetting } from "../settings.ts";
import { optionWords, quantity } from "./words.ts";

/** What daemons end up with for an option. */
export interface EffectiveLine {
  /** `osd`, `osd.3`, `every daemon` */
  readonly daemons: string;
  /** undefined: not known. */
  readonly value: string | undefined;
  /** Where it is written; undefined: here, or nowhere. */
  readonly elsewhere?: Location;
  /** Why the line here does not count, where it does not. */
  readonly note?: string;
}

/** What there is to say of a Ceph option, wherever it is set. */
export interface OptionHover {
  readonly range: Range;
  readonly option: string;
  /** Plain sentences. */
  readonly lines: readonly string[];
  readonly effective: readonly EffectiveLine[];
}

/** The option at a place of any file that sets some; undefined where there is none, or nothing is known of it. */
export function optionHoverAt(workspace: Workspace, path: string, offset: number): OptionHover | undefined {
  const ceph = workspace.subject("ceph", path);
  const setting = ceph?.settings.find(({ kind, optionRange, valueRange }) => kind !== "pool" && (within(optionRange, offset) || within(valueRange, offset)));
  const facts = setting && optionFacts(setting.option);
  if (ceph === undefined || setting === undefined || facts === undefined) return undefined;
  const release = releaseFor(workspace, path, ceph.scope)?.major;
  const range = within(setting.optionRange, offset) ? setting.optionRange : setting.valueRange;
  return { range, option: setting.option, lines: optionWords(facts, release), effective: effectiveLines(path, ceph.settings, setting, release) };
}

function within({ start, end }: Range, offset: number): boolean {
  return start <= offset && offset <= end && start < end;
}

/** One line for all daemons that the setting's section addresses and that end up with the same. */
function effectiveLines(path: string, settings: readonly CephSetting[], setting: CephSetting, release: number | undefined): EffectiveLine[] {
  const { section, option } = setting;
  const facts = optionFacts(option)!;
  const readers = daemonsOf(section).filter((type) => facts.readers === undefined || facts.readers.includes(type));
  if (isUnknown(section) || readers.length === 0) return [];
  const id = section.includes(".") && !section.includes("/") ? section.slice(section.indexOf(".") + 1) : undefined;
  const lines = new Map<string, { types: DaemonType[]; line: Omit<EffectiveLine, "daemons"> }>();
  for (const type of readers) {
    const { value, from, refused } = effectiveFor(settings, type, id, option, release);
    const line: Omit<EffectiveLine, "daemons"> = {
      value: value === undefined ? undefined : value === "" ? "nothing" : quantity(facts, value),
      ...(from === undefined || from === setting ? {} : { elsewhere: { path, range: from.range } }),
      ...(refused === undefined ? {} : { note: `${refused.setting.rawOption} = ${refused.setting.valueText} is refused: ${refused.why.refused}` }),
    };
    const key = JSON.stringify(line);
    const group = lines.get(key);
    if (group === undefined) lines.set(key, { types: [type], line });
    else group.types.push(type);
  }
  return [...lines.values()].map(({ types, line }) => ({
    daemons: id !== undefined ? section : types.length === DAEMONS.length ? "every daemon" : types.join(", "),
    ...line,
  }));
}
