import type { Format } from "../format.ts";
import { parseIpsecConf } from "./parse.ts";
import type { IpsecConfTree } from "./tree.ts";

export type { IpsecConfTree, Section, Setting, Text } from "./tree.ts";

/** Sessions, instructions and manuals, which quote the configuration. */
const QUOTES = /\.(txt|log|out|diff|patch|opt|md|rst|adoc|html?|\d(\.head|\.tail)?)$/i;

/** `ipsec.conf` and `ipsec.d/*.conf` of strongSwan's starter and of Libreswan; see their ipsec.conf(5). */
export const ipsecConf: Format<IpsecConfTree> = {
  language: "ipsec-conf",
  recognise(path, head) {
    // setkey's and OpenBSD's files have the same name and another language.
    if (/^[ \t]*(spdadd|spdflush|flush)\b[^=\n]*;|^[ \t]*(ike|flow)[ \t]+(\w+[ \t]+)*(from|esp)\b/m.test(head)) return false;
    // Upstart's job for the daemon may be called like its configuration.
    if (/^(start|stop) on[ \t]/m.test(head)) return false;
    if (/(^|[/._-])ipsec\.conf(\.[A-Za-z]\w*)?$|(^|\/)ipsec\.d\/(.*\/)?[^/]+\.conf$/.test(path)) return "name";
    if (QUOTES.test(path)) return false;
    if (/^config[ \t]+setup\b/m.test(head)) return "content";
    const section = /^conn[ \t]+\S/m.test(head);
    return section && /^[ \t]+(left|right|also|keyexchange|auto|authby)\w*[ \t]*=/m.test(head) ? "content" : false;
  },
  parse: parseIpsecConf,
  comments: { openers: ["#"], inline: true },
};
