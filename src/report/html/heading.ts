import type { Content, Markup } from "./markup.ts";
import { attribute, html } from "./markup.ts";

const TAGS = [html`h1`, html`h2`, html`h3`, html`h4`, html`h5`, html`h6`];

/** A heading of a level from 1 to 6. */
export function title(level: number, content: Content, id?: string): Markup {
  const tag = TAGS[Math.min(6, level) - 1];
  return html`<${tag}${attribute("id", id)}>${content}</${tag}>`;
}
