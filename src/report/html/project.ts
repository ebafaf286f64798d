import type { Finding } from "../../engine/finding.ts";
import type { Location, Position } from "../../engine/location.ts";
import { LineIndex } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { english } from "../english.ts";
import type { Reviewed, Translate } from "../reviewed.ts";
import type { Markup } from "./markup.ts";
import { html } from "./markup.ts";
import type { Limits, PageOptions } from "./options.ts";
import { LIMITS } from "./options.ts";
import { prose } from "./words.ts";
import { isSecret } from "./secrecy.ts";

/** A text of a file by lines. */
export interface Text {
  readonly text: string;
  readonly lines: LineIndex;
}

/** One reviewed project on the page: its report, and what the page asks of its files again and again. */
export class Project {
  readonly reviewed: Reviewed;
  readonly t: Translate;
  readonly options: PageOptions;
  readonly limits: Limits;
  /** Which of the page's projects it is; undefined where there is one alone. */
  readonly index: number | undefined;
  readonly #texts = new Map<string, Text>();
  readonly #hosts = new Map<string, number | undefined>();
  #paths: ReadonlyMap<string, string> | undefined;

  constructor(reviewed: Reviewed, options: PageOptions, index: number | undefined) {
    this.reviewed = reviewed;
    this.options = options;
    this.index = index;
    this.t = options.translate ?? english;
    this.limits = options.limits ?? LIMITS;
  }

  /** What the project is called where there are several: the directory that its paths begin with. */
  get name(): string {
    return this.reviewed.shown("").replace(/\/$/, "");
  }

  /** A sentence of a finding, a rule or a lesson: those are English in every language of the page, and say so where it is another. */
  said(text: string): Markup {
    const english = /^en\b/i.test(this.options.language ?? "en");
    return english ? prose(text) : html`<span lang="en">${prose(text)}</span>`;
  }

  /** An id of the page that belongs to a finding. */
  id(finding: Finding): string {
    return `f-${finding.fingerprint}${this.index === undefined ? "" : `-${this.index}`}`;
  }

  /** The text of a path as the report shows it; undefined where nobody has it. */
  text(path: string): Text | undefined {
    let known = this.#texts.get(path);
    if (known === undefined) {
      const text = this.reviewed.report.text(path);
      if (text === undefined) return undefined;
      known = { text, lines: new LineIndex(text) };
      this.#texts.set(path, known);
    }
    return known;
  }

  /** True for a file of which no line is shown. */
  isSecret(path: string): boolean {
    const own = this.workspacePath(path);
    const { before, after } = this.reviewed;
    const language = own === undefined ? undefined : (after.language(own) ?? before?.language(own));
    return isSecret(language, this.text(path)?.text ?? "");
  }

  /** The line and column of a place's start. */
  at({ path, range }: Location): Position {
    return this.text(path)?.lines.positionAt(range.start) ?? { line: 1, column: 1 };
  }

  /** The path in the workspaces of a path that the report shows. */
  workspacePath(shown: string): string | undefined {
    const { before, after } = this.reviewed;
    this.#paths ??= new Map([...(before?.paths ?? []), ...after.paths].map((path) => [this.reviewed.shown(path), path]));
    return this.#paths.get(shown);
  }

  /** The state that has a path: the head, and the base for what is gone. */
  sideOf(shown: string): "after" | "before" {
    const { before, after } = this.reviewed;
    const path = this.workspacePath(shown);
    return path === undefined || after.has(path) || before === undefined ? "after" : "before";
  }

  /** True where base and head both have a path, with another text each. */
  differs(shown: string): boolean {
    const { before, after } = this.reviewed;
    const path = this.workspacePath(shown);
    if (path === undefined || before === undefined || !before.has(path) || !after.has(path)) return false;
    return before.text(path) !== after.text(path);
  }

  /** How many hosts a finding is about, as its rule counted them, else as many as get its file; undefined where nobody knows. */
  hostsOf({ data, location }: Finding): number | undefined {
    if (typeof data["hosts"] === "number") return data["hosts"];
    if ("hosts" in data) return undefined;
    if (!this.#hosts.has(location.path)) this.#hosts.set(location.path, this.#reached(location.path));
    return this.#hosts.get(location.path);
  }

  #reached(shown: string): number | undefined {
    const path = this.workspacePath(shown);
    const { before, after } = this.reviewed;
    if (path === undefined) return undefined;
    const scope = (after.has(path) || before === undefined ? after : before).fleet.scopeOf(path);
    return isUnknown(scope) ? undefined : scope.hosts.length;
  }
}
