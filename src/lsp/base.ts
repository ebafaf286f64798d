import { isAbsolute, resolve } from "node:path";
import type { Base, EndOptions } from "../cli/base.ts";
import { findEnds, readBase } from "../cli/base.ts";
import type { State } from "../cli/state.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Omission } from "../vcs/tree.ts";
import { below } from "./projects.ts";
import type { Project } from "./project.ts";

/** What a project is compared with, as read once. */
export interface BaseTexts {
  readonly name: string;
  readonly texts: ReadonlyMap<string, string>;
  /** The files that count as the head's; undefined: all that are there. */
  readonly listing: ReadonlySet<string> | undefined;
  readonly omissions: readonly Omission[];
}

/** The base that options name, by default HEAD; undefined where there is no git and nothing is named. A directory may be relative to the project. */
export function findBaseOf(project: Project, { base, mergeBase }: Pick<EndOptions, "base" | "mergeBase">): Base | undefined {
  const given = base !== undefined && /^\.{1,2}(?:\/|$)/.test(base) && !isAbsolute(base) ? resolve(project.root, base) : base;
  return findEnds(project.selection, { ...(given !== undefined && { base: given }), ...(mergeBase !== undefined && { mergeBase }) }).base;
}

/** Reads a base for a project at its present state. Throws `Unavailable`. */
export async function readTexts(base: Base, state: State, project: Project): Promise<BaseTexts> {
  const { tree } = await readBase(base, state);
  const listing = base.listing();
  const texts = new Map([...tree.texts].filter(([path]) => !project.nested.some((root) => below(root, project.absolute(path)))));
  return { name: base.name, texts, listing: listing && new Set(listing), omissions: tree.omissions };
}

/**
 * The two states to compare, so that they share all that is known of what does not differ. Files that git does not know are no
 * part of the change, unless they are open.
 */
export function sidesOf({ workspace, tree }: State, { texts, listing, omissions }: BaseTexts, isOpen: (path: string) => boolean): { before: Workspace; after: Workspace } {
  const dropped = [...tree.omissions, ...omissions].filter(({ incomplete }) => incomplete);
  // What only one side could read is no change.
  const isRead = (path: string): boolean => !dropped.some((omission) => path === omission.path || path.startsWith(`${omission.path}/`));
  const counts = (path: string): boolean => isRead(path) && (listing === undefined || listing.has(tree.aliases.get(path) ?? path) || isOpen(path));
  const after = workspace.with(new Map(workspace.paths.filter((path) => !counts(path)).map((path) => [path, undefined])));
  const changes = new Map<string, string | undefined>();
  for (const path of after.paths) if (!texts.has(path)) changes.set(path, undefined);
  for (const [path, text] of texts) if (after.text(path) !== text && isRead(path)) changes.set(path, text);
  return { before: after.with(changes), after };
}
