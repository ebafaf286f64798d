import { loadWorkspace } from "../../../src/core.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import type { Maybe } from "../../../src/engine/unknown.ts";
import type { Interface, NetworkFile, Prefix, Route, Written } from "../../../src/model/network/network.ts";

const plain = (value: Maybe<string | number> | undefined): string => (value === undefined ? "" : isUnknown(value) ? "?" : String(value));
const address = (value: Maybe<Prefix | "default">): string => (isUnknown(value) ? "?" : value === "default" ? value : `${value.address}/${value.length}`);
const list = (values: readonly Written<Maybe<string>>[]): string => values.map(({ value }) => plain(value)).join(",");
const words = (...parts: readonly (string | false | undefined)[]): string => parts.filter(Boolean).join(" ");

function shownInterface(one: Interface): string {
  const { tunnel, vlan } = one;
  return words(
    `${plain(one.name)} ${one.kind}`,
    one.pattern && "pattern",
    one.addresses.map(({ value }) => address(value)).join(","),
    one.gateways.length > 0 && `gw ${one.gateways.map(({ via }) => plain(via?.value)).join(",")}`,
    one.mtu && `mtu ${plain(one.mtu.value)}`,
    vlan && `vlan ${plain(vlan.id.value)} on ${plain(vlan.link?.value)}`,
    one.members.length > 0 && `has ${list(one.members)}`,
    tunnel && words(`${plain(tunnel.mode)} over ${plain(tunnel.outer)} from ${plain(tunnel.local?.value)} to ${list(tunnel.remotes)}`, tunnel.key && `key ${plain(tunnel.key.value)}`, tunnel.underlay && `on ${plain(tunnel.underlay.value)}`, tunnel.options && JSON.stringify(tunnel.options)),
    one.vrf && `in ${plain(one.vrf.value)}`,
    one.dynamic && "dynamic",
    one.conditional && "conditional",
  );
}

export function shownRoute(route: Route): string {
  return words(
    `${address(route.to)} v${plain(route.family)}`,
    route.type,
    route.via && `via ${plain(route.via.value)}`,
    route.device !== undefined && `dev ${plain(route.device)}`,
    `table ${plain(route.table)}`,
    route.metric !== undefined && `metric ${plain(route.metric)}`,
    route.mtu && `mtu ${plain(route.mtu.value)}`,
    route.onLink && "onlink",
    route.conditional && "conditional",
  );
}

/** What a file says, a line for each thing. */
export function shown({ interfaces, routes, policyRules, networks, references }: Omit<NetworkFile, "path" | "source">): string[] {
  return [
    ...interfaces.map(shownInterface),
    ...routes.map((route) => `route ${shownRoute(route)}`),
    ...policyRules.map((rule) => words("rule", rule.from !== undefined && `from ${plain(rule.from)}`, rule.to !== undefined && `to ${plain(rule.to)}`, `table ${plain(rule.table)}`, rule.priority !== undefined && `pref ${plain(rule.priority)}`, rule.conditional && "conditional")),
    ...networks.map((network) => words(`network ${address(network.prefix)}`, network.name, network.gateway && `gw ${plain(network.gateway.value)}`, network.vlan !== undefined && `vlan ${plain(network.vlan)}`, network.scope && `scope ${network.scope}`, network.members && `of ${list(network.members)}`)),
    ...references.filter(({ kind }) => kind !== "interface").map(({ kind, name }) => `names ${kind} ${name}`),
  ];
}

/** What the first of some files says of networks, or the one at `path`. */
export async function networkOf(files: Readonly<Record<string, string>>, path = Object.keys(files)[0]!): Promise<string[]> {
  const workspace = await loadWorkspace(new Map(Object.entries(files)));
  const file = workspace.subject("network", path);
  return file === undefined ? [] : shown(file);
}
