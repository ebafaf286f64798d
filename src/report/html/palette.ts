/** The colours of a theme: names without their dashes. Texts keep 4.5:1 and more on every ground that they stand on (WCAG 2.2 AA). */
type Palette = { readonly [name: string]: string };

const LIGHT: Palette = {
  ground: "#ffffff",
  raised: "#f6f8fa",
  text: "#1c2128",
  dim: "#57606a",
  line: "#d3d9e0",
  strong: "#8c959f",
  link: "#0a58a6",
  error: "#b3261e",
  warning: "#855000",
  info: "#0a58a6",
  ok: "#1a6b3a",
  "error-ground": "#fdeceb",
  "warning-ground": "#fff3d9",
  "info-ground": "#e9f2fb",
  "ok-ground": "#e6f5eb",
  mark: "#ffe28a",
  "mark-text": "#1c2128",
  added: "#e3f6e8",
  deleted: "#fde8e6",
};

const DARK: Palette = {
  ground: "#16191d",
  raised: "#1f2429",
  text: "#e4e7eb",
  dim: "#a7b0ba",
  line: "#39414a",
  strong: "#6b7580",
  link: "#7dbbff",
  error: "#ff9a91",
  warning: "#f0c35a",
  info: "#7dbbff",
  ok: "#74d698",
  "error-ground": "#391d1c",
  "warning-ground": "#342a12",
  "info-ground": "#16283b",
  "ok-ground": "#15301f",
  mark: "#5f4d13",
  "mark-text": "#fff6d6",
  added: "#173a24",
  deleted: "#44211f",
};

/** High contrast has no tinted grounds: lines tell things apart. */
const CONTRAST: Palette = {
  ...DARK,
  ground: "#000000",
  raised: "#000000",
  text: "#ffffff",
  dim: "#ffffff",
  line: "#6fc3df",
  strong: "#6fc3df",
  "error-ground": "#000000",
  "warning-ground": "#000000",
  "info-ground": "#000000",
  "ok-ground": "#000000",
  mark: "#ffffff",
  "mark-text": "#000000",
  added: "#000000",
  deleted: "#000000",
};

const CONTRAST_LIGHT: Palette = {
  ...LIGHT,
  ground: "#ffffff",
  raised: "#ffffff",
  text: "#000000",
  dim: "#292929",
  line: "#0f4a85",
  strong: "#0f4a85",
  "error-ground": "#ffffff",
  "warning-ground": "#ffffff",
  "info-ground": "#ffffff",
  "ok-ground": "#ffffff",
  mark: "#0f4a85",
  "mark-text": "#ffffff",
  added: "#ffffff",
  deleted: "#ffffff",
};

/** What the editor's theme says instead, where it says it. */
const EDITOR: Palette = {
  ground: "--vscode-editor-background",
  raised: "--vscode-textCodeBlock-background",
  text: "--vscode-editor-foreground",
  dim: "--vscode-descriptionForeground",
  line: "--vscode-panel-border",
  link: "--vscode-textLink-foreground",
};

/** High-contrast themes name their lines themselves. */
const EDITOR_CONTRAST: Palette = { ground: EDITOR["ground"]!, text: EDITOR["text"]!, line: "--vscode-contrastBorder", strong: "--vscode-contrastBorder", link: EDITOR["link"]! };

function declarations(palette: Palette, editor: Palette = {}): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${editor[name] === undefined ? colour : `var(${editor[name]}, ${colour})`};`)
    .join(" ");
}

/** The colours as custom properties: by what the reader prefers in a file, by the editor's theme in its panel. */
export const PALETTES = `
:root { color-scheme: light dark; ${declarations(LIGHT)} }
@media (prefers-color-scheme: dark) { :root { ${declarations(DARK)} } }
@media print { :root { color-scheme: light; ${declarations(LIGHT)} } }
body.vscode-light { color-scheme: light; ${declarations(LIGHT, EDITOR)} }
body.vscode-dark { color-scheme: dark; ${declarations(DARK, EDITOR)} }
body.vscode-high-contrast { color-scheme: dark; ${declarations(CONTRAST, EDITOR_CONTRAST)} }
body.vscode-high-contrast-light { color-scheme: light; ${declarations(CONTRAST_LIGHT, EDITOR_CONTRAST)} }
`;
