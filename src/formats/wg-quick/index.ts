import { parseUnit } from "../systemd-unit/index.ts";
import type { UnitTree } from "../systemd-unit/index.ts";
import type { Format } from "../format.ts";

export type { UnitEntry, UnitSection, UnitTree } from "../systemd-unit/index.ts";

const PLACE = /(?:^|\/)wireguard\/[^/]+\.conf$/;
const SECTION = /^\[(?:Interface|Peer)\][ \t]*\r?$/m;
const KEY = /^(?:PrivateKey|PublicKey|AllowedIPs|ListenPort|PostUp)[ \t]*=/m;

/** An interface of WireGuard as wg-quick(8) and wg(8) take it. A setting may be repeated; a comment may follow a value. */
export const wgQuick: Format<UnitTree> = {
  language: "wg-quick",
  recognise(path, head) {
    if (/\.(?:md|rst|ya?ml|txt|py|sh|nix|html?)$/.test(path)) return false;
    if (PLACE.test(path) && SECTION.test(head)) return "name";
    const first = /^\[([^\]\r\n]*)\][ \t]*\r?$/m.exec(head)?.[1];
    return (first === "Interface" || first === "Peer") && KEY.test(head) ? "content" : false;
  },
  parse: parseUnit,
  comments: { openers: ["#"], inline: true },
};
