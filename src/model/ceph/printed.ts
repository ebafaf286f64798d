import type { OptionFacts } from "./options.ts";

/** `debug_osd` and its like: one number for the log and one for memory. */
export function isDebugLevel(name: string): boolean {
  return name.startsWith("debug_");
}

/** A typed value as the daemons print it: six digits behind the point, both debug levels. */
export function printed({ type }: Pick<OptionFacts, "type">, value: string | number | boolean, exact?: string): string {
  if (type === "float" && typeof value === "number") return value.toFixed(6);
  // Beyond 2^53 a number would lose digits.
  return exact ?? String(value);
}

/** `1` as `1/1`; undefined for what is no debug level. */
export function debugLevels(text: string): string | undefined {
  const match = /^(\d{1,2})(?:\/(\d{1,2})?)?$/.exec(text);
  return match === null ? undefined : `${Number(match[1])}/${Number(match[2] ?? match[1])}`;
}

/**
 * Replaces the metavariables that a daemon's name decides (src/common/config.cc, expand_meta), and other options. What
 * only the running daemon knows (`$host`, `$pid`) and what is unknown stays. `other`: the value of an option.
 */
export function expanded(text: string, type: string, id: string | undefined, other: (option: string) => string | undefined, depth = 0): string {
  return text.replace(/\$(?:\{([a-z_]+)\}|([a-z_]+))/g, (whole, braced: string | undefined, bare: string | undefined) => {
    const name = (braced ?? bare)!;
    if (name === "type") return type;
    if (name === "cluster") return "ceph";
    if (id !== undefined && (name === "id" || name === "num")) return id;
    if (id !== undefined && name === "name") return `${type}.${id}`;
    if (depth >= 8 || ["id", "num", "name", "host", "pid", "cctid", "home"].includes(name)) return whole;
    const value = other(name);
    return value === undefined ? whole : expanded(value, type, id, other, depth + 1);
  });
}
