import assert from "node:assert/strict";
import * as vscode from "vscode";
import { closeAll, found, freshDirectory, open, replace, ruleOf, settled, until } from "./editor.ts";

const LESSON = `id: no-swap
incident:
  organisation: Example
  date: 2024-03-01
  title: The night of the slow disks
  link: https://example.net/post-mortem
what: Swapping is ![off](https://example.net/a.png) the table.
why: It was slow.
instead: Set it to 10.
reads: sysctl-entry
when: sysctl.key == "vm.swappiness" && sysctl.number > 60
message: "Swappiness is {sysctl.number}."
examples:
  bad: [vm.swappiness = 61]
  good: [vm.swappiness = 10]
`;
const read = async (uri: vscode.Uri): Promise<string> => new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
const target = (diagnostic: vscode.Diagnostic): vscode.Uri => (diagnostic.code as { target: vscode.Uri }).target;

describe("a team's own lessons in the editor", () => {
  after(closeAll);

  it("their code leads to a page, which follows the file and fetches nothing that it names", async () => {
    const directory = freshDirectory();
    // A project of its own.
    await open("premortem.yaml", "{}\n", directory);
    const lesson = await open("lessons/no-swap.lesson.yaml", LESSON, directory);
    const document = await open("etc/sysctl.d/60-own.conf", "vm.swappiness = 80\n", directory);
    await until(() => found(document).some((one) => ruleOf(one) === "lesson/no-swap"), () => {});
    const page = target(found(document).find((one) => ruleOf(one) === "lesson/no-swap")!);
    const text = await read(page);
    assert.match(text, /^# lesson\/no-swap\n\nSwapping is \\!\\\[off\\\]/);
    assert.match(text, /The night of the slow disks\]\(https:\/\/example\.net\/post-mortem\)/);
    assert.match(text, /\]\(\.\.\/\.\.\/lessons\/no-swap\.md\)/);
    assert.match(text, /Written in \[lessons\/no\\-swap\\\.lesson\\\.yaml\]\(file:.*no-swap\.lesson\.yaml\)/);
    // A link from a page has the path alone.
    assert.match(await read(page.with({ path: "/lessons/no-swap.md", query: "" })), /## Rules\n\n- \[`lesson\/no-swap`\]\(\.\.\/rules\/lesson\/no-swap\.md\)/);
    const before = await vscode.workspace.fs.stat(page);
    await replace(lesson, LESSON.replace("It was slow.", "It was very slow."));
    await settled(lesson);
    assert.match(await read(page), /It was very slow\\\./);
    assert.ok((await vscode.workspace.fs.stat(page)).mtime > before.mtime, "an open page is read again");
    await assert.rejects(async () => read(page.with({ path: "/rules/lesson/no-such.md" })));
    await replace(lesson, LESSON);
  });

  it("the hover tells why, what instead, from which incident, and where it is written", async () => {
    const directory = freshDirectory();
    await open("premortem.yaml", "{}\n", directory);
    await open("lessons/no-swap.lesson.yaml", LESSON, directory);
    const document = await open("etc/sysctl.d/60-own.conf", "vm.swappiness = 80\n", directory);
    await until(() => found(document).some((one) => ruleOf(one) === "lesson/no-swap"), () => {});
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, new vscode.Position(0, 5));
    const text = hovers.flatMap(({ contents }) => contents.map((part) => (typeof part === "string" ? part : part.value))).join("\n");
    assert.match(text, /\[lesson\/no-swap\]\(premortem:\/rules\/lesson\/no-swap\.md\?/);
    assert.match(text, /\*\*Why:\*\* It was slow/);
    assert.match(text, /\*\*Instead:\*\* Set it to 10/);
    assert.match(text, /Lesson of Example, 2024\\-03\\-01\*\* \(\[The night of the slow disks\]\(https:\/\/example\.net\/post-mortem\)\)/);
    assert.match(text, /Written in \[lessons/);
  });

  it("a shipped pack's lesson has a page too, where premortem.yaml turns the pack on", async () => {
    const directory = freshDirectory();
    await open("premortem.yaml", "lessons: [post-mortems]\n", directory);
    const document = await open("etc/wireguard/wg0.conf", "[Interface]\nAddress = 192.0.2.1/24\n[Peer]\nAllowedIPs = 192.0.2.2/32\n[Peer]\nAllowedIPs = 192.0.2.2/32\n", directory);
    await until(() => found(document).some((one) => ruleOf(one) === "lesson/wireguard-duplicate-allowedips"), () => {});
    const page = await read(target(found(document).find((one) => ruleOf(one) === "lesson/wireguard-duplicate-allowedips")!));
    assert.match(page, /A lesson of the pack post\\-mortems, which premortem\\\.yaml turns on/);
  });
});
