import type { Content, Markup } from "../markup.ts";
import { attribute, html } from "../markup.ts";

/**
 * Radio buttons that show one of several things, by the style sheet alone: `.fig-0:checked ~ .fig-case-0`. `first` is
 * shown. `id` names the group, and tells it from others on the page.
 */
export function choice(id: string, legend: string, cases: readonly { readonly name: string; readonly body: Content }[], first = 0): Markup {
  const buttons = cases.map(({ name }, index) => html`<input class="fig-${index}" type="radio" name="${id}" id="${id}-${index}"${attribute("checked", index === first ? "" : undefined)}><label for="${id}-${index}">${name}</label>`);
  return html`<fieldset class="fig-switch"><legend>${legend}</legend>${buttons}${cases.map(({ body }, index) => html`<div class="fig-case fig-case-${index}">${body}</div>`)}</fieldset>`;
}
