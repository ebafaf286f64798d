import type { Format } from "../format.ts";
import type { YamlTree } from "../yaml/index.ts";
import { parseJson } from "./parse.ts";
import { recogniseJson } from "./recognise.ts";

/** JSON with hosts, networks or facts: NetBox, external node classifiers, fact caches. Nodes are those of YAML. */
export const json: Format<YamlTree> = {
  language: "json",
  recognise: recogniseJson,
  parse: parseJson,
  comments: { openers: [], inline: false },
};
