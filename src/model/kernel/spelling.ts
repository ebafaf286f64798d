import { isGlob, normaliseKey } from "./key.ts";
import { keyFacts } from "./keys.ts";
import { shown } from "./shown.ts";
import type { SysctlSetting } from "./sysctl.ts";

/** A path below /proc/sys cannot be longer (PATH_MAX). */
const LONGEST_KEY = 4096;

/** A key that is written so that a loader looks for it in the wrong place. */
export interface Misspelt {
  /** A sentence without its full stop. */
  readonly reason: string;
  /** The key as it was meant. */
  readonly instead?: string;
  /** Only one of the loaders misreads it. */
  readonly differs: boolean;
}

/** How a line of a sysctl file is misread; `text` is its file's. systemd 252 to 257 and procps 4.0 were tried. */
export function misspelt(setting: SysctlSetting, text: string): Misspelt | undefined {
  const { rawKey, key, source } = setting;
  if (source === "variable" || source === "container") return undefined;
  const odd = /[\p{Cc}\p{Cf}]/u.exec(key.slice(0, LONGEST_KEY));
  if (odd !== null) return { reason: `no key has the character ${shown(odd[0])}, so ${shown(rawKey)} is not found and the line is skipped`, differs: false };
  if (key.length > LONGEST_KEY) return { reason: `no key is ${key.length} characters long, so the line is skipped`, differs: false };
  const dotted = dottedInterface(key);
  if (dotted !== undefined) return { reason: `every dot separates here, so no key ${shown(rawKey)} is found and the setting of ${shown(dotted.name)} is skipped`, instead: dotted.slashed, differs: false };
  if (source !== "file") return undefined;
  if (/^\/?proc\/sys\//.test(rawKey) && !isGlob(key)) {
    return { reason: "keys start below /proc/sys, so both loaders look for /proc/sys/proc/sys and skip the line", instead: rawKey.replace(/^\/?proc\/sys\//, ""), differs: false };
  }
  if (/^-[ \t]+\S/.test(text.slice(setting.range.start, setting.keyRange.end)) && text[setting.range.start] === "-") {
    return { reason: "systemd-sysctl reads the key behind the blank, while procps takes the blank for its first letter and skips the line", instead: rawKey, differs: true };
  }
  const plain = mixed(key);
  return plain === undefined ? undefined : { reason: `the first of . and / in a key is the separator, and the other one stands for a dot within a name, so no key ${shown(rawKey)} is found`, instead: plain, differs: false };
}

/** A key of one interface that has more parts than such keys have, of which the last is one. */
function dottedInterface(key: string): { readonly name: string; readonly slashed: string } | undefined {
  const match = /^net\.(ipv4|ipv6)\.(conf|neigh)\.([^.]+(?:\.[^.]+)+)\.([^.]+)$/.exec(key);
  if (match === null || keyFacts(`net.${match[1]!}.${match[2]!}.all.${match[4]!}`) === undefined) return undefined;
  const slashed = `net/${match[1]!}/${match[2]!}/${match[3]!}/${match[4]!}`;
  return normaliseKey(slashed) === key ? undefined : { name: match[3]!, slashed };
}

/** A key of both separators that has a meaning only with one. */
function mixed(key: string): string | undefined {
  if (!key.includes("/") || isGlob(key) || keyFacts(key) !== undefined) return undefined;
  const plain = key.replaceAll("/", ".");
  return keyFacts(plain) === undefined ? undefined : plain;
}
