import type { Range } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { nodeAt } from "../../formats/yaml/index.ts";
import { plainText } from "../written/tasks.ts";
import type { DaemonType } from "./options.ts";
import { defaultAt, optionFacts } from "./options.ts";
import { settingsFor } from "./sections.ts";
import type { CephSettings } from "./settings.ts";

/** The thresholds from the lowest to the highest. */
export type RatioName = "nearfull" | "backfillfull" | "full" | "failsafe";

/** A threshold as a file has it, or its default. */
export interface FullRatio {
  readonly name: RatioName;
  /** A part of 1; undefined where a template or a variable decides. */
  readonly value: number | undefined;
  /** Where it is written; undefined for the default. */
  readonly setting?: { readonly range: Range; readonly conditional: boolean };
}

function ratio(option: string, reader: DaemonType): { readonly option: string; readonly reader: DaemonType; readonly usual: number } {
  return { option, reader, usual: Number(defaultAt(optionFacts(option)!, undefined)) };
}

/** The option of each threshold, the daemon that reads it, and its default. */
export const RATIOS: Readonly<Record<RatioName, ReturnType<typeof ratio>>> = {
  get nearfull() { return ratio("mon_osd_nearfull_ratio", "mon"); },
  get backfillfull() { return ratio("mon_osd_backfillfull_ratio", "mon"); },
  get full() { return ratio("mon_osd_full_ratio", "mon"); },
  get failsafe() { return ratio("osd_failsafe_full_ratio", "osd"); },
};

/** Rook's CephCluster, spec.storage. */
const FIELDS: Partial<Record<RatioName, string>> = { nearfull: "nearFullRatio", backfillfull: "backfillFullRatio", full: "fullRatio" };

/** All four thresholds that a file leads to, the lowest first. What a command sets counts after what an option says. */
export function fullRatios({ settings, commands, resources }: CephSettings): FullRatio[] {
  return (["nearfull", "backfillfull", "full", "failsafe"] as const).map((name) => {
    const { option, reader, usual } = RATIOS[name];
    const command = commands.findLast(({ words }) => words[0]?.text === "osd" && words[1]?.text === `set-${name}-ratio` && words[2] !== undefined);
    if (command !== undefined) {
      const word = command.words[2]!;
      return { name, value: asPart(word.text), setting: { range: word.range, conditional: command.conditional } };
    }
    const field = FIELDS[name];
    const node = field === undefined ? undefined : resources.flatMap(({ kind, spec }) => (kind === "CephCluster" ? (nodeAt(spec, "storage", field) ?? []) : []))[0];
    if (node !== undefined) return { name, value: asPart(plainText(node) ?? ""), setting: { range: node.range, conditional: false } };
    const setting = settingsFor(settings, reader, option).findLast(({ section }) => section === "global" || section === reader);
    if (setting === undefined) return { name, value: usual };
    return { name, value: isUnknown(setting.value) ? undefined : asPart(setting.value), setting: { range: setting.valueRange, conditional: setting.conditional } };
  });
}

/** The monitors take what is above 1 as a percentage (mon/OSDMonitor.cc, create_initial). */
function asPart(text: string): number | undefined {
  if (!/^\d*\.?\d+$|^\d+\.$/.test(text)) return undefined;
  const value = Number(text);
  return value > 1 ? value / 100 : value;
}
