import type { Content } from "../markup.ts";
import { html } from "../markup.ts";

/** What a picture consists of, in the box whose width decides which of its drawings is shown. */
export function framed(parts: readonly Content[]): string {
  return html`<div class="fig-frame">${parts}</div>`.toString();
}
