import type { Format } from "../format.ts";
import { parseIfupdown } from "./parse.ts";
import type { IfupdownTree } from "./tree.ts";

export type { IfupdownOption, IfupdownStanza, IfupdownText, IfupdownTree } from "./tree.ts";

/** A line that only interfaces(5) has. */
const IFACE = /^[ \t]*iface[ \t]+\S+[ \t]+(?:inet6?|can)[ \t]+\S+/m;
const STANZA = /^[ \t]*(?:iface|auto|allow-\w+|source|source-directory|mapping|no-auto-down)[ \t]+\S/m;
const PLACE = /(?:^|\/)network\/interfaces(?:$|[.-][^/]*$|\.d\/[^/]+$)/;
const NAME = /(?:^|\/)(?:[^/]*[._-])?interfaces(?:[._-][^/]*)?$|(?:^|\/)interfaces\.d\/[^/]+$/;

/** The interfaces of Debian and its kin: interfaces(5) of ifupdown, ifupdown2 and ifupdown-ng. */
export const ifupdown: Format<IfupdownTree> = {
  language: "ifupdown",
  recognise(path, head) {
    const text = !/\.(?:md|rst|ya?ml|json|py|sh|html?|adoc|scd|pod|tex|patch|diff|tsx?|jsx?)$/.test(path);
    if (!text) return false;
    if (PLACE.test(path) || (NAME.test(path) && STANZA.test(head))) return "name";
    return IFACE.test(head) && !head.startsWith("#!") ? "content" : false;
  },
  parse: parseIfupdown,
  comments: { openers: ["#"], inline: false },
};
