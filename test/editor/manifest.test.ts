import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { localisedSources } from "../../scripts/gen/localisation.ts";

interface Entry {
  readonly command: string;
  readonly when?: string;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly contributes: {
    readonly commands: readonly { readonly command: string; readonly category?: string; readonly icon?: string }[];
    readonly menus: Readonly<Record<string, readonly Entry[]>>;
    readonly keybindings: readonly Entry[];
    readonly viewsWelcome: readonly { readonly when: string; readonly contents: string }[];
    readonly languages: readonly { readonly id: string }[];
    readonly taskDefinitions: readonly { readonly type: string }[];
  };
}

const { activationEvents, contributes } = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const { commands, menus, keybindings, viewsWelcome, languages, taskDefinitions } = contributes;
const english = JSON.parse(readFileSync("package.nls.json", "utf8")) as Record<string, string>;

/** Where VS Code's git can be: no browser of its own, no virtual file system, and a folder. */
const GIT = "(!isWeb || remoteName) && !virtualWorkspace && workspaceFolderCount != 0";
/** What compares with a state that git has. */
const OF_GIT = ["premortem.reviewChange", "premortem.reviewFile", "premortem.reviewFolder"];
/** Menus that git's own part of VS Code shows, or files that differ from HEAD. */
const SHOWN_BY_GIT = /^scmProvider == git$|^resource in premortem\.differing$/;

describe("the manifest", () => {
  it("offers nothing that needs git where there can be none", () => {
    const palette = menus["commandPalette"]!;
    for (const name of OF_GIT) assert.ok(palette.some(({ command }) => command === name), `${name} has a condition in the palette`);
    const all = [...Object.values(menus).flat(), ...keybindings].filter(({ command, when }) => OF_GIT.includes(command) && when !== "false");
    assert.ok(all.length > 6);
    assert.deepEqual(all.filter(({ when = "" }) => !when.includes(GIT) && !SHOWN_BY_GIT.test(when)), []);
    const welcoming = viewsWelcome.filter(({ contents }) => english[contents.slice(1, -1)]!.includes("command:premortem.reviewChange"));
    assert.ok(welcoming.length > 0);
    for (const { when } of welcoming) assert.ok(when.includes(GIT), when);
  });

  it("names only commands that there are, and gives those in menus their picture where one is shown", () => {
    const known = new Map(commands.map((one) => [one.command, one]));
    for (const { command } of [...Object.values(menus).flat(), ...keybindings]) assert.ok(known.has(command), command);
    for (const { command, category } of commands) assert.equal(category, "Premortem", command);
    const pictured = ["scm/title", "view/title", "view/item/context", "editor/title"].flatMap((menu) => menus[menu]! as readonly (Entry & { readonly group: string })[]);
    for (const { command, group } of pictured) if (/^(?:navigation|inline)/.test(group)) assert.match(known.get(command)?.icon ?? "", /^\$\([\w-]+\)$/, command);
  });

  it("asks for no context of its own that the code does not set", () => {
    const code = localisedSources(".").filter((path) => path.startsWith("src/e")).map((path) => readFileSync(path, "utf8")).join("\n");
    const asked = new Set([...JSON.stringify({ menus, keybindings, viewsWelcome }).matchAll(/(?<![\w:"])!?(premortem\.(?:reviewed|differing|sample\w+))|in (premortem\.\w+)/g)].map((match) => (match[1] ?? match[2])!));
    assert.ok(asked.size > 1);
    for (const key of asked) assert.ok(code.includes(`"${key}"`), key);
  });

  it("is activated by no event that VS Code derives from the rest", () => {
    const derived = [...commands.map(({ command }) => `onCommand:${command}`), ...languages.map(({ id }) => `onLanguage:${id}`), ...taskDefinitions.map(({ type }) => `onTaskType:${type}`), "onView:premortem.view"];
    assert.deepEqual(activationEvents.filter((event) => event === "*" || derived.includes(event)), []);
  });
});
