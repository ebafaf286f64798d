import type { IpsecConfTree, Section, Setting } from "../../formats/ipsec-conf/index.ts";
import type { Workspace } from "../workspace.ts";
import { sitesOf } from "./includes.ts";

/** A section and the file that has it. */
export interface Placed {
  readonly path: string;
  readonly section: Section;
}

/** A connection as the daemon sees it: its own section first, then those of `also=`, then `%default`. */
export interface Inheritance {
  readonly chain: readonly Placed[];
  /** False where a section that is named is not found, or a template may hide settings. */
  readonly complete: boolean;
}

/** All `conn` sections that are read together: those of `ipsec.conf`, of the `ipsec.d` beside it, and of what these include. */
export function sectionsBeside(workspace: Workspace, path: string): readonly Placed[] {
  return workspace.derive(allSections).get(path) ?? [];
}

function allSections(workspace: Workspace): Map<string, readonly Placed[]> {
  const files = workspace.paths.flatMap((path) => {
    const document = workspace.document(path);
    if (document?.language !== "ipsec-conf") return [];
    const tree = document.tree as IpsecConfTree;
    return [{ path, tree, site: siteOf(path), includes: tree.includes.flatMap(({ text, hidden }) => (hidden ? [] : [text])) }];
  });
  const sites = sitesOf(files);
  const bySite = new Map<string, Placed[]>();
  for (const { path, tree } of files) {
    const site = sites.get(path)!;
    const list = bySite.get(site) ?? [];
    for (const section of tree.sections) list.push({ path, section });
    bySite.set(site, list);
  }
  return new Map(files.map(({ path }) => [path, bySite.get(sites.get(path)!)!]));
}

/** Files of `ipsec.d` go with the `ipsec.conf` beside that folder; any other pair of names does not go together. */
function siteOf(path: string): string {
  const folder = path.replace(/[^/]*$/, "");
  if (/(^|\/)ipsec\.d\/(.*\/)?$/.test(folder)) return folder.replace(/(^|\/)ipsec\.d\/.*$/, "$1");
  return /(^|\/)ipsec\.conf(\.\w+)*$/.test(path) ? folder : path;
}

/** What `section` inherits, by the order in which its settings are looked up. */
export function inheritance(all: readonly Placed[], own: Placed): Inheritance {
  const chain: Placed[] = [];
  let complete = true;
  const pending = [own];
  while (pending.length > 0 && chain.length < 100) {
    const current = pending.shift()!;
    if (chain.some(({ section }) => section === current.section)) continue;
    chain.push(current);
    if (current.section.hidden) complete = false;
    for (const { key, value } of current.section.settings) {
      if (key.text.toLowerCase() !== "also" || value === undefined) continue;
      const found = all.find(({ section }) => section.type.text === "conn" && section.name?.text === value.text);
      if (found) pending.push(found);
      else complete = false;
    }
  }
  for (const placed of all) {
    if (placed.section.type.text !== "conn" || placed.section.name?.text !== "%default") continue;
    if (chain.some(({ section }) => section === placed.section)) continue;
    chain.push(placed);
    if (placed.section.hidden) complete = false;
  }
  return { chain, complete };
}

/** The setting in force under one of its names; the last one of a section counts. */
export function settingUnder({ chain }: Inheritance, names: readonly string[]): { readonly path: string; readonly setting: Setting } | undefined {
  for (const { path, section } of chain) {
    const setting = section.settings.findLast(({ key, value }) => value !== undefined && names.includes(key.text.toLowerCase()));
    if (setting) return { path, setting };
  }
  return undefined;
}
