import type { Format } from "../format.ts";
import { parseSettings } from "../swanctl/parse.ts";
import type { SwanctlTree } from "../swanctl/index.ts";

/** strongSwan's own settings, `strongswan.conf` and `strongswan.d/*.conf`, in the grammar of swanctl.conf; see strongswan.conf(5). */
export const strongswanConf: Format<SwanctlTree> = {
  language: "strongswan-conf",
  recognise(path) {
    return /(?:^|[/._-])strongswan\.conf(?:\.\w+)?$|(?:^|\/)strongswan\.d\/(?:.*\/)?[^/]+\.conf$/.test(path) ? "name" : false;
  },
  parse: parseSettings,
  comments: { openers: ["#"], inline: true },
};
