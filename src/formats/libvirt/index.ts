import type { Format } from "../format.ts";
import { maskJinja } from "../template/jinja.ts";
import type { XmlElement } from "../xml.ts";
import { parseXml } from "../xml.ts";

/** A guest as libvirt keeps it. */
export interface LibvirtTree {
  /** The element `domain`; undefined in a text that has none. */
  readonly domain: XmlElement | undefined;
}

const DOMAIN = /^\uFEFF?\s*(?:<\?[^>]*>\s*|<!--(?:[^-]|-(?!->))*-->\s*)*<domain\s+(?:[\w:]+=['"][^'"<]*['"]\s+)*type=['"]\w+['"]/;

/** libvirt's domain XML (libvirt.org/formatdomain.html), as in `/etc/libvirt/qemu`. */
export const libvirt: Format<LibvirtTree> = {
  language: "libvirt",
  recognise: (path, head) => (/\.xml$/i.test(path) && DOMAIN.test(head) ? "content" : false),
  parse(text) {
    const masked = maskJinja(text);
    const { roots, errors } = parseXml(masked.text);
    return { tree: { domain: roots.find(({ name }) => name === "domain") }, errors: masked.regions.length > 0 ? [] : errors };
  },
  comments: { openers: ["<!--"], inline: true, closer: "-->" },
};
