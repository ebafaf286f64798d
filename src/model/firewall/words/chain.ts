import { isUnknown } from "../../../engine/unknown.ts";
import type { Chain, Family, Hook } from "../ruleset.ts";

/** nft(8), “Standard priority names”. */
const NAMES: readonly (readonly [value: number, name: string])[] = [[-300, "raw"], [-150, "mangle"], [-100, "dstnat"], [0, "filter"], [50, "security"], [100, "srcnat"]];
const BRIDGE_NAMES: readonly (readonly [value: number, name: string])[] = [[-300, "dstnat"], [-200, "filter"], [100, "out"], [300, "srcnat"]];

/** Which packets a hook sees. */
const SEEN: Readonly<Record<Hook, string>> = {
  ingress: "every packet as it comes in on the device",
  prerouting: "every packet that comes in, before it is routed",
  input: "packets for this host",
  forward: "packets that this host passes on",
  output: "packets that this host sends",
  postrouting: "every packet that goes out, after it was routed",
  egress: "every packet as it goes out on the device",
};

/** The names that a hook's priority may have in a family, with their numbers. Source: nft(8). */
export function priorityNames(family: Family, hook: Hook | undefined): readonly (readonly [value: number, name: string])[] {
  if (family === "bridge") return BRIDGE_NAMES.filter(([, name]) => fits(name, hook, "output"));
  if (family === "arp" || family === "netdev") return NAMES.filter(([, name]) => name === "filter");
  return NAMES.filter(([, name]) => fits(name, hook, "postrouting"));
}

/** Destination translation belongs to prerouting (and output), source translation to postrouting (and input). */
function fits(name: string, hook: Hook | undefined, out: Hook): boolean {
  if (hook === undefined) return true;
  if (name === "dstnat") return hook === "prerouting" || hook === "output";
  if (name === "srcnat") return hook === "postrouting" || hook === "input";
  return name !== "out" || hook === out;
}

/** A priority with its name: `-150 (mangle)`. */
export function priorityWords(priority: number, family: Family): string {
  const name = (family === "bridge" ? BRIDGE_NAMES : NAMES).find(([value]) => value === priority)?.[1];
  return name === undefined ? String(priority) : `${priority} (${name})`;
}

/** Which packets a hook sees: “packets for this host”. */
export function hookWords(hook: Hook): string {
  return SEEN[hook];
}

/** A base chain in words: “filter chain on the input hook, priority 0 (filter), policy drop”. */
export function baseChainWords(chain: Chain, family: Family): string {
  const { priority, policy } = chain;
  const parts = [`${chain.type === undefined ? "base" : chain.type} chain on the ${chain.hook} hook`];
  if (priority !== undefined) parts.push(isUnknown(priority) ? "priority not known here" : `priority ${priorityWords(priority, family)}`);
  parts.push(isUnknown(policy) ? `policy not known here (${policy.unknown})` : `policy ${policy ?? "accept"}`);
  return parts.join(", ");
}
