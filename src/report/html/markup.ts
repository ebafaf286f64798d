/** Text that is HTML already: what `html` makes, and what it takes as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template. Strings are escaped; false and undefined leave no trace. */
export type Content = Markup | string | number | false | undefined | readonly Content[];

/** Where in HTML a hole of a template is: between tags, in a quoted attribute's value, or inside a tag. */
type Context = "text" | "attribute" | "tag";

const CONTEXTS = new WeakMap<TemplateStringsArray, readonly Context[]>();

/** HTML from a template whose holes are escaped for the place where they stand, so that no text of a file opens a tag or an attribute. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let contexts = CONTEXTS.get(strings);
  if (contexts === undefined) CONTEXTS.set(strings, (contexts = contextsOf(strings)));
  let text = strings[0]!;
  for (const [index, value] of values.entries()) text += written(value, contexts[index]!) + strings[index + 1]!;
  return new Markup(text);
}

/** An attribute with its leading blank, or nothing where there is no value. Stands inside a tag. */
export function attribute(name: string, value: string | number | undefined): Markup {
  return new Markup(value === undefined ? "" : ` ${name}="${quoted(String(value))}"`);
}

/** Pieces one after another. */
export function join(pieces: readonly Content[], between: Content = ""): Markup {
  return new Markup(pieces.map((piece) => written(piece, "text")).join(written(between, "text")));
}

/** HTML that was made elsewhere, by a part of the page that answers for it. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function written(value: Content, context: Context): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Markup) {
    if (context === "attribute") throw new TypeError("markup stands in an attribute");
    return value.text;
  }
  if (typeof value === "object") return value.map((one) => written(one, context)).join("");
  if (context === "tag") throw new TypeError("text stands in a tag, without quotes");
  return context === "attribute" ? quoted(String(value)) : visible(String(value));
}

/** What a reader would not see, or would see in another order than it is written: controls, bidi marks, blanks without width. */
const HIDDEN = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\uD800-\uDFFF\u{E0001}\u{E0020}-\u{E007F}]/gu;
const ESCAPES: { readonly [character: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "`": "&#96;" };

function escape(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => ESCAPES[character]!);
}

/** Text between tags. What is hidden is shown by its number. */
function visible(text: string): string {
  return escape(text.replace(/\r\n?/g, "\n")).replace(HIDDEN, (character) => `<span class="hidden-character">${nameOf(character)}</span>`);
}

/** The same for where there can be no tags: titles, labels. */
export function plain(text: string): string {
  return text.replace(/\r\n?|\n/g, " ").replace(HIDDEN, nameOf);
}

/** An attribute's value, which a script reads as it was: hidden characters by reference, as far as HTML has one for them. */
function quoted(text: string): string {
  return escape(text)
    .replace(/[\u0001-\u001F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/g, (character) => `&#x${character.charCodeAt(0).toString(16)};`)
    .replace(/[\u0000\uD800-\uDFFF]/gu, "\uFFFD");
}

function nameOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Reads the fixed parts of a template as a browser does, as far as this code writes it: double quotes, no comments, no scripts. */
function contextsOf(strings: readonly string[]): readonly Context[] {
  let context: Context = "text";
  return strings.slice(0, -1).map((part): Context => {
    for (const character of part) {
      if (context === "text") {
        if (character === "<") context = "tag";
      } else if (context === "tag") {
        if (character === '"') context = "attribute";
        else if (character === ">") context = "text";
      } else if (character === '"') context = "tag";
    }
    return context;
  });
}
