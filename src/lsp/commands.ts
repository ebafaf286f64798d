import type { CancellationToken, ExecuteCommandParams } from "vscode-languageserver/node";
import { ErrorCodes, LSPErrorCodes, MessageType, ResponseError, ShowMessageNotification } from "vscode-languageserver/node";
import { lessonFor, lessonRules, rules } from "../core.ts";
import { suppressing } from "../engine/suppress.ts";
import { lessons } from "../lessons/index.ts";
import { lessonPage, rulePage } from "../report/page.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import { APPLY, applyDeferred } from "./actions.ts";
import type { Lenses } from "./lenses.ts";
import { SHOW_REACH } from "./lenses.ts";
import type { ReviewOptions, Reviews } from "./reviews.ts";
import type { Session } from "./session.ts";
import { placeOf } from "./session.ts";

const REVIEW = "premortem.review";
const CLEAR = "premortem.clearReview";
const SUPPRESS = "premortem.suppress";
const EXPLAIN = "premortem.explain";

/** The commands that a client may run. */
export const COMMANDS: readonly string[] = [REVIEW, CLEAR, SUPPRESS, EXPLAIN, SHOW_REACH, APPLY];

/** Runs commands of the client. */
export class Commands {
  readonly #session: Session;
  readonly #reviews: Reviews;
  readonly #lenses: Lenses;

  constructor(session: Session, reviews: Reviews, lenses: Lenses) {
    this.#session = session;
    this.#reviews = reviews;
    this.#lenses = lenses;
  }

  async run({ command, arguments: given = [] }: ExecuteCommandParams, token: CancellationToken): Promise<unknown> {
    switch (command) {
      case REVIEW:
        return this.#review(given[0], token);
      case CLEAR:
        this.#reviews.clear();
        return null;
      case SUPPRESS:
        return this.#suppress(given);
      case EXPLAIN:
        return this.#explain(given[0]);
      case SHOW_REACH: {
        const shown = typeof given[0] === "string" && typeof given[1] === "number" ? this.#lenses.show(given[0], given[1]) : undefined;
        if (shown !== undefined) this.#tell([shown.title, ...shown.groups.map(({ name, hosts }) => `${name}: ${hosts.map((host) => host.name).join(", ")}`)].join("\n"));
        return shown ?? null;
      }
      case APPLY:
        await applyDeferred(this.#session, given[0] as Parameters<typeof applyDeferred>[1], (uri) => this.#reviews.findingsOf(uri));
        return null;
      default:
        throw new ResponseError(ErrorCodes.InvalidParams, `There is no command ${command}. These are: ${COMMANDS.join(", ")}.`);
    }
  }

  /** Shows a message that needs no answer. */
  #tell(message: string): void {
    void this.#session.connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Info, message });
  }

  async #review(given: unknown, token: CancellationToken): Promise<unknown> {
    try {
      const summary = await this.#reviews.run(optionsFrom(given), () => token.isCancellationRequested);
      if (summary === undefined) throw new ResponseError(LSPErrorCodes.RequestCancelled, "The review was cancelled, or another one began.");
      this.#tell(summary.message);
      return summary;
    } catch (error) {
      if (error instanceof Unavailable) throw new ResponseError(LSPErrorCodes.RequestFailed, error.message);
      throw error;
    }
  }

  /** The page of a rule or a lesson, built in or the repository's own, in Markdown. */
  async #explain(name: unknown): Promise<string> {
    const id = typeof name === "string" ? name : "";
    const rule = rules.get(id);
    if (rule !== undefined) return rulePage(id, rule, lessons);
    for (const project of await this.#session.projects.all()) {
      const workspace = await project.workspace();
      const all = lessonRules(workspace);
      const own = all.get(id);
      const taught = own?.lessons.flatMap((lesson) => lessonFor(workspace, lesson) ?? []) ?? [];
      if (own !== undefined) return rulePage(id, own, new Map(taught.map((lesson) => [lesson.id, lesson])));
      const lesson = lessonFor(workspace, id);
      if (lesson !== undefined) return lessonPage(lesson, all);
    }
    const lesson = lessons.get(id);
    if (lesson !== undefined) return lessonPage(lesson, rules);
    throw new ResponseError(ErrorCodes.InvalidParams, `There is no rule or lesson ${id}.`);
  }

  /** `[uri, line from 0, rule, whole file?, reason]`: for clients that can ask for the reason. */
  async #suppress([uri, line, rule, whole, reason]: readonly unknown[]): Promise<boolean> {
    if (typeof uri !== "string" || typeof line !== "number" || typeof rule !== "string" || typeof reason !== "string" || reason.trim() === "") {
      throw new ResponseError(ErrorCodes.InvalidParams, "A suppression needs an address, a line from 0, a rule, whether it is for the whole file, and a reason.");
    }
    const place = await placeOf(this.#session, uri);
    const comment = place && suppressing(place.document.text, place.workspace.comments(place.path), { rule, reason, line: whole === true ? undefined : line + 1 });
    if (place === undefined || comment === undefined) return false;
    const at = place.document.lines.positionAt(comment.offset);
    const edit = { changes: { [uri]: [{ range: { start: at, end: at }, newText: comment.newText }] } };
    return (await this.#session.connection.workspace.applyEdit(edit)).applied;
  }
}

function optionsFrom(given: unknown): ReviewOptions {
  if (typeof given === "string") return { base: given };
  if (typeof given !== "object" || given === null) return {};
  const { base, mergeBase, folder } = given as Record<string, unknown>;
  return {
    ...(typeof base === "string" && { base }),
    ...((typeof mergeBase === "string" || mergeBase === true) && { mergeBase }),
    ...(typeof folder === "string" && { folder }),
  };
}
