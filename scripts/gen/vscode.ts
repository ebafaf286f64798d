import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category?: string }[];
    readonly configuration: { readonly properties: Record<string, Setting> } | readonly { readonly properties: Record<string, Setting> }[];
    readonly keybindings?: readonly { readonly command: string; readonly key: string }[];
    readonly menus: { readonly commandPalette?: readonly { readonly command: string; readonly when?: string }[] };
  };
}

interface Setting {
  readonly default?: unknown;
  readonly description?: string;
  readonly markdownDescription?: string;
  readonly enum?: readonly unknown[];
  readonly enumDescriptions?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
}

const HEAD = `# Visual Studio Code

Findings come while you type, in files of the disk, in unsaved ones, and in virtual file systems. Each has a link to its rule's page, which the editor shows itself, the places that it is about, and quick fixes. Hovers say what a rule of a firewall does and what reaches it, and what a setting means.

A review compares the working tree, unsaved text included, with HEAD or with what you choose, in a panel beside the editor: what the change does and to how many hosts, what could go wrong, and what could not be computed. It is brought up to date while you mend what it found.

On vscode.dev, github.dev and in other browsers' editors all of this works but what needs git: there a folder is reviewed against another one. In an untrusted workspace Premortem only lints, since VS Code runs no git there.
`;

/** docs/vscode.md: the extension's commands, keys and settings, from its manifest. */
export function vscodePage(root: string): string {
  const { contributes } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const texts = JSON.parse(readFileSync(join(root, "package.nls.json"), "utf8")) as Record<string, string>;
  const said = (text = ""): string => (/^%.*%$/.test(text) ? (texts[text.slice(1, -1)] ?? "") : text);
  const hidden = new Set((contributes.menus.commandPalette ?? []).filter(({ when }) => when === "false").map(({ command }) => command));
  const commands = contributes.commands.filter(({ command }) => !hidden.has(command)).map(({ command, title, category }) => {
    const key = contributes.keybindings?.find((binding) => binding.command === command)?.key;
    return row(`${category === undefined ? "" : `${said(category)}: `}${said(title)}`, `\`${command}\``, key === undefined ? "" : `\`${key}\``);
  });
  const parts = Array.isArray(contributes.configuration) ? (contributes.configuration as readonly { properties: Record<string, Setting> }[]) : [contributes.configuration as { properties: Record<string, Setting> }];
  const settings = parts.flatMap(({ properties }) => Object.entries(properties)).map(([name, setting]) => row(`\`${name}\``, `\`${JSON.stringify(setting.default)}\``, described(setting, said)));
  return [
    HEAD,
    "## Commands\n",
    "| command | id | key |\n| --- | --- | --- |",
    ...commands,
    "\n## Settings\n",
    "| setting | default | what it does |\n| --- | --- | --- |",
    ...settings,
    "\nWhat a repository cannot tell, and what its team agrees on, stands in [`premortem.yaml`](premortem-yaml.md) instead, for the editor and the command line alike.\n",
  ].join("\n");
}

/** The sentence, and the values to choose from with what they mean. */
function described(setting: Setting, said: (text?: string) => string): string {
  const meanings = setting.markdownEnumDescriptions ?? setting.enumDescriptions ?? [];
  const values = (setting.enum ?? []).map((value, index) => `\`${String(value)}\`: ${said(meanings[index])}`);
  return [said(setting.markdownDescription ?? setting.description), ...values].filter((part) => part !== "").join(" ");
}

function row(...cells: string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s*\n\s*/g, " ")).join(" | ")} |`;
}
