import type { Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { unknown } from "../../engine/unknown.ts";
import type { Scope, Value } from "../fleet/fleet.ts";
import { normaliseKey } from "./key.ts";
import type { SysctlSetting } from "./sysctl.ts";

const KEY = String.raw`(?:net|vm|fs|kernel|user|abi)[./][\w./*-]+`;
/** `sysctl -w key=value …`: every pair of the command. */
const COMMAND = /(?:^|[\s;&|("'`]|bin\/)sysctl((?:[ \t]+-{1,2}[\w-]+)*)((?:[ \t]+["']?[\w./*-]+=["']?[^\s"';&|)`]+["']?)+)/gm;
const PAIR = new RegExp(String.raw`(${KEY})=["']?([^\s"';&|)\x60]+)`, "g");
/** `echo "key = value" >> /etc/sysctl.d/…` and `echo 1 > /proc/sys/…` */
const ECHO = new RegExp(String.raw`\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)*["']?(${KEY})[ \t]*=[ \t]*([^"'\n;&|>]*?)(?:\\n)?["']?[ \t]*(?:>>?|\|[ \t]*(?:sudo[ \t]+)?tee\b)[^\n]*sysctl`, "g");
const PROC = /\becho[ \t]+["']?(-?[\w.]+)["']?[ \t]*>[ \t]*\/proc\/sys\/([\w./-]+)(?![\w./${*-])/g;
/** No shell command looks like this: it is a line of a here-document. */
const HERE = new RegExp(String.raw`^[ \t]*(-?${KEY})[ \t]*=[ \t]*(\S[^\n]*?)?[ \t]*$`, "gm");

/**
 * The sysctls that a part of a script or a command sets. `base`: where `text` starts in its file. `conditions`: those of
 * the task that runs it; undefined for a script, whose branches are not followed.
 */
export function commandSettings(text: string, base: number, scope: Maybe<Scope>, conditions?: readonly Value[]): SysctlSetting[] {
  if (!/sysctl|\/proc\/sys\//.test(text)) return [];
  const found = new Map<number, SysctlSetting>();
  const add = (rawKey: string, value: string, keyStart: number, valueStart: number, persistent: boolean): void => {
    const line = text.slice(text.lastIndexOf("\n", keyStart) + 1, keyStart);
    if (/^\s*#/.test(line)) return;
    const at = (start: number, length: number): Range => ({ start: base + start, end: base + start + length });
    const variable = /[$`{]/.test(value);
    const destination: Maybe<string> = unknown("a command writes it");
    found.set(keyStart, {
      key: normaliseKey(rawKey.replace(/^-/, "")),
      rawKey,
      keyRange: at(keyStart, rawKey.length),
      value: variable ? unknown(`a variable of the script gives ${rawKey} its value`) : value,
      valueText: value,
      valueRange: at(valueStart, value.length),
      range: { start: base + Math.min(keyStart, valueStart), end: base + Math.max(keyStart + rawKey.length, valueStart + value.length) },
      ignoreErrors: rawKey.startsWith("-"),
      conditional: conditions === undefined || conditions.length > 0,
      ...(conditions === undefined ? {} : { conditions }),
      persistent,
      destination,
      scope,
      placements: [{ destination, scope }],
      source: "command",
    });
  };
  for (const command of text.matchAll(COMMAND)) {
    const start = command.index + command[0].length - command[2]!.length;
    for (const pair of command[2]!.matchAll(PAIR)) {
      const keyStart = start + pair.index;
      add(pair[1]!, pair[2]!, keyStart, keyStart + pair[0].length - pair[2]!.length, false);
    }
  }
  for (const match of text.matchAll(ECHO)) {
    const keyStart = match.index + match[0].indexOf(match[1]!);
    add(match[1]!, match[2]!.trim(), keyStart, text.indexOf(match[2]!.trim(), text.indexOf("=", keyStart)), true);
  }
  for (const match of text.matchAll(PROC)) {
    const keyStart = match.index + match[0].length - match[2]!.length;
    add(match[2]!, match[1]!, keyStart, match.index + match[0].indexOf(match[1]!, 4), false);
  }
  for (const match of text.matchAll(HERE)) {
    if (match[2] === undefined || found.has(match.index)) continue;
    const keyStart = match.index + match[0].indexOf(match[1]!);
    add(match[1]!, match[2], keyStart, match.index + match[0].lastIndexOf(match[2]), true);
  }
  return [...found.values()].sort((a, b) => a.range.start - b.range.start);
}
