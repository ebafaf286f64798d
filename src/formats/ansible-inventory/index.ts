import type { Format } from "../format.ts";
import type { InventoryTree } from "./parse.ts";
import { parseInventory } from "./parse.ts";
import { recogniseInventory } from "./recognise.ts";

export type { InventoryHostLine, InventorySection, InventoryTree, InventoryVariable } from "./parse.ts";
export { parseInventory } from "./parse.ts";
export { expandHosts, isIpAddress, parseAddress } from "./host-pattern.ts";
export type { ExpandedHosts } from "./host-pattern.ts";

/** Ansible inventories in INI form (docs.ansible.com, ansible.builtin.ini inventory). */
export const ansibleInventoryIni: Format<InventoryTree> = {
  language: "ansible-inventory-ini",
  recognise: recogniseInventory,
  parse: parseInventory,
  comments: { openers: ["#", ";"], inline: true },
};
