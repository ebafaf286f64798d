import type { Format } from "../format.ts";
import { maskJinja } from "../template/jinja.ts";
import { parseSave } from "./save.ts";
import type { IptablesTree } from "./tree.ts";

export type { IptablesTree } from "./tree.ts";

/** What `iptables-save` writes and `iptables-restore` reads, for IPv4 and IPv6. */
export const iptablesSave: Format<IptablesTree> = {
  language: "iptables-save",
  recognise(path, head) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (/^(ip6?tables|iptables[46])([-.]?(save|rules|restore))?(\.(conf|rules|save|up\.rules|v[46]|ipv[46]))?$/.test(name) || /(^|\/)iptables\/(rules|rules-save)$/.test(path)) {
      return isSave(head) || head.trim() === "" ? "name" : false;
    }
    if (/^rules\.v[46]$|\.(iptables|ip6tables)$|(^|[-_.])ip6?tables[-_.](save|rules|restore)|^ip6?tables[-_].*\.(rules|save)$/.test(name) || /(^|\/)ufw\/(user|before|after)6?\.rules$/.test(path)) return isSave(head) || head.trim() === "" ? "name" : false;
    return isSave(head) ? "content" : false;
  },
  parse(text) {
    return parseSave(maskJinja(text));
  },
  comments: { openers: ["#"], inline: false },
};

/** A table's first line, followed by what only a save file has. */
function isSave(head: string): boolean {
  return /^[ \t\uFEFF]*\*(filter|nat|mangle|raw|security)[ \t]*\r?$/m.test(head) && /^[ \t]*(:\S+[ \t]+(ACCEPT|DROP|-|\{\{)|(\[\d+:\d+\] ?)?-[AIRDNPF][ \t]+\S|COMMIT[ \t]*\r?$)/m.test(head);
}
