import type { Location } from "../engine/location.ts";
import type { Workspace } from "../model/workspace.ts";
import type { LinkTo } from "../report/hover/markdown.ts";
import type { Documents } from "./documents.ts";
import type { Encoding, LspRange } from "./lines.ts";
import { Lines } from "./lines.ts";
import type { Project } from "./project.ts";
import type { Place } from "./projects.ts";

/** Turns places of a project's files into the client's addresses and positions, with one line index a file. */
export class Texts {
  readonly #documents: Documents;
  readonly #encoding: Encoding;
  readonly #project: Project;
  readonly #workspace: Workspace;
  /** Of a document that stands alone under another name: its address. */
  readonly #own: { readonly path: string; readonly uri: string } | undefined;
  readonly #lines = new Map<string, Lines>();

  constructor(documents: Documents, encoding: Encoding, project: Project, workspace: Workspace, place?: Place) {
    this.#documents = documents;
    this.#encoding = encoding;
    this.#project = project;
    this.#workspace = workspace;
    if (place !== undefined) {
      this.#own = { path: place.path, uri: place.document.uri };
      this.#lines.set(place.path, place.document.lines);
    }
  }

  uriOf(path: string): string {
    return path === this.#own?.path ? this.#own.uri : this.#documents.uriOf(this.#project.absolute(path));
  }

  linesOf(path: string): Lines {
    let lines = this.#lines.get(path);
    if (lines === undefined) this.#lines.set(path, (lines = new Lines(this.#workspace.text(path) ?? "", this.#encoding)));
    return lines;
  }

  rangeOf({ path, range }: Location): LspRange {
    return this.linesOf(path).rangeOf(range);
  }

  locationOf(at: Location): { uri: string; range: LspRange } {
    return { uri: this.uriOf(at.path), range: this.rangeOf(at) };
  }

  get linkTo(): LinkTo {
    return (at) => {
      const line = this.rangeOf(at).start.line + 1;
      return { words: `${at.path}:${line}`, address: `${this.uriOf(at.path)}#L${line}` };
    };
  }
}
