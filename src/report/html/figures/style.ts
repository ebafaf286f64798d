/**
 * The pictures' style sheet: part of the page's, so that drawings need no attributes of their own for colours. Three
 * palettes: light, dark and, where the reader forces colours, the system's. Pairs of colours differ in lightness too, and
 * patterns and shapes say the same again. Inside VS Code the body's class tells the theme, elsewhere the reader's setting.
 */
export const FIGURES_STYLE = `
:root {
  --fig-ink: #1f2328; --fig-dim: #59636e; --fig-line: #d1d9e0; --fig-paper: #ffffff; --fig-rest: #e6eaef;
  --fig-calm: #2f74c0; --fig-calm-soft: #b6d4f5; --fig-hot: #b3350b; --fig-hot-soft: #f6b79e; --fig-mark: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root:not(:has(body.vscode-light)) {
    --fig-ink: #e6edf3; --fig-dim: #9aa4af; --fig-line: #3d444d; --fig-paper: #0d1117; --fig-rest: #2a313a;
    --fig-calm: #58a6ff; --fig-calm-soft: #1f4a7d; --fig-hot: #ff8a5c; --fig-hot-soft: #7a3418; --fig-mark: #0d1117;
  }
}
body.vscode-dark {
  --fig-ink: #e6edf3; --fig-dim: #9aa4af; --fig-line: #3d444d; --fig-paper: var(--vscode-editor-background, #1e1e1e); --fig-rest: #2a313a;
  --fig-calm: #58a6ff; --fig-calm-soft: #1f4a7d; --fig-hot: #ff8a5c; --fig-hot-soft: #7a3418; --fig-mark: #0d1117;
}
body.vscode-light {
  --fig-paper: var(--vscode-editor-background, #ffffff);
}
body.vscode-high-contrast {
  --fig-ink: #ffffff; --fig-dim: #ffffff; --fig-line: #5e5e5e; --fig-paper: #000000; --fig-rest: #000000;
  --fig-calm: #6fc3ff; --fig-calm-soft: #00365f; --fig-hot: #ffb000; --fig-hot-soft: #5a3a00; --fig-mark: #000000;
}
body.vscode-high-contrast-light {
  --fig-ink: #000000; --fig-dim: #000000; --fig-line: #a0a0a0; --fig-paper: #ffffff; --fig-rest: #ffffff;
  --fig-calm: #003f87; --fig-calm-soft: #c5e0ff; --fig-hot: #8f1d00; --fig-hot-soft: #ffd2c2; --fig-mark: #ffffff;
}
@media (forced-colors: active) {
  :root, :root:not(:has(body.vscode-light)), body.vscode-dark, body.vscode-light, body.vscode-high-contrast, body.vscode-high-contrast-light {
    --fig-ink: CanvasText; --fig-dim: CanvasText; --fig-line: CanvasText; --fig-paper: Canvas; --fig-rest: Canvas;
    --fig-calm: CanvasText; --fig-calm-soft: Canvas; --fig-hot: Highlight; --fig-hot-soft: Canvas; --fig-mark: Canvas;
  }
  .fig-svg { forced-color-adjust: none; }
}
.fig-frame { container-type: inline-size; color: var(--fig-ink); }
.fig-svg { display: block; width: 100%; height: auto; font-family: inherit; overflow: visible; }
.fig-wide { max-width: 900px; }
.fig-narrow { display: none; max-width: 520px; }
@container (max-width: 599px) {
  .fig-wide { display: none; }
  .fig-narrow { display: block; }
}
.fig-text { fill: var(--fig-ink); font-size: 12.5px; }
.fig-small { fill: var(--fig-dim); font-size: 11px; }
.fig-strong { fill: var(--fig-ink); font-size: 12.5px; font-weight: 600; }
.fig-alarm { fill: var(--fig-hot); font-size: 12.5px; font-weight: 600; }
.fig-halo { paint-order: stroke; stroke: var(--fig-paper); stroke-width: 3px; }
.fig-grid { stroke: var(--fig-line); stroke-width: 1; fill: none; }
.fig-axis { stroke: var(--fig-dim); stroke-width: 1; fill: none; }
.fig-rest { fill: var(--fig-rest); stroke: var(--fig-dim); stroke-width: 0.75; }
.fig-calm { fill: var(--fig-calm); }
.fig-calm-soft { fill: var(--fig-calm-soft); stroke: var(--fig-calm); stroke-width: 1; }
.fig-hot { fill: var(--fig-hot); }
.fig-hot-soft { fill: var(--fig-hot-soft); stroke: var(--fig-hot); stroke-width: 1; }
.fig-hollow { fill: none; stroke: var(--fig-ink); stroke-width: 1.25; }
.fig-unsure { fill: var(--fig-paper); stroke: var(--fig-dim); stroke-width: 1; stroke-dasharray: 3 2; }
.fig-spared { fill: none; stroke: var(--fig-dim); stroke-width: 1; stroke-dasharray: 3 2; }
.fig-over { stroke: none; }
.fig-mark { stroke: var(--fig-mark); stroke-width: 1.2; stroke-opacity: 0.75; fill: none; }
.fig-point { fill: var(--fig-hot); fill-opacity: 0.7; }
.fig-doubt { stroke: var(--fig-dim); stroke-width: 1; fill: none; }
.fig-flow-opened { fill: none; stroke: var(--fig-calm); stroke-width: 2; }
.fig-flow-closed { fill: none; stroke: var(--fig-hot); stroke-width: 2; stroke-dasharray: 5 4; }
.fig-head-opened { fill: var(--fig-calm); }
.fig-cross { fill: none; stroke: var(--fig-hot); stroke-width: 2.5; }
.fig-wall { fill: var(--fig-rest); stroke: var(--fig-dim); stroke-width: 1; }
.fig-line-hot { fill: none; stroke: var(--fig-hot); stroke-width: 2; }
.fig-line-calm { fill: none; stroke: var(--fig-calm); stroke-width: 2; }
.fig-gap { fill: none; stroke: var(--fig-paper); stroke-width: 5; }
.fig-limit { fill: none; stroke: var(--fig-ink); stroke-width: 2; }
.fig-limit-was { fill: none; stroke: var(--fig-dim); stroke-width: 1.5; stroke-dasharray: 3 3; }
.fig-switch { position: relative; border: 0; margin: 0; padding: 0; min-width: 0; }
.fig-switch > legend { padding: 0; margin: 0 0 0.5em; font-weight: 600; }
.fig-switch > input { position: absolute; opacity: 0; width: 1px; height: 1px; margin: 0; }
.fig-switch > label { display: inline-block; margin: 0 0.4em 0.5em 0; padding: 0.25em 0.75em; border: 1px solid var(--fig-dim); border-radius: 1em; cursor: pointer; }
.fig-switch > input:checked + label { background: var(--fig-ink); color: var(--fig-paper); border-color: var(--fig-ink); }
.fig-switch > input:focus-visible + label { outline: 2px solid var(--fig-calm); outline-offset: 2px; }
.fig-switch > .fig-case { display: none; }
.fig-switch > .fig-0:checked ~ .fig-case-0, .fig-switch > .fig-1:checked ~ .fig-case-1, .fig-switch > .fig-2:checked ~ .fig-case-2,
.fig-switch > .fig-3:checked ~ .fig-case-3, .fig-switch > .fig-4:checked ~ .fig-case-4, .fig-switch > .fig-5:checked ~ .fig-case-5 { display: block; }
.fig-said { margin: 0 0 0.5em; color: var(--fig-dim); }
@media (forced-colors: active) {
  .fig-grid { stroke-opacity: 0.3; }
  .fig-switch > input:checked + label { background: Highlight; color: HighlightText; border-color: Highlight; forced-color-adjust: none; }
}
@media print {
  .fig-switch > input, .fig-switch > label { display: none; }
  .fig-switch > .fig-case { display: block; }
}
`;
