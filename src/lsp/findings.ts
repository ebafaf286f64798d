import { lintFiles } from "../core.ts";
import type { Finding } from "../engine/finding.ts";
import type { Workspace } from "../model/workspace.ts";
import type { OpenDocument } from "./documents.ts";
import type { Log } from "./log.ts";
import type { Place, Projects } from "./projects.ts";

/** The findings of one document at one version. */
export interface Linted extends Place {
  readonly findings: readonly Finding[];
}

/** What the rules say of documents, kept for as long as the files are the same. */
export class Findings {
  readonly #projects: Projects;
  readonly #log: Log;
  readonly #known = new WeakMap<Workspace, Map<string, readonly Finding[]>>();

  constructor(projects: Projects, log: Log) {
    this.#projects = projects;
    this.#log = log;
  }

  /** The findings of a document; undefined where Premortem does not read it, or it has changed meanwhile. */
  async of(document: OpenDocument): Promise<Linted | undefined> {
    const place = await this.#projects.place(document);
    return place && { ...place, findings: this.at(place.workspace, place.path) };
  }

  /** The findings of one file of a workspace. */
  at(workspace: Workspace, path: string): readonly Finding[] {
    let files = this.#known.get(workspace);
    if (files === undefined) this.#known.set(workspace, (files = new Map()));
    let findings = files.get(path);
    if (findings === undefined) {
      const result = lintFiles(workspace, [path]);
      this.#log.failures(result.failures);
      files.set(path, (findings = result.findings));
    }
    return findings;
  }
}
