import type { CancellationToken, CodeLens } from "vscode-languageserver/node";
import type { EditReach } from "../model/fleet/change/reach.ts";
import { reachesIn } from "../model/fleet/change/reach.ts";
import { english } from "../report/english.ts";
import { baseFor, fileReachTitle, reachOfFile, reachTitle } from "../report/reach.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import type { BaseTexts } from "./base.ts";
import { findBaseOf, readTexts, sidesOf } from "./base.ts";
import type { Project } from "./project.ts";
import type { Session } from "./session.ts";
import { placeOf } from "./session.ts";

/** The command behind a lens: gives the hosts by group. */
export const SHOW_REACH = "premortem.showReach";
/** The longest wait after a keystroke, in ms. */
const LONGEST_WAIT = 1_500;

interface Shown {
  readonly title: string;
  readonly reach: EditReach;
}

/** The answer to the command behind a lens. */
export interface ShownReach {
  readonly title: string;
  readonly groups: readonly { readonly name: string; readonly hosts: readonly { readonly name: string; readonly restarts: readonly string[] }[] }[];
}

/** Above each edited variable, inventory block, template, task or play: how many hosts the edit reaches, against HEAD. */
export class Lenses {
  readonly #session: Session;
  /** HEAD, for as long as nobody tells of a change on the disk. */
  readonly #heads = new Map<Project, Promise<BaseTexts | undefined>>();
  readonly #shown = new Map<string, readonly Shown[]>();
  /** How long the last answer took, in ms. */
  #cost = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** HEAD may be another one now. */
  forgetHeads(): void {
    this.#heads.clear();
  }

  async of(uri: string, token: CancellationToken): Promise<CodeLens[] | null> {
    const { settings, documents } = this.#session;
    if (settings.reach === "off") return null;
    // While the user types, nothing is worked out: the next keystroke makes it obsolete.
    if (this.#cost > 50) await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_WAIT, 2 * this.#cost)));
    if (token.isCancellationRequested) return null;
    const place = await placeOf(this.#session, uri);
    if (place === undefined || token.isCancellationRequested) return null;
    const { project, path } = place;
    const state = await project.state();
    const head = await this.#headOf(project);
    if (token.isCancellationRequested || state.workspace.text(path) !== place.document.text) return null;
    const started = performance.now();
    const shown: Shown[] = [];
    if (head !== undefined) {
      const { before, after } = sidesOf(state, head, (other) => documents.atPath(project.absolute(other)) !== undefined);
      for (const reach of reachesIn(baseFor(before, after, path), after, path)) shown.push({ title: reachTitle(reach, after, path, english), reach });
    }
    const whole = settings.reach === "always" ? reachOfFile(place.workspace, path) : undefined;
    if (whole !== undefined) shown.unshift({ title: fileReachTitle(whole, english), reach: whole });
    this.#cost = performance.now() - started;
    this.#shown.set(uri, shown);
    return shown.map(({ title, reach }, index) => {
      const { start } = place.document.lines.rangeOf(reach.range);
      return { range: { start, end: start }, command: { title, command: SHOW_REACH, arguments: [uri, index] } };
    });
  }

  /** The command: the hosts by group. Undefined where the lens is of a text that is gone. */
  show(uri: string, index: number): ShownReach | undefined {
    const shown = this.#shown.get(uri)?.[index];
    if (shown === undefined) return undefined;
    const groups = shown.reach.groups.map(({ name, hosts }) => ({ name, hosts: hosts.map(({ host, services }) => ({ name: host.name, restarts: services })) }));
    return { title: shown.title, groups };
  }

  closed(uri: string): void {
    this.#shown.delete(uri);
  }

  #headOf(project: Project): Promise<BaseTexts | undefined> {
    let head = this.#heads.get(project);
    if (head === undefined) this.#heads.set(project, (head = readHead(project)));
    return head;
  }
}

async function readHead(project: Project): Promise<BaseTexts | undefined> {
  try {
    const base = findBaseOf(project, {});
    return base && (await readTexts(base, await project.state(), project));
  } catch (error) {
    if (error instanceof Unavailable) return undefined;
    throw error;
  }
}
