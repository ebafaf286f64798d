import * as vscode from "vscode";
import { eligible } from "./files.ts";
import type { GitApi, Repository } from "./git-api.ts";
import { changesOf, filesOf } from "./git-api.ts";
import { below } from "./projects.ts";

/** A state of a repository: what the editor has, unsaved text included; the index; a commit; or no file at all, before the first commit. */
export type Revision = { readonly at: "working" } | { readonly at: "index" } | { readonly at: "commit"; readonly commit: string } | { readonly at: "nothing" };

/** How many characters of commits' texts are kept between two runs. */
const KEPT = 64 << 20;

/** The repositories that a folder lies in or holds, the inner ones first. */
export function repositoriesOf(git: GitApi, folder: vscode.Uri): Repository[] {
  const around = git.getRepository(folder);
  const inside = git.repositories.filter((repository) => repository !== around && repository.rootUri.toString() !== around?.rootUri.toString() && below(folder, repository.rootUri) !== undefined);
  inside.sort((a, b) => b.rootUri.path.length - a.rootUri.path.length);
  return around === null ? inside : [...inside, around];
}

/** The innermost of the repositories that a file lies in. They come inner ones first. */
export function repositoryOf(repositories: readonly Repository[], uri: vscode.Uri): Repository | undefined {
  return repositories.find((repository) => below(repository.rootUri, uri) !== undefined);
}

/** The files whose text at a revision may be another than the editor's. */
export async function differing(repository: Repository, revision: Revision): Promise<Map<string, vscode.Uri>> {
  if (revision.at === "working") return new Map();
  const files = changesOf(repository);
  if (revision.at === "commit" && revision.commit !== repository.state.HEAD?.commit) {
    for (const [key, uri] of filesOf(await repository.diffWith(revision.commit))) files.set(key, uri);
  }
  for (const document of vscode.workspace.textDocuments) {
    if (document.isDirty && eligible(document.uri) && below(repository.rootUri, document.uri) !== undefined) files.set(document.uri.toString(), document.uri);
  }
  return files;
}

/** Texts of files at revisions. What a commit has stays what it is, so it is kept. */
export class RevisionTexts {
  readonly #known = new Map<string, string | undefined>();
  /** Asked of git and not yet answered. */
  readonly #asked = new Map<string, Promise<string | undefined>>();
  #size = 0;

  /** A file's text; undefined where it is not there. `now`: its present text, for what is no change of the configuration. */
  async read(repository: Repository, revision: Revision, uri: vscode.Uri, now: string | undefined): Promise<string | undefined> {
    if (revision.at === "working") return now;
    if (revision.at === "nothing") return undefined;
    const ref = revision.at === "index" ? "" : revision.commit;
    const key = `${repository.rootUri.toString()}\n${ref}\n${uri.path}`;
    if (this.#known.has(key)) return alike(this.#known.get(key), now);
    // Where git rejects, the file is not there.
    const ask = (): Promise<string | undefined> => repository.show(ref, uri.fsPath).catch(() => undefined);
    if (ref === "") return alike(await ask(), now);
    let asked = this.#asked.get(key);
    if (asked === undefined) {
      asked = ask();
      this.#asked.set(key, asked);
      void asked.then((text) => {
        this.#asked.delete(key);
        this.#keep(key, text);
      });
    }
    return alike(await asked, now);
  }

  #keep(key: string, text: string | undefined): void {
    this.#size += text?.length ?? 0;
    if (this.#size > KEPT) {
      this.#known.clear();
      this.#size = text?.length ?? 0;
    }
    this.#known.set(key, text);
  }
}

/** The git extension drops a byte order mark, and with core.autocrlf a checkout has other line ends than the commit. */
function alike(text: string | undefined, now: string | undefined): string | undefined {
  if (text === undefined || now === undefined) return text;
  const marked = now.startsWith("\uFEFF") && !text.startsWith("\uFEFF") ? `\uFEFF${text}` : text;
  return unixLines(marked) === unixLines(now) ? now : marked;
}

function unixLines(text: string): string {
  return text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text;
}
