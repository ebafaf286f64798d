/** A piece of a condition, at its place in the text. */
export interface Token {
  readonly kind: "name" | "number" | "text" | "sign" | "open text" | "comment";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const NAME = /[A-Za-z_]\w*/y;
const NUMBER = /\d[\w.]*/y;
const SIGN = /&&|\|\||[=!<>]=|[^\s]/y;

/** The tokens of a condition between two places of a text; what is not closed there is an `open text`. */
export function tokensOf(text: string, start: number, end: number): Token[] {
  const tokens: Token[] = [];
  for (let at = start; at < end; ) {
    const char = text[at]!;
    if (/\s/.test(char)) {
      at++;
      continue;
    }
    const token = char === '"' || char === "'" ? quoted(text, at, end) : char === "/" && text[at + 1] === "/" ? comment(text, at, end) : plainToken(text, at, end);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

function plainToken(text: string, at: number, end: number): Token {
  for (const [kind, pattern] of [["name", NAME], ["number", NUMBER], ["sign", SIGN]] as const) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0].slice(0, end - at);
    if (found !== undefined) return { kind, text: found, start: at, end: at + found.length };
  }
  return { kind: "sign", text: text[at]!, start: at, end: at + 1 };
}

function quoted(text: string, start: number, end: number): Token {
  const quote = text[start];
  for (let at = start + 1; at < end; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return { kind: "text", text: text.slice(start, at + 1), start, end: at + 1 };
  }
  return { kind: "open text", text: text.slice(start, end), start, end };
}

function comment(text: string, start: number, end: number): Token {
  const newline = text.indexOf("\n", start);
  const stop = newline === -1 || newline > end ? end : newline;
  return { kind: "comment", text: text.slice(start, stop), start, end: stop };
}
