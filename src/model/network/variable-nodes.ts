import { isUnknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { YamlNode } from "../../formats/yaml/index.ts";
import { itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import type { Draft } from "./draft.ts";
import type { Written } from "./network.ts";
import type { SourceText } from "./source-text.ts";

/** A variable, or a part of one under its key, with the file that gives it. */
export interface VariableNode {
  readonly name: string;
  readonly node: YamlNode;
  readonly source: SourceText;
  /** The variable that it is a part of, by its name: what several variables say of one network is not two networks. */
  readonly variable?: string;
  /** The VRF or tenant that it stands in. */
  readonly scope?: string;
}

/** Reads a shape that variables come in; false where the node has another one. */
export type VariableReader = (variable: VariableNode, draft: Draft) => boolean;

/** The first of several keys that a mapping has. */
export function firstOf(node: YamlNode, keys: readonly string[]): YamlNode | undefined {
  for (const key of keys) {
    const found = nodeAt(node, key);
    if (found !== undefined && !(found.kind === "scalar" && found.value === null)) return found;
  }
  return undefined;
}

/** The scalars of a node that may be one or a list of them. */
export function scalarsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === "scalar" ? [node] : itemsOf(node).filter((item) => item.kind === "scalar");
}

/** True where a list or entry says that what it describes is taken away. */
export function isAbsent(node: YamlNode, source: SourceText): boolean {
  return ["state", "persistent_state"].some((key) => source.scalar(nodeAt(node, key))?.value === "absent");
}

/** A written name, as a reference to an interface that must exist. */
export function interfaceReference(node: YamlNode | undefined, source: SourceText, draft: Draft): Written<Maybe<string>> | undefined {
  const written = source.scalar(node);
  if (written !== undefined && !isUnknown(written.value)) draft.refer("interface", written.value, written.location);
  return written;
}
