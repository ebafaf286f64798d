import type { Format } from "../format.ts";
import { parseSwanctl } from "./parse.ts";
import type { SwanctlTree } from "./tree.ts";

export type { Entry, Hidden, Include, Section, Setting, SwanctlTree, Text } from "./tree.ts";

/** Sessions, instructions, manuals and what they are made of, which quote the configuration. */
const QUOTES = /\.(txt|log|out|diff|patch|opt|md|rst|adoc|html?|\d(\.head|\.tail)?)$/i;

/** strongSwan's `swanctl.conf` and `swanctl/conf.d/*.conf`; see swanctl.conf(5). */
export const swanctl: Format<SwanctlTree> = {
  language: "swanctl",
  recognise(path, head) {
    if (/(^|[/._-])swanctl[\w.-]*\.conf(\.\w+)?$|(^|\/)swanctl\/(.*\/)?[^/]+\.conf$/.test(path) && !/strongswan[^/]*\.conf$/.test(path)) return "name";
    if (QUOTES.test(path)) return false;
    const connections = /^[ \t]*connections[ \t]*(:[^\n{]*)?\s*\{(?!\{|%)/m.test(head);
    return connections && /\b(local_addrs|remote_addrs|children|remote_ts|dpd_delay|esp_proposals)\b/.test(head) ? "content" : false;
  },
  parse: parseSwanctl,
  comments: { openers: ["#"], inline: true },
};
