import { FIGURES_STYLE } from "./figures/style.ts";
import { PALETTES } from "./palette.ts";

const BASE = `
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; padding: 0; background: var(--ground); color: var(--text); font: 400 1rem/1.55 var(--vscode-font-family, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif); overflow-wrap: anywhere; }
h1, h2, h3, h4, h5 { line-height: 1.3; margin: 0; text-wrap: balance; }
h1 { font-size: 1.75rem; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 1.3rem; font-weight: 650; }
h3 { font-size: 1.1rem; font-weight: 600; }
h4 { font-size: 0.95rem; font-weight: 600; }
h5, h6 { font-size: 0.9rem; font-weight: 600; margin: 0; }
p, ul, dl, figure, pre { margin: 0; }
ul { padding: 0; list-style: none; }
a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
code, pre { font-family: var(--vscode-editor-font-family, ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace); font-size: 0.875em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
main:focus { outline: none; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: 1rem; top: -4rem; padding: 0.5rem 1rem; background: var(--ground); border: 2px solid var(--link); z-index: 2; }
.skip:focus { top: 0.5rem; }
.hidden-character { font-size: 0.8em; padding: 0 0.2em; border: 1px dashed var(--warning); border-radius: 3px; color: var(--warning); background: var(--ground); }
`;

const LAYOUT = `
.top, .layout, footer { max-width: 84rem; margin: 0 auto; padding: 0 1.5rem; }
.top { padding-top: 2rem; padding-bottom: 1.5rem; }
.verdict { text-wrap: pretty; margin-top: 0.5rem; font-size: 1.1rem; max-width: 60rem; }
.worst { margin-top: 0.5rem; max-width: 60rem; font-weight: 600; }
.worst .severity { font-size: 0.85rem; margin-right: 0.35rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.25rem, 1fr)); gap: 0.75rem; margin-top: 1.25rem; }
.tile { padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
.tile dt { font-size: 0.82rem; color: var(--dim); }
.tile dd { margin: 0.15rem 0 0; }
.tile .value { display: block; font-size: 1.5rem; font-weight: 650; line-height: 1.25; font-variant-numeric: tabular-nums; }
.tile .value.word { font-size: 1.15rem; line-height: 1.6; }
.tile .facts { display: block; font-size: 0.85rem; line-height: 1.35; }
.tile.error { border-color: var(--error); background: var(--error-ground); }
.tile.warning { border-color: var(--warning); background: var(--warning-ground); }
.tile.info { border-color: var(--info); background: var(--info-ground); }
.tile.ok { border-color: var(--ok); background: var(--ok-ground); }
.tile.error .value { color: var(--error); }
.tile.warning .value { color: var(--warning); }
.tile.info .value { color: var(--info); }
.tile.ok .value { color: var(--ok); }
.layout { display: block; }
nav { font-size: 0.9rem; padding: 1rem; border: 1px solid var(--line); border-radius: 8px; margin-bottom: 2rem; }
nav ul ul { margin: 0.25rem 0 0.5rem 0.9rem; }
nav li { margin: 0.25rem 0; }
nav > ul > li > a { font-weight: 600; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav a:not(.severity-link):not(:hover) { color: var(--text); }
.part { margin-bottom: 3rem; scroll-margin-top: 1rem; }
.part > h2 { padding-bottom: 0.4rem; border-bottom: 1px solid var(--line); margin-bottom: 1.25rem; }
.part > h3, .part > h4 { margin: 1.5rem 0 0.5rem; }
.part > p { max-width: 46rem; margin-bottom: 0.75rem; }
footer { padding-top: 1rem; padding-bottom: 2rem; color: var(--dim); font-size: 0.85rem; }
@media (min-width: 68rem) {
  .layout { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 2.5rem; align-items: start; }
  nav { position: sticky; top: 1rem; max-height: calc(100vh - 2rem); overflow-y: auto; border: 0; border-right: 1px solid var(--line); border-radius: 0; padding: 0 1rem 0 0; }
  main { max-width: 60rem; }
}
@media (max-width: 67.99rem) { nav.long ul ul ul { display: none; } }
@media (max-width: 40rem) {
  .tile:last-child:nth-child(odd) { grid-column: 1 / -1; }
  .top, .layout, footer { padding-left: 1rem; padding-right: 1rem; }
  .top { padding-top: 1.25rem; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.5rem; }
  .tile { padding: 0.5rem 0.75rem; }
  .tile .value { font-size: 1.2rem; }
  h1 { font-size: 1.4rem; }
}
`;

const FINDINGS = `
.group { margin-bottom: 1.5rem; scroll-margin-top: 1rem; }
.finding, .group.many { border: 1px solid var(--line); border-left: 4px solid var(--info); border-radius: 6px; padding: 1rem 1.25rem 1.25rem; scroll-margin-top: 1rem; }
.finding.error, .group.many.error { border-left-color: var(--error); }
.finding.warning, .group.many.warning { border-left-color: var(--warning); }
.group.many .finding { margin-top: 1rem; border-left-width: 1px; border-left-color: var(--line); }
:target { outline: 2px solid var(--link); outline-offset: 3px; }
.meta { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; align-items: baseline; font-size: 0.85rem; color: var(--dim); margin-bottom: 0.4rem; }
.severity { font-weight: 650; padding: 0.05rem 0.5rem; border-radius: 4px; border: 1px solid currentColor; }
.severity.error, .severity-link.error { color: var(--error); }
.severity.warning, .severity-link.warning { color: var(--warning); }
.severity.info, .severity-link.info { color: var(--info); }
.severity.error { background: var(--error-ground); }
.severity.warning { background: var(--warning-ground); }
.severity.info { background: var(--info-ground); }
.meta .rule { margin-left: auto; }
.message { margin-top: 0.5rem; max-width: 46rem; }
.finding section, .group.many > section, .finding > details, .group.many > details { margin-top: 1rem; }
.finding h4, .finding h5, .incident h4 { margin-bottom: 0.35rem; }
.incident { padding: 0.75rem 1rem; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; }
.incident p { max-width: 46rem; }
.incident p + p { margin-top: 0.35rem; }
.incident details { margin-top: 0.6rem; }
.incident details .who { margin-top: 0.6rem; }
.sources, .facts, .note, .where, .meaning, .count { color: var(--dim); }
.count { white-space: nowrap; }
.sources { font-size: 0.9rem; margin-top: 0.75rem; }
summary { cursor: pointer; width: fit-content; max-width: 100%; }
summary:hover { text-decoration: underline; text-underline-offset: 0.15em; }
.excerpt, .diff { margin-top: 0.6rem; scroll-margin-top: 1rem; }
figcaption { font-size: 0.88rem; margin-bottom: 0.25rem; }
pre { padding: 0.5rem 0; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; line-height: 1.5; white-space: pre-wrap; tab-size: 4; font-size: 0.82rem; }
.line { display: block; padding: 0 0.75rem 0 3.75rem; min-height: 1.5em; position: relative; text-decoration: none; }
.line::before { content: attr(data-line); position: absolute; left: 0; width: 3rem; text-align: right; color: var(--dim); }
.line.hit::before { color: var(--text); font-weight: 700; }
mark { background: var(--mark); color: var(--mark-text); border-radius: 2px; padding: 0.05em 0; }
mark:empty { padding: 0 0.15em; }
.more, .apart, .left-out { color: var(--dim); font-style: italic; }
.diff .line { padding-left: 2rem; }
.diff .line::before { content: ""; width: 1.25rem; }
.diff ins { background: var(--added); }
.diff del { background: var(--deleted); }
.diff ins.line::before { content: "+"; color: var(--ok); }
.diff del.line::before { content: "\\2212"; color: var(--error); }
.diff + .where { margin-top: 0.35rem; }
.fix-one + .fix-one { margin-top: 0.9rem; }
.fix-title { display: flex; flex-wrap: wrap; gap: 0.4rem 0.75rem; align-items: center; }
.fix-name { font-weight: 600; }
.safety { font-size: 0.82rem; padding: 0 0.45rem; border: 1px solid currentColor; border-radius: 4px; }
.safety.safe { color: var(--ok); }
.safety.unsafe { color: var(--warning); }
button.fix { font: inherit; font-size: 0.9rem; padding: 0.25rem 0.9rem; min-height: 1.75rem; border-radius: 4px; cursor: pointer; border: 1px solid var(--vscode-button-border, transparent); background: var(--vscode-button-background, #0a58a6); color: var(--vscode-button-foreground, #ffffff); }
button.fix:hover { background: var(--vscode-button-hoverBackground, #084a8c); }
button.fix[disabled] { opacity: 0.6; cursor: default; }
.numbers dl, .kinds { display: grid; gap: 0.3rem; margin-top: 0.4rem; }
.numbers dl > div { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: 0.25rem 1rem; border-top: 1px solid var(--line); padding-top: 0.3rem; font-size: 0.9rem; }
.numbers dd, .kinds dd { margin: 0; font-variant-numeric: tabular-nums; }
.numbers summary .facts { font-size: 0.85rem; margin-left: 0.35rem; }
.numbers ul { padding-left: 1rem; list-style: disc; }
.kinds > div { display: grid; grid-template-columns: minmax(16rem, 1fr) minmax(0, 2fr); gap: 0.1rem 1rem; padding: 0.3rem 0; border-top: 1px solid var(--line); }
.kinds > div:first-child { border-top: 0; }
.status { font-size: 0.8rem; border: 1px solid var(--strong); color: var(--dim); border-radius: 4px; padding: 0 0.35rem; }
.edits > li, .unknowns > li, .lines > li, .mended li { padding: 0.4rem 0; border-top: 1px solid var(--line); }
.edits > li:first-child, .unknowns > li:first-child { border-top: 0; }
.where { font-size: 0.88rem; }
.facts-list li, .columns li { padding: 0.1rem 0; }
.part > details { margin-top: 0.75rem; }
.nothing { font-size: 1.05rem; padding: 0.9rem 1.1rem; border: 1px solid var(--ok); border-radius: 6px; background: var(--ok-ground); color: var(--ok); font-weight: 600; }
.folded { padding: 0.4rem 0; }
.picture { margin-top: 1.25rem; }
.part > h3 + .picture, .part > h4 + .picture { margin-top: 0; }
.picture-summary { color: var(--dim); max-width: 46rem; margin: 0.25rem 0 0.5rem; }
.scroll { overflow-x: auto; margin-top: 0.4rem; }
table { border-collapse: collapse; font-size: 0.88rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: normal; }
@media (max-width: 40rem) {
  .finding, .group.many { padding: 0.75rem 0.85rem 1rem; }
  .group.many .finding { padding-left: 0.6rem; padding-right: 0.6rem; }
  .line { padding-left: 2.75rem; padding-right: 0.4rem; }
  .line::before { width: 2.2rem; }
  .meta .rule { margin-left: 0; }
  .kinds > div, .numbers dl > div { grid-template-columns: minmax(0, 1fr); }
}
`;

const OTHER_MEDIA = `
@media (forced-colors: active) {
  .severity, .tile, .finding, pre, nav, .incident { border-color: CanvasText; }
  .line.hit { outline: 1px solid Highlight; outline-offset: -1px; }
  button.fix { border: 1px solid ButtonText; }
}
body.vscode-high-contrast .line.hit { outline: 1px dashed var(--vscode-contrastActiveBorder, var(--strong)); outline-offset: -1px; }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media print {
  body { font-size: 10pt; }
  nav, .skip, button.fix { display: none; }
  .layout { display: block; }
  .finding, .group.many, .tile { break-inside: avoid-page; }
  .excerpt, .diff, .incident, pre { break-inside: avoid; }
  a { color: inherit; }
  a.source::after { content: " <" attr(href) ">"; }
}
`;

/** The page's whole style sheet, pictures included. Its hash is what the policy of a file lets in. */
export const PAGE_STYLE = PALETTES + BASE + LAYOUT + FINDINGS + OTHER_MEDIA + FIGURES_STYLE;
