import { isUnknown } from "../../engine/unknown.ts";
import type { DaemonType } from "./options.ts";
import { defaultAt, optionFacts } from "./options.ts";
import { debugLevels, expanded, isDebugLevel, printed } from "./printed.ts";
import type { CephSetting } from "./settings.ts";
import type { Refusal } from "./value.ts";
import { parseValue } from "./value.ts";

/** What a daemon ends up with, and why. */
export interface EffectiveValue {
  /** As the daemon would print it; undefined where a template decides, or no default is known. */
  readonly value: string | undefined;
  /** The line that gives it; undefined for the default. */
  readonly from?: CephSetting;
  /** Lines that lose against it, in the order of the text. */
  readonly overridden: readonly CephSetting[];
  /** The line that would have counted, were its value not refused. */
  readonly refused?: { readonly setting: CephSetting; readonly why: Refusal };
}

/**
 * The value of an option for a daemon: `[osd.3]` before `[osd]` before `[global]`, and the last line of a section
 * (src/common/config.cc, get_my_sections and parse_config_files). An empty or a refused value leaves the default.
 * `release`: Ceph's major version, undefined where not known.
 */
export function effectiveFor(settings: readonly CephSetting[], type: DaemonType, id: string | undefined, option: string, release: number | undefined): EffectiveValue {
  const order = [...(id === undefined ? [] : [`${type}.${id}`]), type, "global"];
  const all = settings.filter((setting) => setting.kind !== "pool" && setting.option === option && !isUnknown(setting.section) && order.includes(setting.section));
  const winner = order.map((section) => all.findLast((setting) => setting.section === section)).find((setting) => setting !== undefined);
  const facts = optionFacts(option);
  const unset = facts && defaultAt(facts, release);
  const fallback = unset !== undefined && facts?.type === "float" && unset !== "" ? printed(facts, Number(unset)) : unset;
  const overridden = all.filter((setting) => setting !== winner);
  if (winner === undefined) return { value: fallback, overridden };
  if (isUnknown(winner.value)) return { value: undefined, from: winner, overridden };
  let loop = false;
  const full = expanded(winner.value, type, id, (other) => {
    if (other === option) loop = true;
    return other === option ? undefined : plain(settings, type, id, other, release);
  });
  // A value that leads back to itself comes out as its own name.
  const text = loop ? `$${option}` : full;
  if (isDebugLevel(option)) {
    const levels = debugLevels(text);
    return levels === undefined ? { value: fallback, overridden, refused: { setting: winner, why: { refused: "it takes one level, or two as 1/5", certain: true } } } : { value: levels, from: winner, overridden };
  }
  if (facts?.type === undefined) return { value: text, from: winner, overridden };
  if (text === "" && facts.type !== "str") return { value: fallback, from: winner, overridden };
  const typed = parseValue(facts, text, release);
  if ("refused" in typed) return { value: facts.type === "uuid" ? NO_UUID : facts.type === "addr" ? "-" : fallback, overridden, refused: { setting: winner, why: typed } };
  return { value: printed(facts, typed.value, typed.exact), from: winner, overridden };
}

/** The text of an option that another one refers to. */
function plain(settings: readonly CephSetting[], type: DaemonType, id: string | undefined, option: string, release: number | undefined): string | undefined {
  const of = (section: string): CephSetting | undefined => settings.findLast((setting) => setting.kind !== "pool" && setting.option === option && setting.section === section);
  const setting = (id === undefined ? undefined : of(`${type}.${id}`)) ?? of(type) ?? of("global");
  if (setting !== undefined) return isUnknown(setting.value) ? undefined : setting.value;
  const facts = optionFacts(option);
  return facts && defaultAt(facts, release);
}

const NO_UUID = "00000000-0000-0000-0000-000000000000";
