import type { Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { YamlMapping, YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import type { Scope } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { definitions } from "./definitions.ts";
import { plainText } from "./tasks.ts";

/** One turn of a task's loop: where its item is written, and which hosts have it. */
export interface LoopItem {
  readonly path: string;
  readonly range: Range;
  readonly scope: Maybe<Scope>;
  /** The name that the task calls it by. */
  readonly variable: string;
  readonly node: YamlNode;
  /** Of a dictionary: `item.key`; `node` is its value then. */
  readonly key?: YamlNode;
}

const LOOPS = ["loop", "with_items", "with_list", "with_flattened", "with_dict", "with_community.general.flattened"];

/** The items of a task's loop over a list or dictionary that is written in place, or in a variable. Empty for any other. */
export function loopItems(workspace: Workspace, path: string, task: YamlMapping, scope: Maybe<Scope>): LoopItem[] {
  for (const keyword of LOOPS) {
    const loop = entryOf(task, keyword);
    if (loop === undefined) continue;
    const variable = plainText(nodeAt(task, "loop_control", "loop_var")) ?? "item";
    if (loop.value.kind !== "scalar") return itemsUnder(path, loop.value, scope, variable);
    const name = /^\{\{\s*([A-Za-z_]\w*)((?:\.\w+)*)\s*(?:\|\s*(?:dict2items|default\([^)]*\)|d\([^)]*\)|list|flatten|items)\s*)*\}\}$/.exec(plainText(loop.value)?.trim() ?? "");
    if (name === null) return [];
    const keys = name[2]!.split(".").filter(Boolean);
    return definitions(workspace, path, name[1]!, scope).flatMap(({ definition, scope: hosts }) => {
      const node = nodeAt(definition.node, ...keys);
      return node === undefined ? [] : itemsUnder(definition.path, node, hosts, variable);
    });
  }
  return [];
}

function itemsUnder(path: string, node: YamlNode, scope: Maybe<Scope>, variable: string): LoopItem[] {
  if (node.kind === "mapping") {
    return entriesOf(node).map((entry) => ({
      path,
      range: entry.range,
      scope,
      variable,
      node: entry.value,
      key: { kind: "scalar", range: entry.keyRange, value: entry.key, text: entry.key },
    }));
  }
  return itemsOf(node).map((item) => ({ path, range: item.range, scope, variable, node: item }));
}

/** The node that `expression`, `{{ item.name }}` or the like, stands for in one turn; undefined for anything else. */
export function memberOf(expression: string, item: LoopItem): YamlNode | undefined {
  const match = /^\{\{\s*([A-Za-z_]\w*)((?:\.\w+|\[\s*(?:'[^']*'|"[^"]*"|\d+)\s*\])*)\s*(?:\|\s*(?:string|int|trim)\s*)*\}\}$/.exec(expression.trim());
  if (match === null || match[1] !== item.variable) return undefined;
  const [first, ...rest] = match[2]!.split(/[.[\]'"\s]+/).filter((part) => part !== "");
  if (item.key !== undefined) {
    if (first === "key" && rest.length === 0) return item.key;
    return first === "value" ? nodeAt(item.node, ...rest) : undefined;
  }
  return first === undefined ? item.node : nodeAt(item.node, ...[first, ...rest].map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
}

/** The names of the variables that a task loops over. */
export function loopVariables(task: YamlMapping): string[] {
  return LOOPS.flatMap((keyword) => /\{\{\s*([A-Za-z_]\w*)/.exec(plainText(entryOf(task, keyword)?.value) ?? "")?.[1] ?? []);
}
