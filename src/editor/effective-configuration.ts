import * as vscode from "vscode";
import { readConfiguration } from "../core.ts";
import { DEFAULT_CONFIGURATION } from "../engine/configuration.ts";
import { loadYaml, yamlLibrary } from "../formats/yaml/load.ts";
import { eligible } from "./files.ts";
import type { Projects } from "./projects.ts";

const SCHEME = "premortem-configuration";

/** `Premortem: Show Effective Configuration`: what holds for the active editor's file, and where each value is from. */
export class EffectiveConfiguration implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #projects: Projects;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;
  readonly #texts = new Map<string, string>();

  readonly onDidChange = this.#changed.event;

  constructor(projects: Projects) {
    this.#projects = projects;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? "";
  }

  async command(): Promise<void> {
    const active = vscode.window.activeTextEditor?.document;
    const { label, source, text } = await this.#of(active !== undefined && eligible(active.uri) ? active : undefined);
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${label}/${vscode.l10n.t("Effective configuration")}.yaml` });
    this.#texts.set(uri.toString(), await describe(text, source));
    this.#changed.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  async #of(document: vscode.TextDocument | undefined): Promise<{ label: string; source: string | undefined; text: string | undefined }> {
    const folder = vscode.workspace.workspaceFolders?.[0];
    const place = document === undefined ? undefined : await this.#projects.place(document);
    const project = place?.project ?? (folder && (await this.#projects.of(folder)).at(-1));
    await project?.workspace();
    const uri = project?.configurationUri;
    return {
      label: project === undefined ? "Premortem" : project.root.path.slice(project.root.path.lastIndexOf("/") + 1),
      source: uri === undefined ? undefined : vscode.workspace.asRelativePath(uri),
      text: project?.configurationText,
    };
  }
}

/** The configuration as YAML, in bytes and seconds, with a word behind each value on where it is from. */
async function describe(text: string | undefined, source: string | undefined): Promise<string> {
  await loadYaml();
  const { Document, isMap, isScalar, parse } = yamlLibrary()!;
  const configuration = await readConfiguration(text);
  let written: unknown;
  try {
    written = text === undefined ? {} : parse(text);
  } catch {
    written = {};
  }
  const document = new Document(configuration);
  document.commentBefore = ` ${source === undefined ? vscode.l10n.t("There is no premortem.yaml: every value is the default.") : vscode.l10n.t("From {0}, and the defaults.", source)}`;
  const mark = (node: unknown, given: unknown, normal: unknown): void => {
    if (!isMap(node)) return;
    for (const pair of node.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : "";
      const from = at(given, name);
      if (isMap(pair.value) && pair.value.items.length > 0) mark(pair.value, from, at(normal, name));
      else if (pair.value !== null && typeof pair.value === "object") {
        (pair.value as { comment?: string }).comment = from === undefined ? ` ${vscode.l10n.t("default")}` : ` ${source ?? "premortem.yaml"}`;
        if ("flow" in pair.value) pair.value.flow = true;
      }
    }
  };
  mark(document.contents, written, DEFAULT_CONFIGURATION);
  return document.toString({ lineWidth: 0 });
}

function at(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
