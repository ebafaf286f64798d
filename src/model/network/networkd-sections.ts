import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { UnitEntry, UnitSection, UnitTree } from "../../formats/networkd/index.ts";
import type { Workspace } from "../workspace.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Written } from "./network.ts";
import { SourceText } from "./source-text.ts";

const FILE = /^(.*?)\.(network|netdev|link)((?:\.d\/[^/]+\.conf)?)$/;
const TEMPLATE = /\.(?:j2|jinja2?|erb|tmpl|epp|in)$/;

/** The sections of one file of networkd; settings and sections may be repeated. */
export class NetworkdSections {
  readonly source: SourceText;
  /** Which of the three kinds of files it is, by its name or, under another, by its sections. */
  readonly kind: "network" | "netdev" | "link";
  readonly #sections: readonly UnitSection[];

  constructor(source: SourceText, tree: UnitTree) {
    this.source = source;
    this.#sections = tree.sections;
    const named = FILE.exec(source.path.replace(TEMPLATE, ""))?.[2] as "network" | "netdev" | "link" | undefined;
    const has = (name: string): boolean => tree.sections.some((section) => section.name === name);
    this.kind = named ?? (has("NetDev") ? "netdev" : has("Network") || !has("Link") ? "network" : "link");
  }

  /** Every section of one of these names. */
  sections(...names: readonly string[]): UnitSection[] {
    return this.#sections.filter(({ name }) => names.includes(name));
  }

  /** Every setting of a key in sections of a name; an empty one takes back those before it. */
  all(section: string | UnitSection, ...keys: readonly string[]): UnitEntry[] {
    const entries: UnitEntry[] = [];
    for (const { entries: own } of typeof section === "string" ? this.sections(section) : [section]) {
      for (const entry of own) {
        if (!keys.includes(entry.key)) continue;
        if (entry.value === "") entries.length = 0;
        else entries.push(entry);
      }
    }
    return entries;
  }

  /** The last setting of a key as text. */
  last(section: string | UnitSection, ...keys: readonly string[]): Written<Maybe<string>> | undefined {
    const entry = this.all(section, ...keys).at(-1);
    return entry && this.source.written(entry.value, entry.valueRange);
  }

  /** The last setting of a key as a number of bytes, `9K` with a suffix to the base of 1024. */
  bytes(section: string | UnitSection, ...keys: readonly string[]): Written<Maybe<number>> | undefined {
    const written = this.last(section, ...keys);
    if (written === undefined || isUnknown(written.value)) return written as Written<Maybe<number>> | undefined;
    const match = /^(\d{1,9})([KMG]?)$/.exec(written.value);
    const value = match === null ? unknown(`${written.value.slice(0, 60)} is no number of bytes`) : Number(match[1]) * 1024 ** " KMG".indexOf(match[2] || " ");
    return { value, location: written.location };
  }

  /** The words of every setting of a key, each with its place. */
  words(section: string | UnitSection, ...keys: readonly string[]): Written<Maybe<string>>[] {
    return this.all(section, ...keys).flatMap(({ value, valueRange: { start, end } }) => {
      const whole = end - start === value.length;
      return [...value.matchAll(/\S+/g)].map(({ 0: word, index }) => this.source.written(word, whole ? { start: start + index, end: start + index + word.length } : { start, end }));
    });
  }

  /** True where a template decides whether every setting of the file is there. */
  get conditional(): boolean {
    const all = this.#sections.flatMap(({ entries }) => entries);
    return all.length > 0 && all.every(({ conditional }) => conditional);
  }
}

/** The sections of a file; undefined where it is none of networkd's. */
export function sectionsOf(source: SourceText): NetworkdSections | undefined {
  const document = source.workspace.document(source.path);
  return document?.language === "networkd" ? new NetworkdSections(source, document.tree as UnitTree) : undefined;
}

function networkdByFolder(workspace: Workspace): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>();
  for (const path of workspace.paths) {
    if (workspace.document(path)?.language !== "networkd") continue;
    const folder = folderOf(path);
    const list = folders.get(folder);
    if (list === undefined) folders.set(folder, [path]);
    else list.push(path);
  }
  return folders;
}

/** The links' files of one folder by the device that they speak of. */
interface FolderOfLinks {
  /** Paths of files whose [Match] names the device. */
  readonly matching: ReadonlyMap<string, readonly string[]>;
  /** The link upon which the device stands, whose file names it: `VLAN=`, `Tunnel=`, … */
  readonly below: ReadonlyMap<string, Written<Maybe<string>>>;
}

/** Settings of [Network] that name a device which is stacked upon the link. */
export const STACKED = ["VLAN", "Tunnel", "VXLAN", "MACVLAN", "IPVLAN", "Xfrm"] as const;

/** What the files beside a device's say of it: those that match it, and the link upon which it stands. */
export function linksBeside({ workspace, path, host }: SourceText, name: string): { readonly configured: readonly NetworkdSections[]; readonly below: Written<Maybe<string>> | undefined } {
  const folder = folderOf(path);
  const known = host === undefined || workspace.fleet.host(host.name) === host;
  const { matching, below } = known ? workspace.derive(linksIn, `${folder}\0${host?.name ?? ""}`) : readLinks(workspace, folder, host);
  return { configured: (matching.get(name) ?? []).map((other) => sectionsOf(new SourceText(workspace, other, host))!), below: below.get(name) };
}

function linksIn(workspace: Workspace, key: string): FolderOfLinks {
  const [folder, name] = key.split("\0") as [string, string];
  return readLinks(workspace, folder, name === "" ? undefined : workspace.fleet.host(name));
}

function readLinks(workspace: Workspace, folder: string, host: Host | undefined): FolderOfLinks {
  const matching = new Map<string, string[]>();
  const below = new Map<string, Written<Maybe<string>>>();
  for (const other of workspace.derive(networkdByFolder).get(folder) ?? []) {
    const sections = sectionsOf(new SourceText(workspace, other, host));
    if (sections?.kind !== "network") continue;
    const names = sections.words("Match", "Name");
    const link = names.find(({ value }) => !isUnknown(value) && !/[*?[!]/.test(value));
    for (const { value } of names) {
      if (isUnknown(value)) continue;
      const list = matching.get(value);
      if (list === undefined) matching.set(value, [other]);
      else list.push(other);
    }
    if (link === undefined) continue;
    for (const { value } of sections.words("Network", ...STACKED)) if (!isUnknown(value) && !below.has(value)) below.set(value, link);
  }
  return { matching, below };
}

/** The file that a drop-in, `X.network.d/….conf`, adds to; undefined where it is none or the file is not there. */
export function dropInParent({ workspace, path, host }: SourceText): NetworkdSections | undefined {
  const match = FILE.exec(path.replace(TEMPLATE, ""));
  if (match === null || match[3] === "") return undefined;
  const stem = `${match[1]}.${match[2]}`;
  const parent = [stem, `${stem}.j2`, `${stem}.jinja`, `${stem}.erb`].find((one) => workspace.document(one)?.language === "networkd");
  return parent === undefined ? undefined : sectionsOf(new SourceText(workspace, parent, host));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}
