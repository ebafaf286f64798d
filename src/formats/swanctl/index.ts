import type { Format } from "../format.ts";
import { parseSwanctl } from "./parse.ts";
import type { SwanctlTree } from "./tree.ts";

export type { Entry, Hidden, Include, Section, Setting, SwanctlTree, Text } from "./tree.ts";

/** strongSwan's `swanctl.conf` and `swanctl/conf.d/*.conf`; see swanctl.conf(5). */
export const swanctl: Format<SwanctlTree> = {
  language: "swanctl",
  recognise(path, head) {
    if (/(^|[/._-])swanctl[\w.-]*\.conf(\.\w+)?$|(^|\/)swanctl\/(.*\/)?[^/]+\.conf$/.test(path) && !/strongswan[^/]*\.conf$/.test(path)) return "name";
    const connections = /^[ \t]*connections[ \t]*(:[^\n{]*)?\s*\{(?!\{|%)/m.test(head);
    return connections && /\b(local_addrs|remote_addrs|children|remote_ts|dpd_delay|esp_proposals)\b/.test(head) ? "content" : false;
  },
  parse: parseSwanctl,
  comments: { openers: ["#"], inline: true },
};
