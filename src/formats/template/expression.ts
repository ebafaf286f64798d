/** A Jinja expression as far as Premortem reads it. */
export type Expression =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "member"; readonly of: Expression; readonly key: Expression }
  | { readonly kind: "call"; readonly of: Expression; readonly method: string; readonly args: readonly Expression[] }
  | { readonly kind: "filter"; readonly of: Expression; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "test"; readonly of: Expression; readonly name: string; readonly args: readonly Expression[]; readonly negated: boolean }
  | { readonly kind: "not"; readonly of: Expression }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "choice"; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression | undefined };

const TOKEN = /\s*(?:(?<name>[A-Za-z_]\w*)|(?<number>\d+(?:\.\d+)?)|(?<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<sign>==|!=|>=|<=|\/\/|\*\*|[()[\]{},.|~<>+\-*/%:=]))/y;
const COMPARISONS = new Set(["==", "!=", ">", "<", ">=", "<="]);
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
    const expression = reader.expression(0);
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

  expression(depth: number): Expression {
    if (depth > DEPTH) throw BEYOND;
    const then = this.#or(depth);
    if (!this.#word("if")) return then;
    const test = this.#or(depth);
    const otherwise = this.#word("else") ? this.expression(depth + 1) : undefined;
    return { kind: "choice", test, then, otherwise };
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

  #comparison(depth: number): Expression {
    const left = this.#sum(depth);
    const token = this.#peek();
    if (token?.kind === "sign" && COMPARISONS.has(token.text)) {
      this.#at++;
      return { kind: "binary", operator: token.text, left, right: this.#sum(depth) };
    }
    if (this.#word("in")) return { kind: "binary", operator: "in", left, right: this.#sum(depth) };
    if (token?.text === "not" && this.#tokens[this.#at + 1]?.text === "in") {
      this.#at += 2;
      return { kind: "not", of: { kind: "binary", operator: "in", left, right: this.#sum(depth) } };
    }
    return left;
  }

  #sum(depth: number): Expression {
    let left = this.#product(depth);
    for (;;) {
      const operator = this.#anySign("~", "+", "-");
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: this.#product(depth) };
    }
  }

  #product(depth: number): Expression {
    let left = this.#filtered(depth);
    for (;;) {
      const operator = this.#anySign("*", "//", "/", "%");
      if (operator === undefined) return left;
      left = { kind: "binary", operator, left, right: this.#filtered(depth) };
    }
  }

  /** Filters and tests bind tighter than arithmetic. */
  #filtered(depth: number): Expression {
    let of = this.#primary(depth);
    for (;;) {
      if (this.#sign("|")) {
        const name = this.#dotted();
        of = { kind: "filter", of, name, args: this.#sign("(") ? this.#arguments(depth) : [] };
      } else if (this.#word("is")) {
        const negated = this.#word("not");
        const name = this.#dotted();
        of = { kind: "test", of, name, args: this.#sign("(") ? this.#arguments(depth) : [], negated };
      } else return of;
    }
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
      } else if (this.#sign("[")) {
        const key = this.expression(depth + 1);
        if (!this.#sign("]")) throw BEYOND;
        of = { kind: "member", of, key };
      } else return of;
    }
  }

  #atom(depth: number): Expression {
    const token = this.#next();
    if (token.kind === "number") return { kind: "literal", value: Number(token.text) };
    if (token.kind === "string") return { kind: "literal", value: unquoted(token.text) };
    if (token.kind === "name") {
      const literal = { true: true, True: true, false: false, False: false, none: null, None: null }[token.text];
      return literal === undefined ? { kind: "name", name: token.text } : { kind: "literal", value: literal };
    }
    if (token.text === "-" && this.#peek()?.kind === "number") return { kind: "literal", value: -Number(this.#next().text) };
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
    return closer === ")" && items.length === 1 && !comma ? items[0]! : { kind: "list", items };
  }

  #arguments(depth: number): Expression[] {
    const args: Expression[] = [];
    while (!this.#sign(")")) {
      // A named argument is as good as a positional one for the filters that are known.
      if (this.#peek()?.kind === "name" && this.#tokens[this.#at + 1]?.text === "=") this.#at += 2;
      args.push(this.expression(depth + 1));
      if (!this.#sign(",") && this.#peek()?.text !== ")") throw BEYOND;
    }
    return args;
  }

  #dotted(): string {
    const token = this.#next();
    if (token.kind !== "name") throw BEYOND;
    let name = token.text;
    while (this.#peek()?.text === "." && this.#tokens[this.#at + 1]?.kind === "name") {
      this.#at++;
      name = this.#next().text;
    }
    return name;
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

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/gs, (_, char: string) => (char === "n" ? "\n" : char === "t" ? "\t" : char));
}
