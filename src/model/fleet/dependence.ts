import { isUnknown } from "../../engine/unknown.ts";
import type { Host, Value, Variable } from "./fleet.ts";
import type { Standing } from "./lookup.ts";
import { HostVariables } from "./variables.ts";

const WORD = /[A-Za-z_]\w*/g;
/** Names whose value is each host's own. */
const OWN = ["inventory_hostname", "inventory_hostname_short"];

/**
 * Every name that the values of a task may depend on for the hosts that share `shared`: the words in their text, those in
 * the variables of these names, and so on. A word that is no name does no harm.
 */
export function namesRead(values: readonly Value[], { play, role, task }: Standing, shared: ReadonlyMap<string, Variable>): ReadonlySet<string> {
  const names = new Set<string>();
  addWords([...values, task?.keywords.get("vars")?.value ?? null], names);
  // A set takes new names while it is walked.
  for (const name of names) {
    for (const variable of [role?.vars.get(name), play?.variables.get(name), shared.get(name), role?.defaults.get(name)]) {
      if (variable !== undefined) addWords([variable.value], names);
    }
  }
  return names;
}

/** True where a host may see other values under `names` than the hosts that share its groups. */
export function isApart(host: Host, names: ReadonlySet<string>): boolean {
  if (!(host.variables instanceof HostVariables) || OWN.some((name) => names.has(name))) return true;
  for (const name of host.variables.own.keys()) if (names.has(name)) return true;
  return false;
}

function addWords(values: readonly Value[], names: Set<string>): void {
  const open = [...values];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value === "string") for (const word of wordsIn(value)) names.add(word);
    else if (typeof value === "object" && value !== null && !isUnknown(value)) open.push(...(Object.values(value) as Value[]));
  }
}

const KEPT = 500;
const known = new Map<string, readonly string[]>();

/** The words of a text, each once; those of a template are asked for by every play and group. */
function wordsIn(text: string): readonly string[] {
  if (text.length < 200) return text.match(WORD) ?? [];
  let words = known.get(text);
  if (words === undefined) {
    if (known.size >= KEPT) known.clear();
    known.set(text, (words = [...new Set(text.match(WORD) ?? [])]));
  }
  return words;
}
