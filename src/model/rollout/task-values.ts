import { isUnknown } from "../../engine/unknown.ts";
import type { Task, Value } from "../fleet/fleet.ts";

/** The words of a text, for finding a service's name in a task's name. */
export function words(text: string): string[] {
  return text.split(/[^\w@.-]+/).filter((word) => word !== "");
}

/**
 * The texts that an argument stands for: itself, each of a list, each of a comma-separated list, or each literal item of
 * the task's loop. Undefined where a template hides it.
 */
export function expand(task: Task, value: Value): readonly string[] | undefined {
  if (Array.isArray(value)) {
    const parts = (value as readonly Value[]).map((part) => expand(task, part));
    const known = parts.filter((part) => part !== undefined);
    return known.length === 0 && parts.length > 0 ? undefined : known.flat();
  }
  if (typeof value === "string") return value.includes("{{") ? undefined : value.split(",").map((part) => part.trim()).filter((part) => part !== "");
  if (typeof value === "number") return [String(value)];
  if (!isUnknown(value)) return undefined;
  return loopItems(task);
}

/** The literal items of `loop` or `with_items`; of a mapping its `name`. Undefined where there is no such loop. */
function loopItems(task: Task): readonly string[] | undefined {
  const loop = task.keywords.get("loop") ?? task.keywords.get("with_items") ?? task.keywords.get("with_list");
  if (loop === undefined || !Array.isArray(loop.value)) return undefined;
  const items = (loop.value as readonly Value[]).flatMap((item) => {
    if (typeof item === "string") return [item];
    const name = typeof item === "object" && item !== null && !Array.isArray(item) && !isUnknown(item) ? (item as { readonly [key: string]: Value })["name"] : undefined;
    return typeof name === "string" ? [name] : [];
  });
  return items.length > 0 ? items : undefined;
}

/** A keyword's truth: true, false, or undefined where a template decides. */
export function truth(value: Value | undefined): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return /^(yes|true|on|1)$/i.test(value) ? true : /^(no|false|off|0)$/i.test(value) ? false : undefined;
  return typeof value === "number" ? value !== 0 : undefined;
}
