import { isConditional } from "../template/conditional.ts";
import type { Masked } from "../template/jinja.ts";
import { HOLE, maskJinja } from "../template/jinja.ts";
import type { Block, Redirection, ShellCommand, ShellWord } from "./tree.ts";
import type { Variables } from "./words.ts";
import { readWord } from "./words.ts";

/** Loops are run through at most so many times in one script, all taken together. */
const MOST_ITERATIONS = 512;

/** A command's blocks are told this deep. */
const DEEPEST = 40;

/**
 * The simple commands of a script or of a one-line command, in the order of the text; nothing is run. `offset` is where
 * `text` starts in its file: ranges count from there.
 */
export function parseCommands(text: string, offset = 0): ShellCommand[] {
  const commands = new Scanner(maskJinja(text), false).run();
  return offset === 0 ? commands : commands.map((command) => moved(command, offset));
}

/** The commands of a masked text; with `unroll`, loops over plain lists are run through. */
export function scan(masked: Masked, unroll: boolean): ShellCommand[] {
  return new Scanner(masked, unroll).run();
}

function moved(command: ShellCommand, by: number): ShellCommand {
  const range = <T extends { range: { start: number; end: number } }>(node: T): T => ({ ...node, range: { start: node.range.start + by, end: node.range.end + by } });
  return {
    ...range(command),
    words: command.words.map(range),
    assignments: command.assignments.map(({ name, value }) => ({ name, value: range(value) })),
    redirections: command.redirections.map((one) => ({ ...one, target: range(one.target), ...(one.document && { document: range(one.document) }) })),
  };
}

interface OpenBlock extends Block {
  /** The word that ends it. */
  readonly closer: string;
  /** Of a loop over a plain list. */
  readonly loop?: { variable: string; values: readonly string[]; at: number; body: number };
  /** Of a case: whether a pattern is due. */
  pattern?: boolean;
}

interface Draft {
  words: ShellWord[];
  assignments: { name: string; value: ShellWord }[];
  redirections: Redirection[];
  start: number;
  end: number;
}

class Scanner {
  readonly #masked: Masked;
  readonly #text: string;
  readonly #unroll: boolean;
  readonly #commands: ShellCommand[] = [];
  readonly #variables: Variables = new Map();
  readonly #blocks: OpenBlock[] = [];
  #documents: { delimiter: string; strip: boolean; expanded: boolean; draft: Draft; index: number }[] = [];
  #connector: ShellCommand["connector"] = ";";
  #draft: Draft | undefined;
  #at = 0;
  #iterations = 0;
  #pendingFor: { variable: string; values: string[] | undefined } | undefined;

  constructor(masked: Masked, unroll: boolean) {
    this.#masked = masked;
    this.#text = masked.text;
    this.#unroll = unroll;
  }

  run(): ShellCommand[] {
    const text = this.#text;
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
    while (this.#at < text.length) {
      const char = text[this.#at]!;
      if (char === "\n") {
        this.#finish(";");
        this.#at++;
        this.#readDocuments();
      } else if (char === " " || char === "\t" || char === "\r") this.#at++;
      else if (char === "\\" && (text[this.#at + 1] === "\n" || text.startsWith("\r\n", this.#at + 1))) this.#at += text[this.#at + 1] === "\n" ? 2 : 3;
      else if (char === "#") this.#at = this.#endOfLine();
      else if (char === ";" || char === "&" || char === "|" || char === "(" || char === ")") this.#operator(char);
      else if (this.#redirection()) continue;
      else this.#word();
    }
    this.#finish(";");
    return this.#commands;
  }

  #endOfLine(): number {
    const end = this.#text.indexOf("\n", this.#at);
    return end === -1 ? this.#text.length : end;
  }

  #operator(char: string): void {
    const two = this.#text.slice(this.#at, this.#at + 2);
    if (two === "&>") {
      this.#redirection();
      return;
    }
    const inCase = this.#blocks.at(-1);
    if (two === ";;" || two === ";&") {
      this.#finish(";");
      if (inCase?.kind === "case") inCase.pattern = true;
      this.#at += this.#text[this.#at + 2] === "&" ? 3 : 2;
      return;
    }
    if (two === "&&" || two === "||") {
      this.#finish(two);
      this.#at += 2;
      return;
    }
    if (char === "(" && this.#draft?.words.length === 1 && /^\(\s*\)/.test(this.#text.slice(this.#at, this.#at + 8))) {
      const name = this.#draft.words[0]!.text;
      this.#draft = undefined;
      this.#at = this.#text.indexOf(")", this.#at) + 1;
      this.#function(name);
      return;
    }
    this.#finish(char === "|" ? "|" : char === "&" ? "&" : ";");
    this.#at += two === "|&" ? 2 : 1;
  }

  #function(name: string): void {
    const brace = /^\s*\{/.exec(this.#text.slice(this.#at, this.#at + 200));
    if (brace) this.#at += brace[0].length;
    this.#blocks.push({ kind: "function", name, closer: brace ? "}" : "\0" });
  }

  #redirection(): boolean {
    const found = /^(\d*)(<<<|<<-?|<>|<&|>>|>&|>\||<|>|&>>|&>)/.exec(this.#text.slice(this.#at, this.#at + 12));
    if (!found) return false;
    const start = this.#at;
    this.#at += found[0].length;
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
    const from = this.#at;
    const { words, next } = readWord(this.#text, from, this.#text.length, this.#variables);
    this.#at = Math.max(next, from);
    const target = words[0] ?? { text: "", range: { start: from, end: from }, quoted: false };
    const strip = found[2] === "<<-";
    const operator = (strip ? "<<" : found[2]!) as Redirection["operator"];
    const draft = (this.#draft ??= { words: [], assignments: [], redirections: [], start, end: this.#at });
    draft.redirections.push({ operator, target, ...(found[1] !== "" && { fd: Number(found[1]) }) });
    draft.end = this.#at;
    if (operator === "<<") this.#documents.push({ delimiter: target.text, strip, expanded: !target.quoted, draft, index: draft.redirections.length - 1 });
    return true;
  }

  /** The bodies of the here-documents that the line just ended announced. */
  #readDocuments(): void {
    for (const { delimiter, strip, expanded, draft, index } of this.#documents) {
      const start = this.#at;
      let end = start;
      while (this.#at < this.#text.length) {
        const stop = this.#endOfLine();
        const line = this.#text.slice(this.#at, stop).replace(/\r$/, "");
        end = this.#at;
        this.#at = Math.min(stop + 1, this.#text.length);
        if ((strip ? line.replace(/^\t+/, "") : line) === delimiter) break;
        end = this.#at;
      }
      draft.redirections[index] = { ...draft.redirections[index]!, document: { range: { start, end }, expanded } };
    }
    this.#documents = [];
  }

  #word(): void {
    const start = this.#at;
    const { words, next } = readWord(this.#text, start, this.#text.length, this.#variables);
    this.#at = next > start ? next : start + 1;
    const raw = this.#text.slice(start, this.#at);
    const first = this.#draft === undefined || (this.#draft.words.length === 0 && this.#draft.redirections.length === 0);
    if (first && this.#draft === undefined && this.#keyword(raw, start)) return;
    const draft = (this.#draft ??= { words: [], assignments: [], redirections: [], start, end: this.#at });
    draft.end = this.#at;
    const assignment = first ? /^([A-Za-z_]\w*)\+?=/.exec(raw) : null;
    if (assignment) {
      const valueStart = start + assignment[0].length;
      const value = readWord(this.#text, valueStart, this.#at, this.#variables).words;
      const joined: ShellWord = { text: value.map(({ text }) => text).join(" "), range: { start: valueStart, end: this.#at }, quoted: value.some(({ quoted }) => quoted) };
      draft.assignments.push({ name: assignment[1]!, value: raw.includes("+=") ? { ...joined, text: HOLE } : joined });
    } else draft.words.push(...words);
  }

  /** Handles a reserved word; true where it was one. */
  #keyword(word: string, start: number): boolean {
    const top = this.#blocks.at(-1);
    if (top?.kind === "case" && top.pattern === true && word !== "esac") {
      const close = this.#text.indexOf(")", start);
      this.#at = close === -1 ? this.#text.length : close + 1;
      const pattern = this.#text.slice(start, close === -1 ? this.#text.length : close).replace(/^\(/, "").trim();
      this.#blocks[this.#blocks.length - 1] = { ...top, name: pattern.replace(/["']/g, ""), pattern: false };
      return true;
    }
    switch (word) {
      case "if":
        this.#blocks.push({ kind: "if", name: "", closer: "fi" });
        return true;
      case "while":
      case "until":
        this.#blocks.push({ kind: "loop", name: "", closer: "done" });
        return true;
      case "for":
      case "select":
        this.#for();
        return true;
      case "case":
        this.#case();
        return true;
      case "function": {
        const name = /^\s*([\w.-]+)\s*(\(\s*\))?/.exec(this.#text.slice(this.#at, this.#at + 100));
        this.#at += name?.[0].length ?? 0;
        this.#function(name?.[1] ?? "");
        return true;
      }
      case "{":
        this.#blocks.push({ kind: "if", name: "{", closer: "}" });
        return true;
      case "then":
      case "else":
      case "elif":
      case "!":
      case "time":
        return true;
      case "do":
        this.#do();
        return true;
      case "fi":
      case "esac":
      case "}":
        if (this.#blocks.some(({ closer }) => closer === word)) while (this.#blocks.pop()!.closer !== word);
        return true;
      case "done":
        this.#done();
        return true;
      default:
        return false;
    }
  }

  #for(): void {
    const head = /^\s*(\w+)(?:\s+in\b)?/.exec(this.#text.slice(this.#at, this.#at + 200));
    this.#at += head?.[0].length ?? 0;
    const values: string[] = [];
    let known = head !== null && /\sin$/.test(head[0]);
    while (this.#at < this.#text.length && !/[;\n]/.test(this.#text[this.#at]!)) {
      if (/[ \t\r]/.test(this.#text[this.#at]!)) this.#at++;
      else if (this.#text[this.#at] === "\\") this.#at += this.#text[this.#at + 1] === "\r" ? 3 : 2;
      else {
        const { words, next } = readWord(this.#text, this.#at, this.#text.length, this.#variables);
        this.#at = next > this.#at ? next : this.#at + 1;
        values.push(...words.map(({ text }) => text));
      }
    }
    if (values.length === 0 || values.some((value) => /[*?[{]/.test(value) || value.includes(HOLE))) known = false;
    this.#pendingFor = { variable: head?.[1] ?? "", values: known ? values : undefined };
    this.#variables.set(this.#pendingFor.variable, undefined);
  }

  #do(): void {
    const pending = this.#pendingFor;
    this.#pendingFor = undefined;
    if (!pending) return;
    const { variable, values } = pending;
    if (!this.#unroll || values === undefined || this.#iterations + values.length > MOST_ITERATIONS) {
      this.#blocks.push({ kind: "loop", name: "", closer: "done" });
      return;
    }
    this.#iterations += values.length;
    this.#variables.set(variable, values[0]);
    this.#blocks.push({ kind: "loop", name: "", closer: "done", loop: { variable, values, at: 0, body: this.#at } });
  }

  #done(): void {
    if (!this.#blocks.some(({ closer }) => closer === "done")) return;
    while (this.#blocks.at(-1)!.closer !== "done") this.#blocks.pop();
    const { loop } = this.#blocks.at(-1)!;
    if (loop && loop.at + 1 < loop.values.length) {
      loop.at++;
      this.#variables.set(loop.variable, loop.values[loop.at]);
      this.#at = loop.body;
      return;
    }
    this.#blocks.pop();
  }

  #case(): void {
    const head = /^[^\n;]*?\sin\b/.exec(this.#text.slice(this.#at, this.#at + 500));
    this.#at += head?.[0].length ?? 0;
    this.#blocks.push({ kind: "case", name: "", closer: "esac", pattern: true });
  }

  /** Ends the command that is being read. */
  #finish(connector: ShellCommand["connector"]): void {
    const draft = this.#draft;
    this.#draft = undefined;
    if (draft) {
      const range = { start: draft.start, end: draft.end };
      const blocks: Block[] = this.#blocks
        .slice(0, DEEPEST)
        .filter(({ kind, name, loop }) => !(kind === "if" && name === "{") && loop === undefined)
        .map(({ kind, name }) => ({ kind, name }));
      if (isConditional(this.#masked, range)) blocks.push({ kind: "template", name: "" });
      this.#commands.push({ words: draft.words, assignments: draft.assignments, redirections: draft.redirections, connector: this.#connector, blocks, range });
      this.#assign(draft, blocks);
      this.#connector = connector;
    } else if (connector !== ";") this.#connector = connector;
  }

  /** Remembers what a bare assignment (or `export`, `local`, `readonly`, `declare`) says. */
  #assign(draft: Draft, blocks: readonly Block[]): void {
    const set = (name: string, text: string): void => {
      const value = text.includes(HOLE) ? undefined : text;
      const uncertain = blocks.some(({ kind }) => kind !== "function") && this.#variables.has(name) && this.#variables.get(name) !== value;
      this.#variables.set(name, uncertain ? undefined : value);
    };
    if (draft.words.length === 0) for (const { name, value } of draft.assignments) set(name, value.text);
    else if (/^(export|local|readonly|declare|typeset)$/.test(draft.words[0]!.text)) {
      for (const { text } of draft.words.slice(1)) {
        const equals = text.indexOf("=");
        if (equals > 0) set(text.slice(0, equals), text.slice(equals + 1));
      }
    } else if (draft.words[0]!.text === "read" || draft.words[0]!.text === "unset") for (const { text } of draft.words.slice(1)) this.#variables.set(text, undefined);
  }
}
