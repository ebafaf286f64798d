import { isConditional } from "../template/conditional.ts";
import type { Masked } from "../template/jinja.ts";
import { HOLE } from "../template/jinja.ts";
import type { Arguments, OpenBlock } from "./blocks.ts";
import type { Block, Redirection, ShellCommand, ShellWord } from "./tree.ts";
import type { Variables } from "./words.ts";
import { QUOTED_ARGUMENTS, readWord } from "./words.ts";

/** Loops are run through at most so many times in one script, all taken together. */
const MOST_ITERATIONS = 512;

/** Functions are run through as long as their bodies, all taken together, are no longer than this and twice the text. */
const LARGEST_RUN = 200_000;

/** Functions call each other at most so deep. */
const DEEPEST_CALL = 8;

/** A command's blocks are told this deep. */
const DEEPEST = 40;

interface Draft {
  words: ShellWord[];
  assignments: { name: string; value: ShellWord }[];
  redirections: Redirection[];
  start: number;
  end: number;
}

/** Reads a masked text command by command. `unroll`: loops over plain lists are run through, and the functions `called`. */
export class Scanner {
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
  readonly #called: ReadonlySet<string>;
  readonly #functions = new Map<string, number>();
  readonly #inCases = new Set<string>();
  #pendingCall: { name: string; values: Arguments } | undefined;
  #arguments: Arguments = undefined;
  /** How many functions call each other here. */
  #running = 0;
  /** What running functions may still cost, in characters of the text. */
  #budget: number;
  #pendingFor: { variable: string; values: string[] | undefined } | undefined;

  constructor(masked: Masked, unroll: boolean, called: ReadonlySet<string> = new Set()) {
    this.#masked = masked;
    this.#text = masked.text;
    this.#unroll = unroll;
    this.#called = called;
    this.#budget = LARGEST_RUN + 2 * masked.text.length;
  }

  run(): ShellCommand[] {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1;
    do {
      this.#scan();
      this.#finish(";");
    } while (this.#pendingCall !== undefined);
    return this.#commands;
  }

  #scan(): void {
    const text = this.#text;
    while (this.#at < text.length || this.#pendingCall !== undefined) {
      if (this.#pendingCall !== undefined) this.#call();
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
  }

  /** Runs a function: its body is read where it stands, and then the text goes on behind the call. */
  #call(): void {
    const { name, values } = this.#pendingCall!;
    this.#pendingCall = undefined;
    const body = this.#functions.get(name);
    if (body === undefined) return;
    this.#blocks.push({ kind: "function", name, closer: "}", call: { back: this.#at, caller: this.#arguments } });
    this.#running++;
    this.#setArguments(values);
    this.#at = body;
  }

  #setArguments(values: Arguments): void {
    this.#arguments = values;
    for (let i = 1; i <= 9; i++) this.#variables.set(String(i), values?.[i - 1] ?? (values === undefined || i <= values.length ? undefined : ""));
    const known = values?.every((value) => value !== undefined) ? (values as string[]) : undefined;
    this.#variables.set("#", values === undefined ? undefined : String(values.length));
    for (const all of ["@", "*"]) this.#variables.set(all, known?.join(" "));
    this.#variables.set(QUOTED_ARGUMENTS, known?.join("\0"));
  }

  /** Whether the command just read calls a function that is to be run here. */
  #calls(words: readonly ShellWord[]): void {
    const name = words[0]?.text;
    if (name === undefined || !this.#functions.has(name) || this.#running >= DEEPEST_CALL) return;
    const values = words.slice(1).map(({ text }) => (text.includes(HOLE) ? undefined : text));
    // The ways through a case exclude each other: what several of them do is done once.
    if (this.#blocks.some(({ kind }) => kind === "case")) {
      const key = [name, ...values.map((value) => value ?? HOLE)].join("\0");
      if (this.#inCases.has(key)) return;
      this.#inCases.add(key);
    }
    if (this.#budget <= 0) return;
    this.#pendingCall = { name, values };
  }

  #close(closer: string): void {
    if (!this.#blocks.some((block) => block.closer === closer)) return;
    let block = this.#blocks.pop()!;
    if (block.call) this.#running--;
    while (block.closer !== closer) {
      block = this.#blocks.pop()!;
      if (block.call) this.#running--;
    }
    if (block.call === undefined) return;
    this.#budget -= this.#at - this.#functions.get(block.name)!;
    this.#at = block.call.back;
    this.#setArguments(block.call.caller);
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
    const muted = brace !== null && this.#unroll && this.#called.has(name);
    if (muted) this.#functions.set(name, this.#at);
    this.#blocks.push({ kind: "function", name, closer: brace ? "}" : "\0", ...(muted && { muted }) });
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
        this.#close(word);
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
    if (!this.#unroll || this.#muted || values === undefined || this.#iterations + values.length > MOST_ITERATIONS) {
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

  get #muted(): boolean {
    return this.#called.size > 0 && this.#blocks.some(({ muted }) => muted === true);
  }

  /** Ends the command that is being read. */
  #finish(connector: ShellCommand["connector"]): void {
    const draft = this.#draft;
    this.#draft = undefined;
    if (draft && this.#muted) return;
    if (draft) {
      const range = { start: draft.start, end: draft.end };
      const blocks: Block[] = this.#blocks
        .slice(0, DEEPEST)
        .filter(({ kind, name, loop }) => !(kind === "if" && name === "{") && loop === undefined)
        .map(({ kind, name }) => ({ kind, name }));
      if (isConditional(this.#masked, range)) blocks.push({ kind: "template", name: "" });
      this.#commands.push({ words: draft.words, assignments: draft.assignments, redirections: draft.redirections, connector: this.#connector, blocks, range });
      // Inside a function that is being run, only what stands in the function itself is in doubt.
      const called = this.#running > 0 ? this.#blocks.slice(this.#blocks.findLastIndex(({ call }) => call !== undefined) + 1) : undefined;
      this.#assign(draft, called?.filter(({ kind, name, loop }) => !(kind === "if" && name === "{") && loop === undefined) ?? blocks);
      if (this.#called.size > 0) this.#calls(draft.words);
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
    } else if (draft.words[0]!.text === "shift") {
      const by = /^\d$/.test(draft.words[1]?.text ?? "1") ? Number(draft.words[1]?.text ?? "1") : undefined;
      this.#setArguments(by === undefined ? undefined : this.#arguments?.slice(by));
    } else if (draft.words[0]!.text === "read" || draft.words[0]!.text === "unset") for (const { text } of draft.words.slice(1)) this.#variables.set(text, undefined);
  }
}
