import type { Range } from "../../engine/location.ts";
import type { SyntaxProblem } from "../format.ts";

/** One argument. `text` is without its quotes; a template's part of it is HOLE. */
export interface Word {
  readonly text: string;
  readonly range: Range;
}

/** One option with its values: `! --dport 22`. */
export interface Option {
  /** Its long name without dashes, synonyms resolved: `source`, `destination-port`, `ctstate`, … */
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly Word[];
  readonly range: Range;
}

/** One `-m NAME` with its options. A protocol's match may be there without `-m`. */
export interface Match {
  readonly module: string;
  readonly options: readonly Option[];
  readonly range: Range;
}

/** What `-j` or `-g` names, with its options. */
export interface Target {
  readonly name: Word;
  /** `-g` in place of `-j`. */
  readonly goto: boolean;
  readonly options: readonly Option[];
  readonly range: Range;
}

/** What a rule asks and does. */
export interface RuleSpec {
  /** source, destination, protocol, in-interface, out-interface, fragment. */
  readonly basics: readonly Option[];
  readonly matches: readonly Match[];
  readonly target?: Target;
  /** Arguments that are not understood, or that a template hides: the rule's meaning is not known whole. */
  readonly notUnderstood: readonly Word[];
}

/** What a line does to a chain. */
export type CommandName =
  | "append"
  | "insert"
  | "delete"
  | "replace"
  | "check"
  | "policy"
  | "flush"
  | "new-chain"
  | "delete-chain"
  | "rename-chain"
  | "zero"
  | "list"
  | "list-rules"
  | "version";

/** One iptables command, from a line of a save file or from a script. */
export interface IptablesCommand {
  readonly name: CommandName | undefined;
  readonly chain?: Word;
  /** Of insert, replace and delete: the rule's number. */
  readonly position?: number;
  /** Of `-P`; of `-E` the new name. */
  readonly argument?: Word;
  /** `-t`; not allowed in a save file. */
  readonly table?: Word;
  readonly rule: RuleSpec;
  /** `-4` or `-6` in a rule that only one of the two programs takes. */
  readonly onlyFamily?: "ip" | "ip6";
  /** `-h`: iptables prints how it is used and does nothing else. */
  readonly help?: true;
  readonly range: Range;
}

/** A `:CHAIN POLICY [packets:bytes]` line. */
export interface ChainLine {
  readonly name: Word;
  /** `-` for a user-defined chain. */
  readonly policy?: Word;
  readonly range: Range;
  readonly conditional: boolean;
}

/** A rule line of a table. */
export interface CommandLine {
  readonly command: IptablesCommand;
  readonly range: Range;
  readonly conditional: boolean;
}

/** From `*name` to `COMMIT`. */
export interface SaveTable {
  readonly name: Word;
  readonly chains: readonly ChainLine[];
  readonly commands: readonly CommandLine[];
  /** Lines that a template makes: nobody knows which rules they hold. `after`: how many commands stand before. */
  readonly holes: readonly { readonly range: Range; readonly after: number }[];
  readonly committed: boolean;
  readonly range: Range;
}

/** An iptables-save dump. */
export interface IptablesTree {
  /** What the text's own addresses and protocols say; undefined where they leave it open. */
  readonly family: "ip" | "ip6" | undefined;
  readonly tables: readonly SaveTable[];
  readonly range: Range;
}

/** Hears of a problem. */
export type Report = (problem: SyntaxProblem) => void;
