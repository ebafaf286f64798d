import type { ElementName } from "../../formats/lesson/index.ts";
import { cephOption, cephOptionType } from "./ceph-option.ts";
import { change, changeType, sideType } from "./change.ts";
import type { Element, ObjectType } from "./element.ts";
import { firewallRule, firewallRuleType, portRange } from "./firewall-rule.ts";
import { host, hostType } from "./host.ts";
import { interfaceType, network, networkInterface, networkType } from "./network.ts";
import { peer, peerType } from "./peer.ts";
import { play, playType } from "./play.ts";
import { resource, resourceType } from "./resource.ts";
import { sysctlEntry, sysctlEntryType } from "./sysctl-entry.ts";
import { task, taskType } from "./task.ts";
import { variable, variableType } from "./variable.ts";

/** All that a lesson may read, by name. */
export const elements: { readonly [E in ElementName]: Element } = {
  "firewall-rule": firewallRule,
  "sysctl-entry": sysctlEntry,
  "ceph-option": cephOption,
  host,
  network,
  interface: networkInterface,
  "wireguard-peer": peer,
  variable,
  resource,
  play,
  task,
  change,
};

/** Every type that conditions meet, by name. A type comes after those that its fields hold. */
export const objectTypes: ReadonlyMap<string, ObjectType<never>> = new Map(
  [networkType, interfaceType, hostType, portRange, firewallRuleType, sysctlEntryType, cephOptionType, peerType, variableType, resourceType, taskType, playType, sideType, changeType].map((type) => [type.name, type as ObjectType<never>]),
);
