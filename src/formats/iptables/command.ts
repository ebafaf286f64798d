import type { LocalEdit } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import type { Extension } from "./matches.ts";
import { FOREIGN_MATCHES, MATCHES, MATCH_SYNONYMS } from "./matches.ts";
import type { Signature } from "./options.ts";
import { BASICS, COMMANDS, PROTOCOL_MATCH, SHORT, signaturesOf } from "./options.ts";
import { TARGETS } from "./targets.ts";
import type { CommandName, IptablesCommand, Match, Option, Report, RuleSpec, Word } from "./tree.ts";
import { isValid } from "./kinds.ts";
import { named, parseProtocol } from "./values.ts";

/** What stands for a match that iptables itself does not have. */
const NOTHING_KNOWN: Extension = { options: {} };

interface Loaded {
  readonly options: Option[];
  readonly extension: Extension;
  /** Of a match; undefined for a target. */
  readonly match?: Match & { range: { start: number; end: number } };
}

/** Where a rule stands: its family, as far as the text tells it, and who hears of problems. */
export interface CommandContext {
  readonly family: "ip" | "ip6" | undefined;
  readonly report: Report;
}

/** Parses the arguments of one iptables command (without the program's name). */
export function parseCommand(words: readonly Word[], range: { start: number; end: number }, context: CommandContext): IptablesCommand {
  return new CommandParser(words, range, context).parse();
}

class CommandParser {
  readonly #words: readonly Word[];
  readonly #range: { start: number; end: number };
  readonly #context: CommandContext;
  readonly #templated: boolean;
  #at = 0;
  #name: CommandName | undefined;
  readonly #arguments: Word[] = [];
  #table: Word | undefined;
  #onlyFamily: "ip" | "ip6" | undefined;
  #help = false;
  readonly #basics: Option[] = [];
  readonly #loaded: Loaded[] = [];
  readonly #notUnderstood: Word[] = [];
  #target: { name: Word; goto: boolean; options: Option[]; range: { start: number; end: number } } | undefined;

  constructor(words: readonly Word[], range: { start: number; end: number }, context: CommandContext) {
    this.#words = words;
    this.#range = range;
    this.#context = context;
    this.#templated = words.some((word) => word.text.startsWith(HOLE));
  }

  parse(): IptablesCommand {
    let negation: Word | undefined;
    while (this.#at < this.#words.length) {
      const word = this.#words[this.#at++]!;
      if (word.text === "!") {
        if (negation) this.#problem(word, "A second “!” in a row: iptables refuses it. Write one.");
        negation = word;
        continue;
      }
      if (negation && this.#name === undefined && /^-[ADIRCNXPFZLSE]$|^--(append|delete|insert|replace|check|new-chain|delete-chain|policy|flush|zero|list|list-rules|rename-chain)$/.test(word.text)) {
        this.#problem(negation, `“${word.text}” cannot be negated: iptables refuses the line.`);
      }
      if (word.text.startsWith("--") && word.text.length > 2) this.#long(word, negation);
      else if (/^-[A-Za-z0-9]/.test(word.text)) this.#short(word, negation);
      else this.#stray(word);
      negation = undefined;
    }
    if (negation) this.#problem(negation, "Nothing follows this “!”: iptables refuses it. Put it before the option that it turns round.");
    const rule: RuleSpec = {
      basics: this.#basics,
      matches: this.#loaded.flatMap(({ match }) => (match ? [match] : [])),
      ...(this.#target && { target: this.#target }),
      notUnderstood: this.#notUnderstood,
    };
    const [chain, second] = this.#arguments;
    const position = second !== undefined && /^\d+$/.test(second.text) ? Number(second.text) : undefined;
    return {
      name: this.#name,
      ...(chain && { chain }),
      ...(position !== undefined && { position }),
      ...(second && (this.#name === "policy" || this.#name === "rename-chain") && { argument: second }),
      ...(this.#table && { table: this.#table }),
      ...(this.#onlyFamily && { onlyFamily: this.#onlyFamily }),
      ...(this.#help && { help: true }),
      rule,
      range: this.#range,
    };
  }

  #problem(word: { readonly range: { start: number; end: number } }, message: string, certain = true, edits?: readonly LocalEdit[]): void {
    this.#context.report({ range: word.range, message, certain: certain && !this.#templated, ...(edits && { edits }) });
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
      const uncertain = this.#notUnderstood.length > 1 || this.#loaded.some(({ match }) => match !== undefined && named(MATCHES, match.module) === undefined);
      const hint = /^(source|destination|s|d)(-)?ports?$/.test(name) ? " Name the protocol first: “-p tcp” or “-p udp”." : "";
      this.#problem(word, `iptables has no option “--${name}” here, and refuses it.${hint || " Load the match that has it with -m, or mend its spelling."}`, !uncertain);
      this.#skipValues();
      return;
    }
    if (found.command) this.#command(found.signature.name as CommandName, word, inline);
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
    if (Object.hasOwn(COMMANDS, name)) return this.#command(name as CommandName, word, inline);
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
    if (Object.hasOwn(COMMANDS, name)) return { signature: { name, negatable: false, kinds: [] }, owner: undefined, command: true };
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
      if (command.startsWith(name)) candidates.set(command, { signature: { name: command, negatable: false, kinds: [] }, owner: undefined, command: true });
    }
    return candidates.size === 1 ? [...candidates.values()][0] : undefined;
  }

  /** Loads the match that belongs to the rule's protocol, where `option` needs it. */
  #loadProtocol(option: string): void {
    if (this.#find(option) !== undefined) return;
    const protocol = this.#protocol();
    const module = protocol === undefined ? undefined : PROTOCOL_MATCH[protocol];
    if (module === undefined || this.#loaded.some(({ match }) => match?.module === module)) return;
    const options: Option[] = [];
    const extension = MATCHES[module]!;
    if (![...signaturesOf(extension.options).keys()].some((name) => name.startsWith(option))) return;
    this.#loaded.push({ options, extension, match: { module, options, range: { ...this.#words[this.#at - 1]!.range } } });
  }

  #protocol(): number | undefined {
    const option = this.#basics.find(({ name }) => name === "protocol");
    return option?.values[0] && parseProtocol(option.values[0].text);
  }

  #option(signature: Signature, owner: Loaded | undefined, word: Word, negation: Word | undefined, inline: Word | undefined): void {
    const values: Word[] = [];
    const start = (negation ?? word).range.start;
    for (const kind of signature.kinds) {
      if (kind === "optional") {
        if (inline === undefined && /^\d+$/.test(this.#words[this.#at]?.text ?? "")) this.#at++;
        continue;
      }
      const open = kind.endsWith("?");
      if (open && inline === undefined && (this.#words[this.#at]?.text.startsWith("-") ?? true)) break;
      const value = values.length === 0 && inline !== undefined ? inline : this.#words[this.#at++];
      if (value === undefined) {
        this.#at = this.#words.length;
        this.#problem(word, `“${word.text}” needs a value, and has none: iptables refuses the rule.`);
        break;
      }
      values.push(value);
      if (value.text === "!" && !kind.startsWith("text") && !(this.#words[this.#at]?.text.startsWith("-") ?? true)) {
        const edits = [
          { range: { start: word.range.start, end: word.range.start }, newText: "! " },
          { range: { start: value.range.start, end: value.range.end + 1 }, newText: "" },
        ];
        this.#problem(value, `iptables 1.8 refuses “!” after the option. Write it before: “! ${word.text}”.`, true, edits);
        continue;
      }
      if (isValid(open ? kind.slice(0, -1) : kind, value.text, this.#context.family)) continue;
      this.#problem(value, `“${value.text}” is no value for ${word.text}: iptables refuses the rule.`);
    }
    if (signature.kinds.length === 0 && inline !== undefined && word.text.startsWith("--")) {
      this.#problem(word, `“--${signature.name}” takes no value: iptables refuses the rule.`);
    }
    if (negation && !signature.negatable && signature.name !== "table") {
      this.#problem(negation, `“${word.text}” cannot be negated: iptables refuses the rule.`);
    }
    const range = { start, end: (values.at(-1) ?? word).range.end };
    const option: Option = { name: signature.name, negated: negation !== undefined, values, range };
    if (owner) {
      const { repeats } = owner.extension;
      const again = repeats !== true && !repeats?.includes(option.name) && owner.options.some(({ name }) => name === option.name);
      if (again && owner.extension !== NOTHING_KNOWN) this.#problem(word, `A second “${word.text}” for the same ${owner.match ? "match" : "target"}: iptables refuses the rule.`);
      owner.options.push(option);
      if (owner.match) owner.match.range.end = Math.max(owner.match.range.end, range.end);
      else if (this.#target) this.#target.range.end = Math.max(this.#target.range.end, range.end);
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
        this.#target = { name: value, goto: option.name === "goto", options, range: { ...option.range } };
        const extension = named(TARGETS, value.text);
        if (extension && option.name === "jump") this.#loaded.push({ options, extension });
        return;
      }
      case "match": {
        if (value === undefined) return;
        const module = this.#module(value.text);
        const options: Option[] = [];
        const extension = named(MATCHES, module) ?? NOTHING_KNOWN;
        if (extension === NOTHING_KNOWN && value.text !== "" && !value.text.includes(HOLE) && !FOREIGN_MATCHES.has(module)) {
          this.#problem(value, `iptables has no match “${value.text}”: it refuses the rule, unless an add-on brings one. Mend its spelling.`);
        }
        this.#loaded.push({ options, extension, match: { module, options, range: { ...option.range } } });
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
    const module = named(MATCH_SYNONYMS, name) ?? name;
    return module === "icmp6" && this.#context.family === "ip" && name === "icmp" ? "icmp" : module;
  }

  #command(name: CommandName, word: Word, inline: Word | undefined): void {
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
