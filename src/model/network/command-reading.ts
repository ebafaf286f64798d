import { isUnknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { ShellWord } from "../../formats/shell/index.ts";
import type { Draft, InterfaceDraft } from "./draft.ts";
import type { Written } from "./network.ts";
import type { SourceText } from "./source-text.ts";

/** What the commands of one script or stanza are read with. */
export interface CommandReading {
  readonly source: SourceText;
  readonly draft: Draft;
  /** What `$IFACE` stands for in a command of interfaces(5), and `%i` in one of wg-quick(8). */
  readonly iface?: string;
  readonly conditional: boolean;
}

/** The text of a word; `$IFACE` and `%i` are the interface that the command is for. */
export function wordText(word: ShellWord | undefined, { source, iface }: CommandReading): Maybe<string> | undefined {
  if (word === undefined) return undefined;
  const raw = iface === undefined ? "" : (source.workspace.text(source.path) ?? "").slice(word.range.start, word.range.end);
  return /^["']?(?:\$(?:IFACE|\{IFACE\})|%i)["']?$/.test(raw) ? iface! : source.text(word.text, word.range);
}

/** `wordText` with its place. */
export function writtenWord(word: ShellWord | undefined, reading: CommandReading): Written<Maybe<string>> | undefined {
  const value = wordText(word, reading);
  return value === undefined ? undefined : { value, location: reading.source.at(word!.range) };
}

/** The interface that a word names; undefined where that is not known. */
export function interfaceAt(word: ShellWord | undefined, reading: CommandReading): InterfaceDraft | undefined {
  const name = wordText(word, reading);
  if (name === undefined || isUnknown(name) || name === "") return undefined;
  const known = reading.draft.named(name);
  const made = known ?? reading.draft.interface(name, reading.source.at(word!.range));
  if (known === undefined && reading.conditional) made.conditional = true;
  return made;
}

/** The number that a word is. */
export function numberOf(word: ShellWord | undefined, { source }: CommandReading): Written<Maybe<number>> | undefined {
  return word && source.number(word.text, word.range);
}
