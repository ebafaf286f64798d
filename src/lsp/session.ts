import type { Connection } from "vscode-languageserver/node";
import { LSPErrorCodes, ResponseError } from "vscode-languageserver/node";
import type { Client, Settings } from "./client.ts";
import type { Documents } from "./documents.ts";
import type { Findings } from "./findings.ts";
import type { Log } from "./log.ts";
import type { Progress } from "./progress.ts";
import type { Place, Projects } from "./projects.ts";
import { Texts } from "./texts.ts";

/** All that the parts of the server share. */
export interface Session {
  readonly connection: Connection;
  readonly client: Client;
  readonly documents: Documents;
  readonly projects: Projects;
  readonly findings: Findings;
  readonly progress: Progress;
  readonly log: Log;
  settings: Settings;
}

/** Places of a document's project in the client's terms. */
export function textsAround({ documents, client }: Session, place: Place): Texts {
  return new Texts(documents, client.encoding, place.project, place.workspace, place);
}

/** A document among its files; undefined where it is switched off or not read. Throws where it has changed while it was looked at. */
export async function placeOf(session: Session, uri: string): Promise<Place | undefined> {
  const document = session.documents.get(uri);
  if (document === undefined || !session.settings.enable) return undefined;
  const place = await session.projects.place(document);
  if (!session.documents.isCurrent(document)) throw outdated();
  return place;
}

/** The answer to a request that was about a text which is no longer the present one. */
export function outdated(): ResponseError {
  return new ResponseError(LSPErrorCodes.ContentModified, "The text has changed meanwhile.");
}
