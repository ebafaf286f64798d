import type { Range } from "../../engine/location.ts";
import type { Masked } from "../template/jinja.ts";

/** A file for `nft -f`: what it does, in order. */
export interface NftFile {
  readonly commands: readonly Command[];
  readonly masked: Masked;
}

/** A name and where it stands. */
export interface Name {
  readonly text: string;
  readonly range: Range;
}

/** What a command does. */
export type Verb =
  | "add"
  | "create"
  | "insert"
  | "replace"
  | "delete"
  | "destroy"
  | "flush"
  | "list"
  | "reset"
  | "rename"
  | "get";

/** Where an object is. nft's default family is ip. */
export interface Address {
  readonly family: string;
  readonly table?: Name;
  /** Chain, set, map, flowtable or stateful object. */
  readonly name?: Name;
}

/** A command of an nft script; a table with a body is one as well. */
export type Command = { readonly range: Range } & (
  | { readonly kind: "table"; readonly verb: Verb; readonly at: Address; readonly items: readonly TableItem[]; readonly hasBody: boolean }
  /** Anything else that is addressed: `what` is `chain`, `rule`, `set`, `element`, `ruleset`, `tables`, … */
  | {
      readonly kind: "object";
      readonly verb: Verb;
      readonly what: string;
      readonly at: Address;
      readonly item?: TableItem;
      readonly rule?: RuleNode;
      readonly elements?: Expression;
      /** `position`, `handle` or `index` of a rule. */
      readonly position?: { readonly by: string; readonly value: number };
      readonly newName?: Name;
    }
  | Definition
  | Include
  /** Describe, import, monitor, or text that is not understood; `item` where it belongs into a table. */
  | { readonly kind: "other"; readonly text: string; readonly item?: TableItem }
);

/** `define name = value` and its kin. */
export type Definition = { readonly kind: "define"; readonly verb: "define" | "redefine" | "undefine"; readonly name: Name; readonly value?: Expression; readonly range: Range };

/** `include "pattern"`. */
export type Include = { readonly kind: "include"; readonly path: Name; readonly range: Range };

/** What may stand in a table's braces. */
export type TableItem = ChainNode | SetNode | Definition | Include | { readonly kind: "other"; readonly what: string; readonly name?: Name; readonly text: string; readonly range: Range };

/** A chain with its rules in order. */
export interface ChainNode {
  readonly kind: "chain";
  readonly name: Name;
  readonly base?: BaseChain;
  readonly policy?: Expression;
  readonly policyRange?: Range;
  /** Rules, and what may stand among them. */
  readonly rules: readonly (RuleNode | Definition | Include)[];
  readonly range: Range;
}

/** `type … hook … priority …`: the chain sees packets on its own. */
export interface BaseChain {
  readonly type: Name;
  readonly hook: Name;
  readonly devices?: Expression;
  readonly priority?: Expression;
  readonly range: Range;
}

/** A named set or map. */
export interface SetNode {
  readonly kind: "set" | "map" | "meter";
  readonly name: Name;
  /** Of `type`: each part as written. */
  readonly keyType: readonly string[];
  /** Of `typeof`. */
  readonly keyExpression?: Expression;
  readonly dataType: readonly string[];
  readonly dataExpression?: Expression;
  /** With `auto-merge`, which nft writes apart, and `timeout` where one is given. */
  readonly flags: readonly string[];
  readonly elements?: Expression;
  /** Files and definitions among the properties, and templates: they may say more of the set. */
  readonly parts: readonly (Definition | Include)[];
  readonly open: boolean;
  readonly range: Range;
}

/** A rule: statements from left to right. */
export interface RuleNode {
  readonly kind: "rule";
  readonly statements: readonly StatementNode[];
  readonly comment: string | undefined;
  readonly range: Range;
}

/** How a match compares; `implicit` where nothing is written, which is `==` for most fields. */
export type Operator = "==" | "!=" | "<" | ">" | "<=" | ">=" | "!" | "implicit";

/** One statement of a rule. */
export type StatementNode = { readonly range: Range } & (
  | { readonly kind: "match"; readonly left: Expression; readonly operator: Operator; readonly right: Expression; readonly mask: Expression | undefined }
  | { readonly kind: "verdict"; readonly verdict: string; readonly target?: Expression; readonly chain?: readonly RuleNode[] }
  | { readonly kind: "vmap"; readonly key: Expression; readonly map: Expression }
  | { readonly kind: "counter"; readonly name: string; readonly object?: Expression }
  | { readonly kind: "last" | "notrack" | "other"; readonly name: string }
  | { readonly kind: "limit" | "quota" | "connections"; readonly over: boolean; readonly text: string; readonly object?: Expression }
  | { readonly kind: "log"; readonly level?: string }
  | { readonly kind: "reject"; readonly family?: string; readonly code?: Name }
  | { readonly kind: "nat"; readonly nat: "snat" | "dnat" | "masquerade" | "redirect" | "tproxy"; readonly family?: string; readonly to?: Expression; readonly port?: Expression }
  | { readonly kind: "queue"; readonly num?: Expression; readonly flags: readonly string[] }
  | { readonly kind: "synproxy"; readonly name?: Expression }
  | { readonly kind: "dup" | "fwd" }
  /** `meta mark set …`, `tcp option maxseg size set …`, `ct helper set …`. */
  | { readonly kind: "set"; readonly field: Expression; readonly value: Expression }
  /** `add @set { … }`, `update @set { … }`, a meter. `inner` are the statements of the element. */
  | { readonly kind: "dynamic"; readonly verb: string; readonly set: Name; readonly key: Expression; readonly data?: Expression; readonly inner: readonly StatementNode[] }
  | { readonly kind: "flow"; readonly table: Name }
  /** What is not understood, and what a template stands for. */
  | { readonly kind: "unknown"; readonly text: string; readonly reason: string }
);

/** What stands on one side of a match, in a set or behind a statement. */
export type Expression = { readonly range: Range } & (
  | { readonly kind: "word"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "variable"; readonly name: string }
  /** What is read from the packet: `field` by nft's name (`ip saddr`, `meta mark`); `key` of a hash. */
  | { readonly kind: "field"; readonly field: string; readonly argument: Expression | undefined }
  | { readonly kind: "range"; readonly from: Expression; readonly to: Expression }
  | { readonly kind: "prefix"; readonly base: Expression; readonly length: Expression }
  | { readonly kind: "binary"; readonly operator: "&" | "|" | "^" | "<<" | ">>" | "+" | "-"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "concat"; readonly parts: readonly Expression[] }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "set"; readonly elements: readonly ElementNode[] }
  | { readonly kind: "set-reference"; readonly name: Name }
  | { readonly kind: "map"; readonly key: Expression; readonly map: Expression }
  | { readonly kind: "verdict"; readonly verdict: string; readonly target?: Expression }
  /** `*`: every key that has no element of its own. */
  | { readonly kind: "any" }
  | { readonly kind: "unknown"; readonly reason: string }
);

/** An element of a set or map. */
export interface ElementNode {
  readonly key: Expression;
  readonly value: Expression | undefined;
  readonly timeout: boolean;
  readonly range: Range;
}
