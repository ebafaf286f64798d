import type { Task, Value } from "../fleet/fleet.ts";
import { memberOf } from "../fleet/values.ts";

/** The words of a text, for finding a service's name in a task's name. */
export function words(text: string): string[] {
  return text.split(/[^\w@.-]+/).filter((word) => word !== "");
}

/** Gives the text of a value with its templates resolved; undefined where they cannot be. */
export type Read = (value: Value) => string | undefined;

/**
 * The texts that an argument stands for: itself, each of a list, each of a comma-separated list, or each literal item of
 * the task's loop. Undefined where a template hides it.
 */
export function expand(task: Task, value: Value, read: Read): readonly string[] | undefined {
  if (Array.isArray(value)) {
    const parts = (value as readonly Value[]).map((part) => expand(task, part, read));
    const known = parts.filter((part) => part !== undefined);
    return known.length === 0 && parts.length > 0 ? undefined : known.flat();
  }
  if (typeof value === "string" && /\{\{\s*item\b/.test(value)) {
    const items = loopItems(task)?.map((item) => withItem(value, item));
    return items ?? instance(value);
  }
  const text = read(value);
  // A package's name stands before its version, whatever the version is.
  if (text === undefined && typeof value === "string" && /^[\w.+-]+==?[^,]*\{\{/.test(value)) return [value];
  if (text === undefined && typeof value === "string") return instance(value);
  return text === undefined ? undefined : text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

/** `name@{{ item }}` with the item in its place; the item alone where the template does more with it. */
function withItem(value: string, item: string): string {
  const text = value.replace(/\{\{\s*item(?:\.\w+|\[['"]\w+['"]\])?\s*\}\}/g, () => item);
  return text.includes("{{") ? item : text.trim();
}

/** A unit's instances have one meaning, whichever a template picks: `ceph-osd@{{ id }}` is `ceph-osd@*`. */
function instance(value: string): readonly string[] | undefined {
  const unit = /^\s*([\w.-]+@)\{\{/.exec(value)?.[1];
  return unit === undefined ? undefined : [`${unit}*`];
}

/** The literal items of `loop` or `with_items`; of a mapping its `name`. Undefined where there is no such loop. */
function loopItems(task: Task): readonly string[] | undefined {
  const loop = task.keywords.get("loop") ?? task.keywords.get("with_items") ?? task.keywords.get("with_list");
  if (loop === undefined || !Array.isArray(loop.value)) return undefined;
  const items = (loop.value as readonly Value[]).flatMap((item) => {
    if (typeof item === "string") return [item];
    const name = memberOf(item, "name");
    return typeof name === "string" ? [name] : [];
  });
  return items.length > 0 ? items : undefined;
}
