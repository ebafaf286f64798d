import * as vscode from "vscode";
import { CONFIGURATION_FILE } from "../core.ts";
import type { Trait } from "../engine/configuration.ts";
import { loadYaml } from "../formats/yaml/load.ts";
import type { Answers, Candidate } from "../model/configuration/draft.ts";
import { configurationEdits, draftConfiguration, groupCandidates, isNetwork, networkCandidates } from "../model/configuration/draft.ts";
import type { Workspace } from "../model/workspace.ts";
import { readIfThere } from "./files.ts";
import type { Project } from "./project.ts";
import type { Projects } from "./projects.ts";

export type { Answers } from "../model/configuration/draft.ts";

type Item = vscode.QuickPickItem & { readonly name?: string };

/** `Premortem: Create premortem.yaml…`: asks about what was found, and opens the file with the answers, unsaved. */
export async function createConfiguration(projects: Projects, given?: Answers): Promise<vscode.TextDocument | undefined> {
  const project = await chooseProject(projects);
  if (project === undefined) return undefined;
  const workspace = await project.workspace();
  await loadYaml();
  const answers = given ?? (await ask(workspace));
  return answers && open(project, answers);
}

async function chooseProject(projects: Projects): Promise<Project | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    void vscode.window.showWarningMessage(vscode.l10n.t("premortem.yaml belongs into a folder, and none is open. Open the repository's folder, then try again."));
    return undefined;
  }
  const active = vscode.window.activeTextEditor?.document.uri;
  const own = active && vscode.workspace.getWorkspaceFolder(active);
  const folder = own ?? (folders.length === 1 ? folders[0] : await vscode.window.showWorkspaceFolderPick({ placeHolder: vscode.l10n.t("Which folder is premortem.yaml for?") }));
  // The folder itself comes last, behind the projects in it.
  return folder && (await projects.of(folder)).at(-1);
}

async function ask(workspace: Workspace): Promise<Answers | undefined> {
  const questions: readonly (readonly [Trait, string])[] = [
    ["storage", vscode.l10n.t("Which of these groups are storage?")],
    ["hypervisor", vscode.l10n.t("Which of these groups are hypervisors?")],
    ["router", vscode.l10n.t("Which of these groups are routers?")],
    ["lab", vscode.l10n.t("Which of these groups are the lab?")],
    ["production", vscode.l10n.t("Which of these groups are production?")],
  ];
  const hasGroups = groupCandidates(workspace, "storage").length > 0;
  const steps = (hasGroups ? questions.length : 0) + 1;
  const groups: { [T in Trait]?: readonly string[] } = {};
  for (const [index, [trait, question]] of hasGroups ? questions.entries() : []) {
    const candidates = groupCandidates(workspace, trait);
    const picked = await pick(`${question} (${index + 1}/${steps})`, candidates);
    if (picked === undefined) return undefined;
    // "None" is said only where a name would speak for some; what nobody would guess needs no word.
    if (picked.length > 0 || candidates.some(({ why }) => why !== undefined)) groups[trait] = picked;
  }
  const networks = await askForNetworks(workspace, `(${steps}/${steps})`);
  return networks && { groups, ...(networks.length > 0 && { networks }) };
}

async function pick(title: string, candidates: readonly Candidate[], more: readonly Item[] = []): Promise<string[] | undefined> {
  const items = candidates.map(({ name, hosts, why }): Item => {
    const count = hosts === 0 ? [] : hosts === 1 ? vscode.l10n.t("1 host") : vscode.l10n.t("{0} hosts", hosts);
    return { label: name, name, description: [count, why ?? []].flat().join(" · "), picked: why !== undefined };
  });
  const placeHolder = vscode.l10n.t("Likely ones are selected. Enter goes on, Escape ends.");
  const picked = await vscode.window.showQuickPick<Item>([...items, ...more], { title, placeHolder, canPickMany: true, matchOnDescription: true, ignoreFocusOut: true });
  return picked?.map(({ name }) => name ?? "");
}

async function askForNetworks(workspace: Workspace, step: string): Promise<string[] | undefined> {
  const title = `${vscode.l10n.t("From which networks do operators reach the hosts?")} ${step}`;
  const other = { label: vscode.l10n.t("$(edit) Other networks…"), alwaysShow: true };
  const picked = await pick(title, networkCandidates(workspace), [other]);
  if (picked === undefined) return undefined;
  const known = picked.filter((name) => name !== "");
  if (known.length === picked.length) return known;
  const typed = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t("Networks with commas between them, such as 192.0.2.0/24"),
    ignoreFocusOut: true,
    validateInput: (value) => (listOf(value).every(isNetwork) ? undefined : vscode.l10n.t("A network has a prefix length, such as 192.0.2.0/24.")),
  });
  return typed === undefined ? undefined : [...known, ...listOf(typed)];
}

function listOf(text: string): string[] {
  return text.split(/[,\s]+/).filter(Boolean);
}

/** The file with the answers in an editor, not saved: a new one, or the one that is there with what is missing. */
async function open(project: Project, answers: Answers): Promise<vscode.TextDocument | undefined> {
  const uri = vscode.Uri.joinPath(project.root, CONFIGURATION_FILE);
  const edit = new vscode.WorkspaceEdit();
  let document: vscode.TextDocument;
  if ((await readIfThere(uri)) === undefined) {
    document = await vscode.workspace.openTextDocument(uri.with({ scheme: "untitled" }));
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), draftConfiguration(answers));
  } else {
    document = await vscode.workspace.openTextDocument(uri);
    const edits = configurationEdits(document.getText(), answers);
    if (edits === undefined) {
      await vscode.window.showTextDocument(document);
      void vscode.window.showWarningMessage(vscode.l10n.t("premortem.yaml cannot be read, so nothing was added to it. Correct what is marked in it, then try again."));
      return undefined;
    }
    for (const { start, end, newText } of edits) edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), newText);
  }
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document);
  return document;
}
