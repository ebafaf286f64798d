import type { IpsecConfTree, Section, Setting } from "../../formats/ipsec-conf/index.ts";
import type { Workspace } from "../workspace.ts";

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

/** All `conn` sections that are read together: those of `ipsec.conf` and of the `ipsec.d` beside it. */
export function sectionsBeside(workspace: Workspace, path: string): readonly Placed[] {
  return workspace.derive(bySite).get(siteOf(path)) ?? [];
}

function bySite(workspace: Workspace): Map<string, Placed[]> {
  const result = new Map<string, Placed[]>();
  for (const path of workspace.paths) {
    const document = workspace.document(path);
    if (document?.language !== "ipsec-conf") continue;
    const site = siteOf(path);
    const sections = result.get(site) ?? [];
    for (const section of (document.tree as IpsecConfTree).sections) sections.push({ path, section });
    result.set(site, sections);
  }
  return result;
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
