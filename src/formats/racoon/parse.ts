import type { Range } from "../../engine/location.ts";
import type { Parsed } from "../format.ts";
import { HOLE } from "../template/jinja.ts";
import { Scan } from "../template/scan.ts";
import { checkRacoon } from "./check.ts";
import type { RacoonTree, Statement, Word } from "./tree.ts";

/** Directives that begin a statement: a line that starts with one shows that the semicolon before it is missing. */
const DIRECTIVES = new Set(
  `path include padding complex_bundle listen timer privsep gss_id_enc strict_address isakmp isakmp_natt adminsock remote
  sainfo log mode_cfg ldapcfg radiuscfg exchange_mode doi situation my_identifier peers_identifier verify_identifier
  certificate_type ca_type peers_certfile script send_cert send_cr verify_cert nonce_size initial_contact passive
  proposal_check support_proxy generate_policy nat_traversal dpd dpd_delay dpd_retry dpd_maxfail ike_frag esp_frag
  rekey weak_phase1_check ph1id mode_cfg xauth_login proposal lifetime encryption_algorithm hash_algorithm dh_group
  authentication_method authentication_algorithm compression_algorithm pfs_group remoteid natt_keepalive counter
  interval persend phase1 phase2`.split(/\s+/),
);

/** Parses racoon.conf(5): statements that end in `;`, blocks in braces, `#` comments, quoted strings. */
export function parseRacoon(text: string): Parsed<RacoonTree> {
  const { tree, errors } = new Parser(text).parse();
  return { tree, errors: errors.length > 0 ? errors : checkRacoon(tree.statements) };
}

interface Open {
  readonly words: readonly Word[];
  readonly bodyStart: number;
  readonly statements: Statement[];
}

class Parser extends Scan {
  readonly #open: Open[] = [];
  readonly #root: Statement[] = [];
  #words: Word[] = [];

  parse(): Parsed<RacoonTree> {
    let lineStart = true;
    while (this.at < this.text.length) {
      const start = this.at;
      const char = this.text[start]!;
      if (char === "\n" || char === "\r") {
        lineStart = true;
        this.at++;
        continue;
      }
      if (/\s/.test(char)) {
        this.at++;
        continue;
      }
      if (char === "#") {
        this.toLineEnd();
        continue;
      }
      if (char === ";") this.#semicolon();
      else if (char === "{") this.#brace();
      else if (char === "}") this.#closing();
      else this.#word(lineStart);
      lineStart = false;
    }
    this.#unfinished();
    while (this.#open.length > 0) {
      this.problem(this.#open.at(-1)!.words[0]!.range, "This block is not closed. Add a closing brace.");
      this.#close(this.text.length, this.text.length);
    }
    return { tree: { statements: this.#root, range: { start: 0, end: this.source.length } }, errors: this.errors };
  }

  #word(lineStart: boolean): void {
    const word = this.#readWord();
    // A template's output alone on its line may stand for whole statements, so the next line may start afresh.
    const first = this.#words[0];
    if (lineStart && first !== undefined && !word.quoted && (DIRECTIVES.has(word.text) || first.text.replaceAll(HOLE, "") === "")) {
      if (!(first.text === "sainfo" && /^(address|subnet|asn1dn|user_fqdn|fqdn|anonymous|clientaddr)$/.test(word.text))) this.#unfinished();
    }
    this.#words.push(word);
  }

  #readWord(): Word {
    const start = this.at;
    if (this.text[start] === '"') {
      const end = this.text.indexOf('"', start + 1);
      const stop = end === -1 ? this.#endOfLine(start) : end;
      if (end === -1) this.problem({ start, end: stop }, "This string is not closed. Add a quote.");
      this.at = end === -1 ? stop : stop + 1;
      const text = this.text.slice(start + 1, stop);
      return { text, range: { start, end: this.at }, quoted: true, hidden: text.includes(HOLE) };
    }
    while (this.at < this.text.length && !/[\s;{}"#]/.test(this.text[this.at]!)) this.at++;
    const text = this.text.slice(start, this.at);
    return { text, range: { start, end: this.at }, quoted: false, hidden: text.includes(HOLE) };
  }

  #semicolon(): void {
    const end = ++this.at;
    if (this.#words.length > 0) this.#finish(end);
  }

  #brace(): void {
    const start = this.at++;
    if (this.#words.length === 0) {
      this.problem({ start, end: this.at }, "A directive is missing before this brace.");
      this.#words.push({ text: "", range: { start, end: start }, quoted: false, hidden: false });
    }
    this.#open.push({ words: this.#words, bodyStart: this.at, statements: [] });
    this.#words = [];
  }

  #closing(): void {
    const start = this.at++;
    this.#unfinished();
    if (this.#open.length > 0) this.#close(start, this.at);
    else this.problem({ start, end: this.at }, "This brace closes no block. Remove it.");
  }

  /** Ends a statement that has no semicolon. */
  #unfinished(): void {
    if (this.#words.length === 0) return;
    const range = this.#words.at(-1)!.range;
    if (!this.#words.every((word) => word.text.replaceAll(HOLE, "") === "")) {
      const edit = { range: { start: range.end, end: range.end }, newText: ";" };
      this.problem(range, "The semicolon is missing: racoon refuses the whole file. Add it.", [edit]);
    }
    this.#finish(range.end);
  }

  #finish(end: number): void {
    const words = this.#words;
    this.#words = [];
    this.#add({ words, ...this.#place(words[0]!.range.start, end) });
  }

  #close(bodyEnd: number, end: number): void {
    const { words, bodyStart, statements } = this.#open.pop()!;
    this.#add({ words, block: { statements, body: { start: bodyStart, end: bodyEnd } }, ...this.#place(words[0]!.range.start, end) });
  }

  #place(start: number, end: number): { range: Range; conditional: boolean } {
    const range = { start, end };
    return { range, conditional: this.isConditional(range, this.#open.at(-1)?.words[0]!.range.start) };
  }

  #add(statement: Statement): void {
    (this.#open.at(-1)?.statements ?? this.#root).push(statement);
  }

  #endOfLine(from: number): number {
    let end = from;
    while (end < this.text.length && !/[\r\n]/.test(this.text[end]!)) end++;
    return end;
  }
}
