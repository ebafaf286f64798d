import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type { Disposable, FileSystemWatcher } from "vscode-languageserver/node";
import { DidChangeWatchedFilesNotification } from "vscode-languageserver/node";
import { CONFIGURATION_FILE } from "../core.ts";
import { below } from "./projects.ts";
import type { Session } from "./session.ts";

/** Asks the client to tell of files that change on the disk: those of the folders, and each premortem.yaml that holds from above. */
export class Watch {
  readonly #session: Session;
  #registered: Disposable | undefined;
  #key = "";
  #turn: Promise<void> = Promise.resolve();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Asks anew where other files count now. */
  update(): void {
    if (!this.#session.client.watches) return;
    this.#turn = this.#turn.then(() => this.#update()).catch((error: unknown) => this.#session.log.error("The client does not watch files", error));
  }

  async #update(): Promise<void> {
    const watchers = await this.#watchers();
    const key = JSON.stringify(watchers);
    if (key === this.#key) return;
    const before = this.#registered;
    this.#registered = await this.#session.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    this.#key = key;
    before?.dispose();
  }

  async #watchers(): Promise<FileSystemWatcher[]> {
    const { projects, client } = this.#session;
    // Formats are told by content as well as by name, so every file may be one that counts.
    if (!client.watchesRelative) return [{ globPattern: "**/*" }, { globPattern: `**/${CONFIGURATION_FILE}` }];
    const read = await projects.all();
    const roots = [...new Set([...projects.folders, ...read.filter(({ selection }) => selection.marked).map(({ root }) => root)])];
    const outermost = roots.filter((root) => !roots.some((other) => below(other, root))).sort();
    const above = [...new Set(read.flatMap(({ configurationPath }) => configurationPath ?? []))].filter((path) => !outermost.some((root) => below(root, path))).sort();
    return [
      ...outermost.map((root) => ({ globPattern: { baseUri: pathToFileURL(root).href, pattern: "**/*" } })),
      ...above.map((path) => ({ globPattern: { baseUri: pathToFileURL(dirname(path)).href, pattern: CONFIGURATION_FILE } })),
    ];
  }
}
