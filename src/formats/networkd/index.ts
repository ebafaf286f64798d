import { parseUnit } from "../systemd-unit/index.ts";
import type { UnitTree } from "../systemd-unit/index.ts";
import type { Format } from "../format.ts";

export type { UnitEntry, UnitSection, UnitTree } from "../systemd-unit/index.ts";

const NAME = /\.(?:network|netdev|link)(?:\.d\/[^/]+\.conf)?$/;
const PLACE = /(?:^|\/)systemd\/network\//;
const SECTION = /^\[(?:NetDev|Match)\][ \t]*\r?$/m;

/** systemd.network(5), systemd.netdev(5) and systemd.link(5), which are written like units. Podman's networks are not. */
export const networkd: Format<UnitTree> = {
  language: "networkd",
  recognise(path, head) {
    if (/(?:^|\/)containers\/systemd\//.test(path)) return false;
    if (NAME.test(path)) return PLACE.test(path) || SECTION.test(head) || path.endsWith(".conf") ? "name" : false;
    if (/\.(?:md|rst|ya?ml|txt|py|sh|nix|html?)$/.test(path)) return false;
    const first = /^\[([^\]\r\n]*)\][ \t]*\r?$/m.exec(head)?.[1];
    return first === "NetDev" || (first === "Match" && /^\[(?:Network|Link)\][ \t]*\r?$/m.test(head)) ? "content" : false;
  },
  parse: parseUnit,
  comments: { openers: ["#", ";"], inline: false },
};
