import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { DaemonType } from "./options.ts";
import type { CephSetting } from "./settings.ts";

/** Every kind of daemon that a section can address. */
export const DAEMONS: readonly DaemonType[] = ["mon", "mgr", "osd", "mds", "client"];

/** The kinds of daemons that read a section; empty: nobody's name, or a template's. Masks (`osd/class:hdd`) count in the monitors' database. */
export function daemonsOf(section: Maybe<string>): readonly DaemonType[] {
  if (isUnknown(section)) return [];
  if (section === "global" || section.startsWith("global/")) return DAEMONS;
  const type = /^(mon|mgr|osd|mds|client)(?:[./].*)?$/.exec(section)?.[1];
  return type === undefined ? [] : [type as DaemonType];
}

/** What a section that addresses nobody was meant to be: `[OSD]`, `[ osd ]`, `[osd0]`, `[rgw]`; undefined for anything else. */
export function sectionMeant(section: string): string | undefined {
  if (daemonsOf(section).length > 0) return undefined;
  const folded = section.trim().toLowerCase();
  if (daemonsOf(folded).length > 0) return section.trim().replace(/^\w+/, (type) => type.toLowerCase());
  const numbered = /^(mon|mgr|osd|mds)[-_]?(\d+)$/.exec(folded);
  if (numbered !== null) return `${numbered[1]!}.${numbered[2]!}`;
  const gateway = /^(?:rgw|radosgw)([.-].+)?$/.exec(folded);
  if (gateway !== null) return gateway[1] === undefined ? "client" : `client.rgw.${gateway[1].slice(1)}`;
  const plural = /^(mon|mgr|osd|mds|client)s$|^(?:(monitor)|(manager))s?$/.exec(folded);
  return plural === null ? undefined : (plural[1] ?? (plural[2] === undefined ? "mgr" : "mon"));
}

/** Settings of an option that reach a kind of daemon, the ones that win last: `[global]`, `[type]`, single daemons. */
export function settingsFor(settings: readonly CephSetting[], type: DaemonType, option: string): CephSetting[] {
  const rank = ({ section }: CephSetting): number => (isUnknown(section) ? -1 : section === "global" ? 0 : section === type ? 1 : 2);
  return settings
    .filter((setting) => setting.kind !== "pool" && setting.option === option && daemonsOf(setting.section).includes(type))
    .sort((a, b) => rank(a) - rank(b));
}
