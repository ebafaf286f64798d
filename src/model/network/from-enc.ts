import { unknown } from "../../engine/unknown.ts";
import { entriesOf, entryOf, itemsOf } from "../../formats/yaml/index.ts";
import { classified, interfacesOf } from "../fleet/records/classifier.ts";
import { prefixFrom } from "./address.ts";
import { Draft } from "./draft.ts";
import { withoutQuotes } from "./from-netbox.ts";
import type { NetworkFile } from "./network.ts";
import type { SourceText } from "./source-text.ts";

/**
 * The networks that a classifier gives to a host: `interfaces: {fe: {networks: {CIDR: [address, …]}, gateways: {CIDR:
 * address}}}`. Each host has all networks of an interface, so those of different hosts or interfaces are not compared.
 */
export function fromEnc(source: SourceText): NetworkFile | undefined {
  const answer = classified(source.workspace, source.path);
  if (answer === undefined) return undefined;
  const draft = new Draft();
  for (const { name, node, networks } of interfacesOf(answer.parameters)) {
    const gateways = entryOf(node, "gateways")?.value;
    for (const { key, keyRange, value } of entriesOf(networks)) {
      const gateway = source.scalar(entryOf(gateways, key)?.value);
      draft.networks.push({
        prefix: prefixFrom(key.trim(), false) ?? unknown(`${key.slice(0, 60)} is no prefix`),
        ...(gateway && { gateway: { value: gateway.value, location: source.at(withoutQuotes(source, gateway.location.range)) } }),
        addresses: itemsOf(value).flatMap((item) => {
          const address = source.scalar(item);
          return address === undefined ? [] : [{ value: address.value, location: source.at(withoutQuotes(source, address.location.range)) }];
        }),
        scope: `${name} of ${answer.name}`,
        name,
        location: source.at(withoutQuotes(source, keyRange)),
      });
    }
  }
  return draft.file(source.path, "enc");
}
