import { fileURLToPath, pathToFileURL } from "node:url";
import type { TextDocumentContentChangeEvent } from "vscode-languageserver/node";
import type { Encoding } from "./lines.ts";
import { Lines } from "./lines.ts";

/** A text that is open in the client, at one version. */
export interface OpenDocument {
  /** As the client writes it. */
  readonly uri: string;
  /** Absolute; undefined for what is no file. */
  readonly path: string | undefined;
  readonly language: string;
  readonly version: number;
  readonly text: string;
  readonly lines: Lines;
}

/** The open documents. A document is replaced at every change, so that whoever holds one can tell that it is no longer the present one. */
export class Documents {
  readonly #encoding: Encoding;
  readonly #open = new Map<string, OpenDocument>();
  readonly #news = new Set<string>();

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  get all(): readonly OpenDocument[] {
    return [...this.#open.values()];
  }

  /** The documents that were opened or have changed since this was last asked. */
  takeNews(): OpenDocument[] {
    const news = [...this.#news].flatMap((key) => this.#open.get(key) ?? []);
    this.#news.clear();
    return news;
  }

  get(uri: string): OpenDocument | undefined {
    return this.#open.get(keyOf(uri));
  }

  atPath(path: string): OpenDocument | undefined {
    return this.#open.get(path);
  }

  isCurrent(document: OpenDocument): boolean {
    return this.get(document.uri) === document;
  }

  /** Opens a document; one that is open already is taken as it is now. */
  open(uri: string, language: string, version: number, text: string): OpenDocument {
    return this.#set({ uri, path: pathOf(uri), language, version, text, lines: new Lines(text, this.#encoding) });
  }

  /** Applies changes in their order; undefined where the document is not open. */
  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): OpenDocument | undefined {
    const document = this.get(uri);
    if (document === undefined) return undefined;
    let { text, lines } = document;
    for (const change of changes) {
      if ("range" in change && change.range !== undefined) {
        const { start, end } = lines.spanOf(change.range);
        text = text.slice(0, start) + change.text + text.slice(end);
      } else {
        text = change.text;
      }
      lines = new Lines(text, this.#encoding);
    }
    return this.#set({ ...document, version, text, lines });
  }

  close(uri: string): OpenDocument | undefined {
    const document = this.get(uri);
    this.#open.delete(keyOf(uri));
    return document;
  }

  /** The address of a file: as the client writes it, where it is open. */
  uriOf(path: string): string {
    return this.#open.get(path)?.uri ?? pathToFileURL(path).href;
  }

  #set(document: OpenDocument): OpenDocument {
    this.#open.set(document.path ?? document.uri, document);
    this.#news.add(document.path ?? document.uri);
    return document;
  }
}

/** The absolute path of a `file:` address, without `.` and `..`; undefined for others. Clients escape the same path in several ways. */
export function pathOf(uri: string): string | undefined {
  if (!uri.startsWith("file:")) return undefined;
  try {
    const path = fileURLToPath(uri);
    return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  } catch {
    return undefined;
  }
}

function keyOf(uri: string): string {
  return pathOf(uri) ?? uri;
}
