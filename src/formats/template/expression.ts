/** An argument of a filter, a test or a call; some are named. */
export interface Argument {
  readonly name?: string;
  readonly value: Expression;
}

/** A Jinja expression as far as Premortem reads it. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null; readonly float?: true }
  | { readonly kind: "list"; readonly items: readonly Expression[]; readonly tuple?: true }
  | { readonly kind: "mapping"; readonly entries: readonly { readonly key: Expression; readonly value: Expression }[] }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "member"; readonly of: Expression; readonly key: Expression }
  | { readonly kind: "slice"; readonly of: Expression; readonly bounds: readonly (Expression | undefined)[] }
  | { readonly kind: "call"; readonly of: Expression; readonly method: string; readonly args: readonly Argument[] }
  | { readonly kind: "function"; readonly name: string; readonly args: readonly Argument[] }
  | { readonly kind: "filter"; readonly of: Expression; readonly name: string; readonly args: readonly Argument[] }
  | { readonly kind: "test"; readonly of: Expression; readonly name: string; readonly args: readonly Argument[]; readonly negated: boolean }
  | { readonly kind: "not"; readonly of: Expression }
  | { readonly kind: "negative"; readonly of: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "choice"; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression | undefined };

const TOKEN =
  /\s*(?:(?<name>[A-Za-z_]\w*)|(?<number>0[xX](?:_?[\da-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|(?<!\.\s*)\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+)?|\d+)|(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<sign>==|!=|>=|<=|\/\/|\*\*|[()[\]{},.|~<>+\-*/%:=]))/sy;
const COMPARISONS = new Set(["==", "!=", ">", "<", ">=", "<="]);
/** Words behind which no value can begin, so that a test before them has no argument. */
const AFTER_TEST = new Set(["else", "or", "and", "is", "in", "not"]);
const DEPTH = 60;

interface Token {
  readonly kind: "name" | "number" | "string" | "sign";
  readonly text: string;
}

const KEPT = 5_000;
const read = new Map<string, Expression | undefined>();

/** Reads what stands between `{{` and `}}`, or a `when` condition; undefined for what is beyond this reader. */
export function parseExpression(code: string): Expression | undefined {
  if (read.has(code)) return read.get(code);
  const expression = parse(code);
  // Every host asks for the same few expressions; the cap keeps an editor that runs for days small.
  if (read.size >= KEPT) read.clear();
  read.set(code, expression);
  return expression;
}

function parse(code: string): Expression | undefined {
  const tokens = tokensOf(code);
  if (tokens === undefined || tokens.length === 0) return undefined;
  const reader = new Reader(tokens);
  try {
    const expression = reader.tuple(0);
    return reader.done ? expression : undefined;
  } catch (error) {
    if (error === BEYOND) return undefined;
    throw error;
  }
}

function tokensOf(code: string): Token[] | undefined {
  const tokens: Token[] = [];
  const text = code.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) return undefined;
    for (const kind of ["name", "number", "string", "sign"] as const) {
      if (groups[kind] !== undefined) tokens.push({ kind, text: groups[kind] });
    }
  }
  return tokens;
}

/** Thrown inside this file only, to leave the descent at once. */
const BEYOND = Symbol("beyond this reader");

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** Behind a comma at its end, or several with commas between, an expression is a tuple. */
  tuple(depth: number): Expression {
    const first = this.expression(depth);
    if (this.#peek()?.text !== ",") return first;
    const items = [first];
    while (this.#sign(",") && !this.done) items.push(this.expression(depth));
    return { kind: "list", items, tuple: true };
  }

  expression(depth: number): Expression {
    if (depth > DEPTH) throw BEYOND;
    let then = this.#or(depth);
    while (this.#word("if")) {
      const test = this.#or(depth);
      const otherwise = this.#word("else") ? this.expression(depth + 1) : undefined;
      then = { kind: "choice", test, then, otherwise };
    }
    return then;
  }

  #or(depth: number): Expression {
    let left = this.#and(depth);
    while (this.#word("or")) left = { kind: "binary", operator: "or", left, right: this.#and(depth) };
    return left;
  }

  #and(depth: number): Expression {
    let left = this.#not(depth);
    while (this.#word("and")) left = { kind: "binary", operator: "and", left, right: this.#not(depth) };
    return left;
  }

  #not(depth: number): Expression {
    if (depth > DEPTH) throw BEYOND;
    return this.#word("not") ? { kind: "not", of: this.#not(depth + 1) } : this.#comparison(depth);
  }

  /** `a < b < c` means that both hold. */
  #comparison(depth: number): Expression {
    let last = this.#sum(depth);
    let whole: Expression | undefined;
    for (;;) {
      const token = this.#peek();
      let next: Expression;
      if (token?.kind === "sign" && COMPARISONS.has(token.text)) {
        this.#at++;
        const right = this.#sum(depth);
        next = { kind: "binary", operator: token.text, left: last, right };
        last = right;
      } else if (token?.text === "in" || (token?.text === "not" && this.#tokens[this.#at + 1]?.text === "in")) {
        this.#at += token.text === "in" ? 1 : 2;
        const right = this.#sum(depth);
        const inside: Expression = { kind: "binary", operator: "in", left: last, right };
        next = token.text === "in" ? inside : { kind: "not", of: inside };
        last = right;
      } else return whole ?? last;
      whole = whole === undefined ? next : { kind: "binary", operator: "and", left: whole, right: next };
    }
  }

  #sum(depth: number): Expression {
    let left = this.#joint(depth);
    for (;;) {
      const operator = this.#anySign("+", "-");
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: this.#joint(depth) };
    }
  }

  #joint(depth: number): Expression {
    let left = this.#product(depth);
    while (this.#sign("~")) left = { kind: "binary", operator: "~", left, right: this.#product(depth) };
    return left;
  }

  #product(depth: number): Expression {
    let left = this.#power(depth);
    for (;;) {
      const operator = this.#anySign("*", "//", "/", "%");
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: this.#power(depth) };
    }
  }

  #power(depth: number): Expression {
    let left = this.#unary(depth, true);
    while (this.#sign("**")) left = { kind: "binary", operator: "**", left, right: this.#unary(depth, true) };
    return left;
  }

  /** Filters and tests bind tighter than arithmetic, and behind a sign they take the signed value. */
  #unary(depth: number, filters: boolean): Expression {
    if (depth > DEPTH) throw BEYOND;
    let of: Expression;
    if (this.#sign("-")) of = { kind: "negative", of: this.#unary(depth + 1, false) };
    else if (this.#sign("+")) of = this.#unary(depth + 1, false);
    else of = this.#primary(depth);
    return filters ? this.#filtered(of, depth) : of;
  }

  #filtered(start: Expression, depth: number): Expression {
    let of = start;
    for (;;) {
      if (this.#sign("|")) {
        const name = this.#dotted();
        of = { kind: "filter", of, name, args: this.#sign("(") ? this.#arguments(depth) : [] };
      } else if (this.#word("is")) {
        const negated = this.#word("not");
        const name = this.#dotted();
        of = { kind: "test", of, name, args: this.#testArguments(depth), negated };
        // Jinja refuses a test of a test.
        if (this.#peek()?.text === "is") throw BEYOND;
      } else return of;
    }
  }

  /** A test's single argument may stand without brackets: `x is divisibleby 3`. */
  #testArguments(depth: number): readonly Argument[] {
    if (this.#sign("(")) return this.#arguments(depth);
    const token = this.#peek();
    const begins = token !== undefined && (token.kind !== "sign" ? !AFTER_TEST.has(token.text) : token.text === "[" || token.text === "{");
    return begins ? [{ value: this.#primary(depth) }] : [];
  }

  #primary(depth: number): Expression {
    if (depth > DEPTH) throw BEYOND;
    let of = this.#atom(depth);
    for (;;) {
      if (this.#sign(".")) {
        const token = this.#next();
        if (token.kind === "number" && /^\d+$/.test(token.text)) of = { kind: "member", of, key: { kind: "literal", value: Number(token.text) } };
        else if (token.kind !== "name") throw BEYOND;
        else if (this.#sign("(")) of = { kind: "call", of, method: token.text, args: this.#arguments(depth) };
        else of = { kind: "member", of, key: { kind: "literal", value: token.text } };
      } else if (this.#sign("[")) of = this.#subscript(of, depth);
      else if (of.kind === "name" && this.#sign("(")) of = { kind: "function", name: of.name, args: this.#arguments(depth) };
      else return of;
    }
  }

  #subscript(of: Expression, depth: number): Expression {
    const bounds: (Expression | undefined)[] = [undefined];
    while (!this.#sign("]")) {
      if (this.#sign(":")) bounds.push(undefined);
      else if (bounds.at(-1) === undefined) bounds[bounds.length - 1] = this.expression(depth + 1);
      else throw BEYOND;
    }
    if (bounds.length > 3 || (bounds.length === 1 && bounds[0] === undefined)) throw BEYOND;
    return bounds.length === 1 ? { kind: "member", of, key: bounds[0]! } : { kind: "slice", of, bounds };
  }

  #atom(depth: number): Expression {
    const token = this.#next();
    if (token.kind === "number") return numberOf(token.text);
    if (token.kind === "string") {
      let value = unquoted(token.text);
      while (this.#peek()?.kind === "string") value += unquoted(this.#next().text);
      return { kind: "literal", value };
    }
    if (token.kind === "name") {
      const literal = { true: true, True: true, false: false, False: false, none: null, None: null }[token.text];
      return literal === undefined ? { kind: "name", name: token.text } : { kind: "literal", value: literal };
    }
    if (token.text === "{") return this.#mapping(depth);
    if (token.text !== "(" && token.text !== "[") throw BEYOND;
    const closer = token.text === "(" ? ")" : "]";
    const items: Expression[] = [];
    let comma = false;
    while (!this.#sign(closer)) {
      items.push(this.expression(depth + 1));
      if (this.#sign(",")) comma = true;
      else if (this.#sign(closer)) break;
      else throw BEYOND;
    }
    return closer === ")" && items.length === 1 && !comma ? items[0]! : closer === ")" ? { kind: "list", items, tuple: true } : { kind: "list", items };
  }

  #mapping(depth: number): Expression {
    const entries: { key: Expression; value: Expression }[] = [];
    while (!this.#sign("}")) {
      const key = this.expression(depth + 1);
      if (!this.#sign(":")) throw BEYOND;
      entries.push({ key, value: this.expression(depth + 1) });
      if (!this.#sign(",") && this.#peek()?.text !== "}") throw BEYOND;
    }
    return { kind: "mapping", entries };
  }

  #arguments(depth: number): Argument[] {
    const args: Argument[] = [];
    while (!this.#sign(")")) {
      const token = this.#peek();
      const named = token?.kind === "name" && this.#tokens[this.#at + 1]?.text === "=";
      if (named) this.#at += 2;
      else if (token?.text === "*" || token?.text === "**") throw BEYOND;
      const value = this.expression(depth + 1);
      args.push(named ? { name: token.text, value } : { value });
      if (!this.#sign(",") && this.#peek()?.text !== ")") throw BEYOND;
    }
    return args;
  }

  /** A filter's or a test's name; what belongs to Ansible itself has a short one. */
  #dotted(): string {
    const parts: string[] = [];
    do {
      const token = this.#next();
      if (token.kind !== "name") throw BEYOND;
      parts.push(token.text);
    } while (this.#sign("."));
    return parts.join(".").replace(/^ansible\.(?:builtin|legacy)\./, "");
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw BEYOND;
    return token;
  }

  #word(word: string): boolean {
    const token = this.#peek();
    if (token?.kind !== "name" || token.text !== word) return false;
    this.#at++;
    return true;
  }

  #sign(sign: string): boolean {
    const token = this.#peek();
    if (token?.kind !== "sign" || token.text !== sign) return false;
    this.#at++;
    return true;
  }

  #anySign(...signs: string[]): string | undefined {
    return signs.find((sign) => this.#sign(sign));
  }
}

function numberOf(text: string): Expression {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)) || /^0\d/.test(text)) throw BEYOND;
  return !/^0[xXbBoO]/.test(text) && /[.eE]/.test(text) ? { kind: "literal", value, float: true } : { kind: "literal", value };
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", "\n": "", "\\": "\\", "'": "'", '"': '"' };

/** A string literal's text; as Python, an unknown escape keeps its backslash. */
function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|[0-7]{1,3}|.)/gs, (whole, escape: string) => {
    if (/^[xu]./.test(escape)) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8));
    return ESCAPES[escape] ?? whole;
  });
}
