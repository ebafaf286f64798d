import type { Range } from "../../engine/location.ts";
import type { Format } from "../format.ts";
import type { Masked } from "../template/jinja.ts";
import { maskJinja } from "../template/jinja.ts";
import type { XmlElement } from "../xml.ts";
import { parseXml } from "../xml.ts";

export type { XmlAttribute, XmlElement } from "../xml.ts";

/** A file of firewalld: a zone, a service, or rules that are handed to iptables as they stand. */
export interface FirewalldTree {
  /** The outermost element; undefined in an empty text. */
  readonly root: XmlElement | undefined;
  readonly masked: Masked;
  readonly range: Range;
}

/** What may stand before the root, each in one way only: else comments without an end take time without one. */
const ROOT = /^(?:\s|<\?[^>]*>|<!--(?:(?!-->)[\s\S])*-->)*<(?:zone|service|direct|policy|ipset)[\s/>]/;

/** firewalld's XML: firewalld.zone(5), firewalld.service(5), firewalld.richlanguage(5), firewalld.direct(5). */
export const firewalld: Format<FirewalldTree> = {
  language: "firewalld",
  recognise(path, head) {
    if (!path.endsWith(".xml")) return false;
    const root = ROOT.test(head.replace(/^\uFEFF/, ""));
    if (/(^|\/)(zones|services|policies)\/[^/]+\.xml$/.test(path) && root) return "name";
    if (/(^|\/)firewalld\/([^/]+\/)*[^/]+\.xml$/.test(path)) return root || head.trim() === "" ? "name" : false;
    return /^\s*(?:<\?[^>]*>\s*)?<zone[\s>]/.test(head) && /<(short|service|port|interface|source)[\s/>]/.test(head) ? "content" : false;
  },
  parse(text) {
    const masked = maskJinja(text);
    const { roots, errors } = parseXml(masked.text);
    const templated = masked.regions.length > 0;
    return { tree: { root: roots[0], masked, range: { start: 0, end: text.length } }, errors: templated ? errors.map((error) => ({ ...error, certain: false })) : errors };
  },
  comments: { openers: ["<!--"], inline: true, closer: "-->" },
};
