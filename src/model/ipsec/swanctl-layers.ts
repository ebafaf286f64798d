import type { Section, Setting, SwanctlTree } from "../../formats/swanctl/index.ts";
import type { Workspace } from "../workspace.ts";
import { sitesOf } from "./includes.ts";

/** One piece of a section: the same name may be written several times, in several files, and inherit from others. */
export interface Layer {
  readonly path: string;
  readonly section: Section;
}

/** A section as the daemon sees it: its pieces, the strongest first. */
export interface Layered {
  readonly layers: readonly Layer[];
  /** False where an include, a template or a reference that is not found may hide settings. */
  readonly complete: boolean;
}

/** The configuration that a file belongs to: the files that are read as one. */
export interface SwanctlConfiguration {
  readonly files: readonly { readonly path: string; readonly tree: SwanctlTree }[];
}

/** What stands in the same directory or in its `conf.d`, and what these include, is read as one configuration. */
export function configurationOf(workspace: Workspace, path: string): SwanctlConfiguration {
  return workspace.derive(allConfigurations).get(path) ?? { files: [] };
}

function allConfigurations(workspace: Workspace): Map<string, SwanctlConfiguration> {
  const files = workspace.paths.flatMap((path) => {
    const document = workspace.document(path);
    if (document?.language !== "swanctl") return [];
    const tree = document.tree as SwanctlTree;
    const includes = tree.entries.flatMap((entry) => (entry.kind === "include" && !entry.pattern.hidden ? [entry.pattern.text] : []));
    return [{ path, tree, site: baseOf(path), includes }];
  });
  const sites = sitesOf(files);
  const bySite = new Map<string, { path: string; tree: SwanctlTree }[]>();
  for (const { path, tree } of files) {
    const list = bySite.get(sites.get(path)!);
    if (list === undefined) bySite.set(sites.get(path)!, [{ path, tree }]);
    else list.push({ path, tree });
  }
  return new Map(files.map(({ path }) => [path, { files: bySite.get(sites.get(path)!)! }]));
}

function baseOf(path: string): string {
  return path.replace(/[^/]*$/, "").replace(/(^|\/)(conf|swanctl)\.d\/$/, "$1");
}

/** The pieces of the section at `names` from the top, over all files. */
export function sectionAt(configuration: SwanctlConfiguration, names: readonly string[]): Layer[] {
  let layers: Layer[] = [];
  names.forEach((name, depth) => {
    layers =
      depth === 0
        ? configuration.files.flatMap(({ path, tree }) => named(tree.entries, name).map((section) => ({ path, section })))
        : layers.flatMap(({ path, section }) => named(section.entries, name).map((inner) => ({ path, section: inner })));
  });
  return layers;
}

function named(entries: readonly { readonly kind: string }[], name: string): Section[] {
  return (entries as readonly Section[]).filter((entry) => entry.kind === "section" && entry.name.text === name);
}

/** Adds what the pieces inherit. A reference is a path from the top, its names joined by dots. */
export function layered(configuration: SwanctlConfiguration, own: readonly Layer[], seen: ReadonlySet<Section> = new Set()): Layered {
  const layers: Layer[] = [...own].reverse();
  let complete = own.every(({ section }) => section.entries.every((entry) => entry.kind === "setting" || entry.kind === "section"));
  const visited = new Set([...seen, ...own.map((layer) => layer.section)]);
  for (const { section } of own) {
    for (const reference of section.references) {
      const target = sectionAt(configuration, reference.text.split(".")).filter((layer) => !visited.has(layer.section));
      if (target.length === 0 || reference.hidden || visited.size > 1000) complete = false;
      const inherited = layered(configuration, target, visited);
      layers.push(...inherited.layers);
      complete &&= inherited.complete;
    }
  }
  return { layers, complete };
}

/** The setting in force and the file that has it; undefined where no piece sets it. */
export function settingOf({ layers }: Layered, key: string): { readonly path: string; readonly setting: Setting } | undefined {
  for (const { path, section } of layers) {
    for (let i = section.entries.length - 1; i >= 0; i--) {
      const entry = section.entries[i]!;
      if (entry.kind === "setting" && entry.key.text === key && entry.value !== undefined) return { path, setting: entry };
    }
  }
  return undefined;
}

/** The sections inside, by name, each with what it inherits in turn. */
export function subsections(configuration: SwanctlConfiguration, { layers }: Layered, matches: (name: string) => boolean = () => true): Map<string, Layered> {
  const pieces = new Map<string, Layer[]>();
  for (const { path, section } of [...layers].reverse()) {
    for (const entry of section.entries) {
      if (entry.kind !== "section" || !matches(entry.name.text)) continue;
      pieces.set(entry.name.text, [...(pieces.get(entry.name.text) ?? []), { path, section: entry }]);
    }
  }
  return new Map([...pieces].map(([name, own]) => [name, layered(configuration, own)]));
}
