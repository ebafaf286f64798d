import type { Range } from "../../engine/location.ts";
import { unknown } from "../../engine/unknown.ts";
import type { Netbox } from "../fleet/records/netbox.ts";
import { choiceOf, netboxOf } from "../fleet/records/netbox.ts";
import type { NetboxObject } from "../fleet/records/netbox-object.ts";
import { prefixFrom } from "./address.ts";
import { Draft } from "./draft.ts";
import type { NetworkFile } from "./network.ts";
import type { SourceText } from "./source-text.ts";

/** The prefixes of a NetBox export, each with its VLAN. Without a VRF, equal prefixes of two sites are two networks. */
export function fromNetbox(source: SourceText): NetworkFile | undefined {
  if (!/\.(?:json|csv|ya?ml)$/i.test(source.path)) return undefined;
  const netbox = netboxOf(source.workspace);
  const draft = new Draft();
  for (const object of netbox.files.get(source.path) ?? []) {
    const written = object.model === "ipam.prefix" ? object.get("prefix") : undefined;
    if (written === undefined) continue;
    const text = String(written.value).trim();
    const scope = scopeOf(netbox, object);
    const vlan = vlanOf(netbox, object);
    const status = choiceOf(object.get("status")?.value);
    const description = object.get("description")?.value;
    draft.networks.push({
      prefix: prefixFrom(text, false) ?? unknown(`${text.slice(0, 60)} is no prefix`),
      ...(vlan !== undefined && { vlan }),
      ...(scope !== "" && { scope }),
      ...(status === "container" && { isContainer: true }),
      ...(typeof description === "string" && { name: description }),
      location: source.at(withoutQuotes(source, written.range)),
    });
  }
  return draft.file(source.path, "netbox");
}

/** A VRF keeps prefixes apart; NetBox itself refuses equal ones in most. Else their sites do, which v4.2 calls scopes. */
function scopeOf(netbox: Netbox, object: NetboxObject): string {
  const vrf = netbox.reference(object, "ipam.vrf", "vrf");
  if (vrf !== undefined) return vrf.name;
  const key = object.get("vrf")?.value;
  // The key of a VRF that is not in the export still tells it from others.
  if (typeof key === "number" || typeof key === "string") return `VRF ${key}`;
  const type = object.get("scope_type")?.value;
  const kind = Array.isArray(type) ? (type as readonly unknown[]).map(String).join(".") : typeof type === "string" ? type : "dcim.site";
  const place = object.get("site", "scope", "_site", "scope_id")?.value;
  if (place === undefined) return "";
  const site = kind === "dcim.site" ? netbox.reference(object, "dcim.site", "site", "scope", "_site", "scope_id") : undefined;
  return site?.slug ?? `${kind} ${typeof place === "object" ? JSON.stringify(place) : String(place)}`;
}

function vlanOf(netbox: Netbox, object: NetboxObject): number | undefined {
  const value = object.get("vlan")?.value;
  const nested = typeof value === "object" && value !== null && "vid" in value ? value.vid : undefined;
  const vid = nested ?? netbox.reference(object, "ipam.vlan", "vlan")?.object?.get("vid")?.value;
  // A page shows a VLAN as `Data (100)`.
  const shown = typeof value === "string" ? /\((\d{1,4})\)$/.exec(value)?.[1] : undefined;
  const number = Number(vid ?? shown);
  return Number.isInteger(number) && number >= 1 && number <= 4094 ? number : undefined;
}

/** The place of a text's content, so that an edit keeps its quotes. */
export function withoutQuotes(source: SourceText, { start, end }: Range): Range {
  const text = source.workspace.text(source.path) ?? "";
  const quote = text[start];
  return (quote === '"' || quote === "'") && text[end - 1] === quote && end - start > 1 ? { start: start + 1, end: end - 1 } : { start, end };
}
