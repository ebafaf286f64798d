import type { Document } from "yaml";
import type { Configuration } from "../../engine/configuration.ts";
import { DEFAULT_CONFIGURATION } from "../../engine/configuration.ts";
import { nearest } from "../../engine/similar.ts";
import type { Format, Parsed } from "../format.ts";
import { TooManyFaults, boundedDocuments } from "../yaml/bounded.ts";
import { tooDeep } from "../yaml/index.ts";
import { yamlLibrary } from "../yaml/load.ts";
import type { Key } from "./keys.ts";
import { KEYS, SECTIONS, namesIn } from "./keys.ts";
import type { SeverityEntry } from "./values.ts";
import { ValueReader } from "./values.ts";

export type { SeverityEntry } from "./values.ts";
export { KEYS, SECTIONS } from "./keys.ts";
export { configurationSchema } from "./schema.ts";

/** A `premortem.yaml` as it is understood. What is wrong with it is in the errors of its parse. */
export interface ConfigFile {
  /** With the default of everything that the file leaves out or gets wrong. */
  readonly configuration: Configuration;
  /** The rules that the file gives a severity, known or not. */
  readonly severities: readonly SeverityEntry[];
}

const NOTHING: ConfigFile = { configuration: DEFAULT_CONFIGURATION, severities: [] };
/** Characters; the library compares every key of a mapping with every other. */
const LONGEST = 1 << 18;
const KEY_BY_PATH = new Map<string, Key>(KEYS.map((key) => [key.path, key]));

/** `premortem.yaml`. Needs `loadYaml()` beforehand; without it, every file is the defaults. */
export const premortemConfig: Format<ConfigFile> = {
  language: "premortem-config",
  recognise: (path) => (/(^|\/)premortem\.yaml$/.test(path) ? "name" : false),
  parse,
  comments: { openers: ["#"], inline: true },
};

/** The configuration that the text of a `premortem.yaml` gives; defaults for what is missing or wrong. */
export function configurationOf(text: string): Configuration {
  return parse(text).tree.configuration;
}

/** Undefined where the text has more mistakes than anybody makes who means it as YAML. */
function firstDocument(text: string): Document.Parsed | undefined {
  try {
    const [first] = boundedDocuments(text, { prettyErrors: false, logLevel: "silent" }, true);
    return first;
  } catch (error) {
    if (error instanceof TooManyFaults) return undefined;
    throw error;
  }
}

function parse(text: string): Parsed<ConfigFile> {
  const yaml = yamlLibrary();
  if (yaml === undefined) return { tree: NOTHING, errors: [] };
  const document = text.length > LONGEST || tooDeep(text) ? undefined : firstDocument(text);
  if (document === undefined) {
    const range = { start: 0, end: Math.min(text.length, 1) };
    return { tree: NOTHING, errors: [{ range, message: "This file is too long, nested too deeply or has too many mistakes to be read. The defaults hold. Start again with one key.", certain: true }] };
  }
  const reader = new ValueReader(yaml, document);
  for (const error of document.errors) {
    const start = Math.min(error.pos[0], text.length);
    const end = Math.min(Math.max(error.pos[1], start + 1), text.length);
    const what = error.message.replace(/\s+/g, " ").replace(/\.$/, "");
    reader.problem({ start, end }, `This is not valid YAML: ${what}. The defaults hold for what cannot be read. Correct the line.`);
  }
  const configuration: { [section: string]: unknown } = structuredClone(DEFAULT_CONFIGURATION) as never;
  readSection("", document.contents, configuration);
  return {
    tree: { configuration: configuration as unknown as Configuration, severities: reader.severities },
    errors: reader.problems.sort((a, b) => a.range.start - b.range.start),
  };

  function readSection(section: string, node: unknown, into: { [key: string]: unknown }): void {
    const map = reader.resolve(node);
    if (map === undefined && yaml!.isAlias(node)) reader.problem(reader.range(node), `Nothing is named *${node.source} above, so this is left out. Name it with &${node.source}.`);
    // A section with nothing below it is one that somebody is about to fill in.
    if (map === undefined || (yaml!.isScalar(map) && map.value === null)) return;
    if (!yaml!.isMap(map)) {
      const name = section === "" ? "premortem.yaml" : section;
      reader.problem(reader.range(node), `${name} holds settings as "key: value", not this. It is left out. Keys: ${namesIn(section).join(", ")}.`);
      return;
    }
    for (const pair of map.items) {
      const name = yaml!.isScalar(pair.key) ? String(pair.key.value) : "";
      const path = section === "" ? name : `${section}.${name}`;
      const key = KEY_BY_PATH.get(path);
      if (section === "" && Object.hasOwn(SECTIONS, name)) {
        readSection(name, pair.value, into[name] as { [key: string]: unknown });
      } else if (key === undefined) {
        unknownKey(section, name, pair.key);
      } else if (!(yaml!.isScalar(pair.value) && pair.value.value === null) && pair.value !== null) {
        const value = reader.read(path, key.kind, pair.value);
        if (value !== undefined) into[name] = value;
      }
    }
  }

  function unknownKey(section: string, name: string, node: unknown): void {
    const names = namesIn(section);
    const here = nearest(name, names);
    const elsewhere = here === undefined ? KEYS.find((key) => key.path.endsWith(`.${name}`) && !names.includes(name)) : undefined;
    const where = section === "" ? "" : ` below ${section}`;
    const hint = here ? `Did you mean ${here}?` : elsewhere ? `It belongs below ${elsewhere.path.split(".")[0]}.` : `Keys: ${names.join(", ")}.`;
    reader.problem(reader.range(node), `There is no key "${name}"${where}, so it changes nothing. ${hint}`, here);
  }
}
