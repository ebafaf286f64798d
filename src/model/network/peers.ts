import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { UnitSection } from "../../formats/systemd-unit/index.ts";
import type { YamlNode } from "../../formats/yaml/index.ts";
import { itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import { networkOf } from "./address.ts";
import type { Peer, Prefix, Written } from "./network.ts";
import { partsOf } from "./section-file.ts";
import type { SourceText } from "./source-text.ts";

/** WireGuard's peers as sections of wg-quick(8) and systemd.netdev(5) give them. */
export function peersOf(source: SourceText, sections: readonly UnitSection[]): Peer[] {
  return sections.map(({ range, entries }) => {
    const of = (name: string) => entries.filter(({ key }) => key.toLowerCase() === name);
    const key = of("publickey").at(-1);
    return {
      location: source.at(range),
      ...(key && { key: source.text(key.value.trim(), key.valueRange) }),
      allowed: of("allowedips").flatMap(partsOf).map(({ text, range: place }) => networkAt(source.prefix(text, place))),
      ...(entries.length > 0 && entries.every(({ conditional }) => conditional) && { conditional: true }),
    };
  });
}

/** WireGuard's peers as netplan(5) lists them. */
export function yamlPeers(source: SourceText, node: YamlNode | undefined): Peer[] {
  return itemsOf(node).map((peer) => {
    const key = source.scalar(nodeAt(peer, "keys", "public"))?.value;
    return {
      location: source.at(peer.range),
      ...(key !== undefined && { key }),
      allowed: itemsOf(nodeAt(peer, "allowed-ips")).flatMap((item) => source.scalarPrefix(item) ?? []).map(networkAt),
    };
  });
}

function networkAt({ value, location }: Written<Maybe<Prefix>>): Written<Maybe<Prefix>> {
  return { value: isUnknown(value) ? value : networkOf(value), location };
}
