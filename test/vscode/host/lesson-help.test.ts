import assert from "node:assert/strict";
import * as vscode from "vscode";
import { closeAll, found, freshDirectory, open, replace, ruleOf, settled } from "./editor.ts";

const LESSON = `id: no-swap
incident:
  organisation: Example
  date: 2024-03-01
  title: The night of the slow disks
what: The kernel swaps early.
why: It was slow.
instead: Set it to 10.
reads: sysctl-entry
when: sysctl.key == "vm.swappiness" && sysctl.number > 60
message: "Swappiness is {sysctl.number}."
examples:
  bad: [vm.swappiness = 61]
  good: [vm.swappiness = 10]
`;

const name = ({ label }: vscode.CompletionItem): string => (typeof label === "string" ? label : label.label);

/** Opens a lesson in a project of its own. */
async function lesson(text: string): Promise<vscode.TextDocument> {
  const directory = freshDirectory();
  await open("premortem.yaml", "{}\n", directory);
  return open("no-swap.lesson.yaml", text, directory);
}

/** What Premortem and all other extensions offer at the mark. */
async function offered(document: vscode.TextDocument, marked: string): Promise<vscode.CompletionItem[]> {
  await replace(document, marked.replace("¦", ""));
  const position = document.positionAt(marked.indexOf("¦"));
  return (await vscode.commands.executeCommand<vscode.CompletionList>("vscode.executeCompletionItemProvider", document.uri, position)).items;
}

describe("a lesson while it is being written", () => {
  afterEach(closeAll);

  it("is completed: starters, keys, words, fields, and each once", async () => {
    const document = await lesson("");
    assert.equal(document.languageId, "yaml");
    assert.ok((await offered(document, "¦")).map(name).includes("lesson sysctl-entry"));
    for (const [text, wanted] of [["id: a\n¦", "reads"], ["reads: ¦", "firewall-rule"], ["reads: sysctl-entry\nwhen: |\n  true &&\n  sysctl.¦\n", "number"], ['reads: sysctl-entry\nmessage: "{sysctl.¦', "hosts"]] as const) {
      const labels = (await offered(document, text)).map(name);
      assert.equal(labels.filter((label) => label === wanted).length, 1, `${text}: ${labels.join()}`);
    }
    const field = (await offered(document, "reads: sysctl-entry\nwhen: sysctl.nu¦m")).find((item) => name(item) === "number")!;
    assert.match((field.documentation as vscode.MarkdownString).value, /number/);
    assert.equal(document.getText((field.range as { replacing: vscode.Range }).replacing), "num");
  });

  it("explains its keys and fields", async () => {
    const document = await lesson(LESSON);
    const said = async (at: string): Promise<string> => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>("vscode.executeHoverProvider", document.uri, document.positionAt(LESSON.indexOf(at) + 1));
      return hovers.flatMap(({ contents }) => contents.map((part) => (typeof part === "string" ? part : part.value))).join();
    };
    assert.match(await said("instead"), /What to do instead/);
    assert.match(await said("number > 60"), /SysctlEntry\.number: int/);
  });

  it("mends a key, a word and a field with one click", async () => {
    const document = await lesson(LESSON);
    assert.deepEqual(found(document), []);
    for (const [wrong, right] of [["insted:", "instead:"], ["sysctl-entri", "sysctl-entry"], ["sysctl.numbr >", "sysctl.number >"], ["{sysctl.numbr}", "{sysctl.number}"]] as const) {
      await replace(document, LESSON.replace(right, wrong));
      await settled(document);
      let actions: vscode.CodeAction[] = [];
      for (const diagnostic of found(document).filter((one) => ruleOf(one) === "premortem/lesson")) {
        actions = [...actions, ...(await vscode.commands.executeCommand<vscode.CodeAction[]>("vscode.executeCodeActionProvider", document.uri, diagnostic.range))];
      }
      const action = actions.find(({ title, edit }) => title.startsWith("Replace by ") && edit !== undefined);
      assert.ok(action, `${wrong}: ${actions.map(({ title }) => title).join()}`);
      assert.ok(await vscode.workspace.applyEdit(action.edit!));
      assert.equal(document.getText(), LESSON);
    }
  });
});
