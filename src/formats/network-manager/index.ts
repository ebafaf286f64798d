import { parseUnit } from "../systemd-unit/index.ts";
import type { UnitTree } from "../systemd-unit/index.ts";
import type { Format } from "../format.ts";

export type { UnitEntry, UnitSection, UnitTree } from "../systemd-unit/index.ts";

const SECTION = /^\[connection\][ \t]*\r?$/m;

/** A connection of NetworkManager, nm-settings-keyfile(5). */
export const networkManager: Format<UnitTree> = {
  language: "network-manager",
  recognise(path, head) {
    if (/\.nmconnection$/.test(path)) return "name";
    if (/(?:^|\/)system-connections\/[^/]+$/.test(path) && SECTION.test(head)) return "name";
    if (/\.(?:md|rst|ya?ml|txt|py|sh|nix|html?)$/.test(path)) return false;
    return SECTION.test(head) && /^type[ \t]*=/m.test(head) && /^\[ipv[46]\][ \t]*\r?$/m.test(head) ? "content" : false;
  },
  parse: parseUnit,
  comments: { openers: ["#"], inline: false },
};
