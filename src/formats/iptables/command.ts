import type { Range } from "../../engine/location.ts";
import type { LocalEdit } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import type { Extension } from "./matches.ts";
import { FOREIGN_MATCHES, MATCHES, MATCH_SYNONYMS, matchOf } from "./matches.ts";
import type { Signature } from "./options.ts";
import { BASICS, COMMANDS, PLAIN, PROTOCOL_MATCH, SHORT, signaturesOf, spellingsOf } from "./options.ts";
import { targetOf } from "./targets.ts";
import type { CommandName, IptablesCommand, Match, Option, Report, RuleSpec, Target, Word } from "./tree.ts";
import { named, parseProtocol } from "./values.ts";

/** What stands for a match that iptables itself does not have. */
const NOTHING_KNOWN: Extension = { options: {} };

/** A match or a target whose options are being read. */
interface Loaded {
  /** Of a match; undefined for a target. */
  readonly module: string | undefined;
  readonly extension: Extension;
  readonly spellings: ReadonlyMap<string, Signature>;
  readonly options: Option[];
  readonly start: number;
  end: number;
}

/** Where a rule stands: its family, as far as the text tells it, and who hears of problems. */
export interface CommandContext {
  readonly family: "ip" | "ip6" | undefined;
  readonly report: Report;
}

/** Parses the arguments of one iptables command (without the program's name). */
export function parseCommand(words: readonly Word[], range: Range, context: CommandContext): IptablesCommand {
  return new CommandParser(words, range, context).parse();
}

const SYNONYMS: ReadonlyMap<string, string> = new Map(Object.entries(MATCH_SYNONYMS));

const NONE: readonly never[] = Object.freeze([]);

/** The same items in an array of just their number: one that has grown keeps room for many more, in every rule of a file. */
function exact<T>(items: readonly T[]): readonly T[] {
  return items.length === 0 ? NONE : items.length === 1 ? [items[0]!] : items.slice();
}

const DASH = 45;

class CommandParser {
  readonly #words: readonly Word[];
  readonly #range: Range;
  readonly #context: CommandContext;
  #at = 0;
  #name: CommandName | undefined;
  readonly #arguments: Word[] = [];
  #table: Word | undefined;
  #onlyFamily: "ip" | "ip6" | undefined;
  #help = false;
  readonly #basics: Option[] = [];
  readonly #loaded: Loaded[] = [];
  readonly #notUnderstood: Word[] = [];
  #target: { readonly name: Word; readonly goto: boolean; readonly options: Option[]; readonly start: number; end: number } | undefined;

  constructor(words: readonly Word[], range: Range, context: CommandContext) {
    this.#words = words;
    this.#range = range;
    this.#context = context;
  }

  parse(): IptablesCommand {
    let negation: Word | undefined;
    while (this.#at < this.#words.length) {
      const word = this.#words[this.#at++]!;
      const { text } = word;
      if (text === "!") {
        if (negation) this.#problem(word, "A second “!” in a row: iptables refuses it. Write one.");
        negation = word;
        continue;
      }
      if (negation && this.#name === undefined && /^-[ADIRCNXPFZLSE]$|^--(append|delete|insert|replace|check|new-chain|delete-chain|policy|flush|zero|list|list-rules|rename-chain)$/.test(text)) {
        this.#problem(negation, `“${text}” cannot be negated: iptables refuses the line.`);
      }
      if (text.charCodeAt(0) !== DASH) this.#stray(word);
      else if (!this.#known(word, negation)) {
        if (text.startsWith("--") && text.length > 2) this.#long(word, negation);
        else if (/^-[A-Za-z0-9]/.test(text)) this.#short(word, negation);
        else this.#stray(word);
      }
      negation = undefined;
    }
    if (negation) this.#problem(negation, "Nothing follows this “!”: iptables refuses it. Put it before the option that it turns round.");
    return this.#command();
  }

  #command(): IptablesCommand {
    const [chain, second] = this.#arguments;
    const name = this.#name;
    const rule = this.#rule();
    const range = this.#range;
    if (chain !== undefined && second === undefined && this.#table === undefined && this.#onlyFamily === undefined && !this.#help) return { name, chain, rule, range };
    const position = second !== undefined && /^\d+$/.test(second.text) ? Number(second.text) : undefined;
    return {
      name,
      ...(chain && { chain }),
      ...(position !== undefined && { position }),
      ...(second && (name === "policy" || name === "rename-chain") && { argument: second }),
      ...(this.#table && { table: this.#table }),
      ...(this.#onlyFamily && { onlyFamily: this.#onlyFamily }),
      ...(this.#help && { help: true }),
      rule,
      range,
    };
  }

  #rule(): RuleSpec {
    const matches: Match[] = [];
    for (const { module, options, start, end } of this.#loaded) if (module !== undefined) matches.push({ module, options: exact(options), range: { start, end } });
    const basics = exact(this.#basics);
    const notUnderstood = exact(this.#notUnderstood);
    if (this.#target === undefined) return { basics, matches: exact(matches), notUnderstood };
    const { name, goto, options, start, end } = this.#target;
    const target: Target = { name, goto, options: exact(options), range: { start, end } };
    return { basics, matches: exact(matches), target, notUnderstood };
  }

  /** An option or a command that is written in full, with its value behind it; false where the word is something else. */
  #known(word: Word, negation: Word | undefined): boolean {
    const plain = PLAIN.get(word.text);
    if (plain !== undefined) {
      if (plain.command !== undefined) this.#run(plain.command, word, undefined);
      else this.#option(plain.option, undefined, word, negation, undefined);
      return true;
    }
    for (let i = this.#loaded.length - 1; i >= 0; i--) {
      const signature = this.#loaded[i]!.spellings.get(word.text);
      if (signature === undefined) continue;
      this.#option(signature, this.#loaded[i], word, negation, undefined);
      return true;
    }
    return false;
  }

  #problem(word: { readonly range: Range }, message: string, certain = true, edits?: readonly LocalEdit[]): void {
    const templated = this.#words.some(({ text }) => text.startsWith(HOLE));
    this.#context.report({ range: word.range, message, certain: certain && !templated, ...(edits && { edits }) });
  }

  #stray(word: Word): void {
    this.#notUnderstood.push(word);
    if (word.text.includes(HOLE)) return;
    if (word.text.startsWith("#")) {
      this.#problem(word, "iptables-restore knows comments on lines of their own only, and refuses the rule. Move this one to the line above, or use -m comment.");
      return;
    }
    this.#problem(word, `iptables does not know what “${word.text}” is for, and refuses it. Put an option before it, or remove it.`);
  }

  #long(word: Word, negation: Word | undefined): void {
    const equals = word.text.indexOf("=");
    const name = word.text.slice(2, equals === -1 ? undefined : equals);
    const inline = equals === -1 ? undefined : { text: word.text.slice(equals + 1), range: { start: word.range.end - (word.text.length - equals - 1), end: word.range.end } };
    if (name.includes(HOLE)) {
      this.#notUnderstood.push(word);
      return;
    }
    this.#loadProtocol(name);
    const found = this.#find(name);
    if (found === undefined) {
      this.#notUnderstood.push(word);
      const uncertain = this.#notUnderstood.length > 1 || this.#loaded.some(({ module }) => module !== undefined && matchOf(module) === undefined);
      const hint = /^(source|destination|s|d)(-)?ports?$/.test(name) ? " Name the protocol first: “-p tcp” or “-p udp”." : "";
      this.#problem(word, `iptables has no option “--${name}” here, and refuses it.${hint || " Load the match that has it with -m, or mend its spelling."}`, !uncertain);
      this.#skipValues();
      return;
    }
    if (found.command) this.#run(found.signature.name as CommandName, word, inline);
    else this.#option(found.signature, found.owner, word, negation, inline);
  }

  #short(word: Word, negation: Word | undefined): void {
    const letter = word.text[1]!;
    const name = named(SHORT, letter);
    const rest = word.text.slice(2);
    if (name === undefined) {
      this.#notUnderstood.push(word);
      this.#problem(word, `iptables has no option “-${letter}”, and refuses it.`);
      return;
    }
    const inline = rest === "" ? undefined : { text: rest, range: { start: word.range.start + 2, end: word.range.end } };
    if (Object.hasOwn(COMMANDS, name)) return this.#run(name as CommandName, word, inline);
    const signature = signaturesOf(BASICS).get(name) ?? signaturesOf(BASICS).get(`${name}`)!;
    if (signature.kinds.length === 0 && inline !== undefined) {
      this.#option(signature, undefined, word, negation, undefined);
      this.#short({ text: `-${rest}`, range: word.range }, undefined);
      return;
    }
    this.#option(signature, undefined, word, negation, inline);
  }

  /** The option by its full name, or by the unambiguous beginning of one. */
  #find(name: string): { signature: Signature; owner: Loaded | undefined; command?: boolean } | undefined {
    if (Object.hasOwn(COMMANDS, name)) return { signature: bare(name), owner: undefined, command: true };
    const basics = signaturesOf(BASICS);
    const basic = basics.get(name);
    if (basic) return { signature: basic, owner: undefined };
    for (let i = this.#loaded.length - 1; i >= 0; i--) {
      const signature = signaturesOf(this.#loaded[i]!.extension.options).get(name);
      if (signature) return { signature, owner: this.#loaded[i] };
    }
    const candidates = new Map<string, { signature: Signature; owner: Loaded | undefined; command?: boolean }>();
    for (const owner of [undefined, ...this.#loaded]) {
      for (const [full, signature] of owner === undefined ? basics : signaturesOf(owner.extension.options)) {
        if (full.startsWith(name)) candidates.set(signature.name, { signature, owner });
      }
    }
    for (const command of Object.keys(COMMANDS)) {
      if (command.startsWith(name)) candidates.set(command, { signature: bare(command), owner: undefined, command: true });
    }
    return candidates.size === 1 ? [...candidates.values()][0] : undefined;
  }

  /** Loads the match that belongs to the rule's protocol, where `option` needs it. */
  #loadProtocol(option: string): void {
    if (this.#find(option) !== undefined) return;
    const protocol = this.#protocol();
    const module = protocol === undefined ? undefined : PROTOCOL_MATCH[protocol];
    if (module === undefined || this.#loaded.some((one) => one.module === module)) return;
    const extension = MATCHES[module]!;
    if (![...signaturesOf(extension.options).keys()].some((name) => name.startsWith(option))) return;
    this.#load(module, extension, [], this.#words[this.#at - 1]!.range);
  }

  #load(module: string | undefined, extension: Extension, options: Option[], { start, end }: Range): void {
    this.#loaded.push({ module, extension, spellings: spellingsOf(extension.options), options, start, end });
  }

  #protocol(): number | undefined {
    const option = this.#basics.find(({ name }) => name === "protocol");
    return option?.values[0] && parseProtocol(option.values[0].text);
  }

  #option(signature: Signature, owner: Loaded | undefined, word: Word, negation: Word | undefined, inline: Word | undefined): void {
    let values: readonly Word[] = NONE;
    for (const { kind, open, free, isValid } of signature.values) {
      if (kind === "optional") {
        if (inline === undefined && /^\d+$/.test(this.#words[this.#at]?.text ?? "")) this.#at++;
        continue;
      }
      if (open && inline === undefined && (this.#words[this.#at]?.text.startsWith("-") ?? true)) break;
      const value = values.length === 0 && inline !== undefined ? inline : this.#words[this.#at++];
      if (value === undefined) {
        this.#at = this.#words.length;
        this.#problem(word, `“${word.text}” needs a value, and has none: iptables refuses the rule.`);
        break;
      }
      values = values.length === 0 ? [value] : [...values, value];
      if (value.text === "!" && !free && !(this.#words[this.#at]?.text.startsWith("-") ?? true)) {
        const edits = [
          { range: { start: word.range.start, end: word.range.start }, newText: "! " },
          { range: { start: value.range.start, end: value.range.end + 1 }, newText: "" },
        ];
        this.#problem(value, `iptables 1.8 refuses “!” after the option. Write it before: “! ${word.text}”.`, true, edits);
        continue;
      }
      if (!isValid(value.text, this.#context.family)) this.#problem(value, `“${value.text}” is no value for ${word.text}: iptables refuses the rule.`);
    }
    if (signature.kinds.length === 0 && inline !== undefined && word.text.startsWith("--")) {
      this.#problem(word, `“--${signature.name}” takes no value: iptables refuses the rule.`);
    }
    if (negation && !signature.negatable && signature.name !== "table") {
      this.#problem(negation, `“${word.text}” cannot be negated: iptables refuses the rule.`);
    }
    const range = { start: (negation ?? word).range.start, end: (values.at(-1) ?? word).range.end };
    const option: Option = { name: signature.name, negated: negation !== undefined, values, range };
    if (owner) {
      const { repeats } = owner.extension;
      const again = repeats !== true && !repeats?.includes(option.name) && owner.options.some(({ name }) => name === option.name);
      if (again && owner.extension !== NOTHING_KNOWN) this.#problem(word, `A second “${word.text}” for the same ${owner.module === undefined ? "target" : "match"}: iptables refuses the rule.`);
      owner.options.push(option);
      if (owner.module !== undefined) owner.end = Math.max(owner.end, range.end);
      else if (this.#target) this.#target.end = Math.max(this.#target.end, range.end);
      return;
    }
    this.#basic(option, word);
  }

  #basic(option: Option, word: Word): void {
    const value = option.values[0];
    switch (option.name) {
      case "jump":
      case "goto": {
        if (value === undefined) return;
        if (this.#target) this.#problem(word, "A rule has one target: iptables refuses a second one.");
        const options: Option[] = [];
        this.#target = { name: value, goto: option.name === "goto", options, start: option.range.start, end: option.range.end };
        const extension = targetOf(value.text);
        if (extension && option.name === "jump") this.#load(undefined, extension, options, option.range);
        return;
      }
      case "match": {
        if (value === undefined) return;
        const module = this.#module(value.text);
        const extension = matchOf(module) ?? NOTHING_KNOWN;
        if (extension === NOTHING_KNOWN && value.text !== "" && !value.text.includes(HOLE) && !FOREIGN_MATCHES.has(module)) {
          this.#problem(value, `iptables has no match “${value.text}”: it refuses the rule, unless an add-on brings one. Mend its spelling.`);
        }
        this.#load(module, extension, [], option.range);
        return;
      }
      case "table":
        this.#table = value;
        return;
      case "help":
        this.#help = true;
        return;
      case "ipv4":
      case "ipv6":
        this.#onlyFamily = option.name === "ipv4" ? "ip" : "ip6";
        return;
      case "source":
      case "destination":
      case "protocol":
      case "in-interface":
      case "out-interface":
      case "fragment":
        if (this.#basics.some(({ name }) => name === option.name)) this.#problem(word, `A second “${word.text}” in one rule: iptables refuses it.`);
        this.#basics.push(option);
    }
  }

  #module(name: string): string {
    const module = SYNONYMS.get(name) ?? name;
    return module === "icmp6" && this.#context.family === "ip" && name === "icmp" ? "icmp" : module;
  }

  #run(name: CommandName, word: Word, inline: Word | undefined): void {
    if (this.#name !== undefined && !(this.#name === "zero" || name === "zero" || this.#name.startsWith("list") || name.startsWith("list"))) {
      this.#problem(word, "One line holds one command: iptables refuses a second one.");
    }
    this.#name = name;
    const [least, most] = COMMANDS[name]!;
    if (inline) this.#arguments.push(inline);
    while (this.#arguments.length < most) {
      const next = this.#words[this.#at];
      if (next === undefined || next.text.startsWith("-") || next.text === "!") break;
      if (this.#arguments.length >= least && this.#arguments.length >= 1 && most === 2 && !/^\d+$/.test(next.text)) break;
      this.#arguments.push(next);
      this.#at++;
    }
    if (this.#arguments.length < least) this.#problem(word, `“${word.text}” needs ${least === 1 ? "a chain" : "two arguments"}: iptables refuses the line.`);
  }

  /** After an option that is not known: its values are of no interest. */
  #skipValues(): void {
    while (this.#at < this.#words.length && !/^(-|!$)/.test(this.#words[this.#at]!.text)) this.#at++;
  }
}

/** A command as an option without values. */
function bare(name: string): Signature {
  return { name, negatable: false, kinds: NONE, values: NONE };
}
