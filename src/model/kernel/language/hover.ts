import type { Location, Range } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import { effectiveSysctl } from "../effective.ts";
import { isGlob } from "../key.ts";
import { keyFacts } from "../keys.ts";
import { shown } from "../shown.ts";
import type { SysctlSetting } from "../sysctl.ts";
import { keyWords } from "./words.ts";

/** What hosts end up with for a key. */
export interface EffectiveValue {
  /** undefined: it is hidden, and `reason` says by what. */
  readonly value?: string;
  readonly reason?: string;
  readonly hosts: readonly string[];
  /** Where it is written; undefined: here. */
  readonly elsewhere?: Location;
}

/** What there is to say of a sysctl, wherever it is set. */
export interface KeyHover {
  readonly range: Range;
  readonly key: string;
  /** Plain sentences. */
  readonly lines: readonly string[];
  /** On the hosts that the line reaches, where they are known; the value of most hosts first. */
  readonly effective: readonly EffectiveValue[];
}

/** Hosts beyond these are not asked while somebody waits for a hover. */
const MOST_HOSTS = 2000;

/** The sysctl at a place of any file that sets some; undefined where there is none, or nothing is known of it. */
export function keyHoverAt(workspace: Workspace, path: string, offset: number): KeyHover | undefined {
  const setting = workspace.subject("sysctl", path)?.settings.find(({ keyRange, valueRange }) => within(keyRange, offset) || within(valueRange, offset));
  if (setting === undefined) return undefined;
  const facts = keyFacts(setting.key);
  const effective = isGlob(setting.key) || setting.source === "container" ? [] : effectiveValues(workspace, path, setting);
  if (facts === undefined && effective.length === 0) return undefined;
  const range = within(setting.keyRange, offset) ? setting.keyRange : setting.valueRange;
  return { range, key: shown(setting.key), lines: facts === undefined ? [] : keyWords(facts), effective };
}

function within({ start, end }: Range, offset: number): boolean {
  return start <= offset && offset <= end && start < end;
}

function effectiveValues(workspace: Workspace, path: string, setting: SysctlSetting): EffectiveValue[] {
  if (isUnknown(setting.scope)) return [];
  const groups = new Map<string, { value?: string; reason?: string; hosts: string[]; elsewhere?: Location }>();
  for (const host of setting.scope.hosts.slice(0, MOST_HOSTS)) {
    const one = valueOn(workspace, path, setting, host);
    const name = JSON.stringify(one);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { ...one, hosts: [host.name] });
    else group.hosts.push(host.name);
  }
  return [...groups.values()].sort((a, b) => b.hosts.length - a.hosts.length);
}

function valueOn(workspace: Workspace, path: string, setting: SysctlSetting, host: Host): { value?: string; reason?: string; elsewhere?: Location } {
  const effective = effectiveSysctl(workspace, host, setting.key);
  if (effective === undefined) return { reason: "nothing sets it in the end" };
  if (isUnknown(effective)) return { reason: effective.unknown };
  const here = effective.location.path === path && effective.location.range.start === setting.valueRange.start;
  return { value: shown(effective.value), ...(here ? {} : { elsewhere: effective.location }) };
}
