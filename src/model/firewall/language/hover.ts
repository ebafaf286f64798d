import type { Location, Range } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import { nameAt } from "./names.ts";
import { describeName } from "./name-words.ts";
import { describeRuleAt } from "./rule-words.ts";

/** A bit of a hover's text: plain words, a name as code, or words that lead somewhere. */
export type Piece = string | { readonly code: string } | { readonly text: string; readonly at: Location };

/** What a hover says of one thing. `code`: a piece of the file's own text. */
export interface Section {
  readonly heading: readonly Piece[];
  readonly code?: string;
  readonly lines: readonly (readonly Piece[])[];
}

/** What there is to say of a place in a firewall file. */
export interface FirewallHover {
  readonly range: Range;
  readonly sections: readonly Section[];
}

/** What a name at that place stands for, and what the rule around it does; undefined where there is neither. */
export function hoverAt(workspace: Workspace, path: string, offset: number): FirewallHover | undefined {
  const document = workspace.document(path);
  if (document === undefined) return undefined;
  const name = nameAt(document, offset);
  const rule = describeRuleAt(workspace, path, offset);
  const sections = [...(name ? describeName(workspace, path, name) : []), ...(rule ? [rule.section] : [])];
  const range = name?.range ?? rule?.range;
  return sections.length === 0 || range === undefined ? undefined : { range, sections };
}
