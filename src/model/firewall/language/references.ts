import type { Location, Range } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import { includedFiles, readTogether } from "./files.ts";
import { nameAt, namesOf } from "./names.ts";
import type { Occurrence } from "./occurrence.ts";
import { sameName } from "./occurrence.ts";

/** A name somewhere in the files that are read together. */
export interface PlacedName extends Occurrence {
  readonly path: string;
}

/** Every place where the same name stands, in all files that are read together with `path`. */
export function placesOf(workspace: Workspace, path: string, wanted: Occurrence): PlacedName[] {
  return readTogether(workspace, path).flatMap((other) => {
    const document = workspace.document(other);
    return document === undefined ? [] : namesOf(document).flatMap((name) => (sameName(name, wanted) ? [{ ...name, path: other }] : []));
  });
}

/** Where the name at a place is defined; of an include, the files that it reads. */
export function definitionsAt(workspace: Workspace, path: string, offset: number): Location[] {
  const document = workspace.document(path);
  const name = document && nameAt(document, offset);
  if (name === undefined) return [];
  if (name.kind === "include") return includedFiles(workspace, path, name.name).map((file) => ({ path: file, range: { start: 0, end: 0 } }));
  return placesOf(workspace, path, name).filter(({ role }) => role === "definition").map(locate);
}

/** Where the name at a place is used, and where it is defined if `definitions` asks for it. */
export function referencesAt(workspace: Workspace, path: string, offset: number, definitions: boolean): Location[] {
  const document = workspace.document(path);
  const name = document && nameAt(document, offset);
  if (name === undefined || name.kind === "include") return [];
  return placesOf(workspace, path, name).filter(({ role }) => definitions || role === "use").map(locate);
}

/** The places of the same name in this file alone. */
export function highlightsAt(workspace: Workspace, path: string, offset: number): { readonly range: Range; readonly role: Occurrence["role"] }[] {
  const document = workspace.document(path);
  const name = document && nameAt(document, offset);
  if (document === undefined || name === undefined) return [];
  return namesOf(document).filter((other) => sameName(other, name)).map(({ range, role }) => ({ range, role }));
}

function locate({ path, range }: PlacedName): Location {
  return { path, range };
}
