import { isUnknown, unknown } from "../../engine/unknown.ts";
import { variablesPlace } from "../fleet/variable-files.ts";
import { familyOf } from "./address.ts";
import type { Draft, InterfaceDraft } from "./draft.ts";
import { kindOfName } from "./draft.ts";
import type { VariableNode } from "./variable-nodes.ts";

/** `eth0_ipv4_ip`, `br0_ipv4`, `bond0_address`: a variable for each part of an interface. */
const ADDRESS = /^([a-z]+\d+[a-z\d]*)_(?:(ipv[46])_?)?(?:ip|addr|address)?$/;

/**
 * Interfaces of which each part is a variable of its own: the address, and `_nm`, `_gw`, `_mtu` of the same stem. Whether
 * a template uses them is not known, so what they give is conditional; an interface that other variables describe is left.
 * An address that is no single host's is a default that most hosts set anew.
 */
export function readAddressVariables(variables: readonly VariableNode[], draft: Draft): void {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const made = new Map<string, InterfaceDraft>();
  for (const { name, node, source } of variables) {
    const match = ADDRESS.exec(name);
    const device = match?.[1];
    if (match === null || device === undefined || kindOfName(device) === "other" || variablesPlace(source.path)?.kind !== "host_vars") continue;
    const text = source.scalar(node)?.value;
    const family = text === undefined || isUnknown(text) ? undefined : familyOf(text.replace(/\/.*$/, ""));
    if (family === undefined || (draft.named(device) !== undefined && !made.has(device))) continue;
    const stems = match[2] === undefined ? [device] : [`${device}_${match[2]}`];
    const beside = (...endings: string[]): VariableNode | undefined => stems.flatMap((stem) => endings.map((ending) => byName.get(`${stem}_${ending}`))).find((one) => one !== undefined);
    const mask = beside("nm", "netmask", "mask", "prefix", "prefixlen");
    const own = draft.interface(device, source.at(node.range));
    made.set(device, own);
    own.conditional = true;
    const length = mask?.source.scalar(mask.node);
    const whole = String(text).includes("/") || length !== undefined;
    own.addresses.push(whole ? source.scalarPrefix(node, length)! : { value: unknown(`${String(text)} has no length`), location: source.at(node.range) });
    const gateway = beside("gw", "gateway");
    const via = gateway?.source.scalar(gateway.node);
    if (via !== undefined) own.gateways.push({ to: "default", family, via, device, table: "main", location: via.location, conditional: true });
    const mtu = byName.get(`${device}_mtu`);
    const bytes = mtu?.source.scalarNumber(mtu.node);
    if (bytes !== undefined) own.mtu = bytes;
  }
}
