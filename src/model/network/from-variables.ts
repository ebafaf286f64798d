import type { YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf, itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import { variablesPlace } from "../fleet/variable-files.ts";
import { Draft } from "./draft.ts";
import { isNetplan, readNetplan } from "./from-netplan.ts";
import type { NetworkFile } from "./network.ts";
import type { SourceText } from "./source-text.ts";
import { readAddressVariables } from "./variable-addresses.ts";
import { readConnections } from "./variable-connections.ts";
import { readInterfaces } from "./variable-interfaces.ts";
import { readNetworks, readSwitchedInterfaces } from "./variable-networks.ts";
import type { VariableNode, VariableReader } from "./variable-nodes.ts";

const ROLE_VARIABLES = /(?:^|\/)(?:vars|defaults)\/[^]*\.ya?ml$/;
const INVENTORY_KEYS = new Set(["hosts", "children", "vars"]);
/** How deep in a variable lists of interfaces and networks are looked for. */
const DEEPEST = 8;

/** netplan's tree as a variable that a template prints. */
const readTree: VariableReader = ({ node, source }, draft) => {
  const network = isNetplan(node) ? node : nodeAt(node, "network");
  if (!isNetplan(network)) return false;
  readNetplan(network!, source, draft);
  return true;
};

const readers: readonly VariableReader[] = [readTree, readConnections, readSwitchedInterfaces, readNetworks, readInterfaces];

/** What variables of Ansible say: those of groups, hosts and roles, and those in an inventory. */
export function fromVariables(source: SourceText): NetworkFile | undefined {
  const document = source.workspace.document(source.path);
  if (document?.language !== "yaml") return undefined;
  const root = (document.tree as YamlTree).documents[0];
  if (root?.kind !== "mapping") return undefined;
  const draft = new Draft();
  if (variablesPlace(source.path) !== undefined || ROLE_VARIABLES.test(source.path)) readVariables(entriesOf(root).map(({ key, value }) => ({ name: key, node: value, source })), draft);
  else if (isInventory(root)) readInventory(root, source, draft, 0);
  else return undefined;
  return draft.file(source.path, "ansible");
}

/** Reads variables that belong together: those of one file, or all of one host. */
export function readVariables(variables: readonly VariableNode[], draft: Draft): void {
  for (const variable of variables) readVariable({ ...variable, variable: variable.name }, draft, 0);
  readAddressVariables(variables, draft);
}

function readVariable(variable: VariableNode, draft: Draft, depth: number): void {
  const { node, source } = variable;
  if (node.kind === "scalar" || depth > DEEPEST) return;
  // Every form is a mapping, or a list of them.
  if (node.kind === "sequence" && node.items[0]?.kind !== "mapping") return;
  for (const read of readers) if (read(variable, draft)) return;
  for (const { key, value } of entriesOf(node)) readVariable({ ...variable, name: key, node: value }, draft, depth + 1);
  for (const item of itemsOf(node)) {
    // What lists of an item hold belongs to the item: a node, a tenant, a VRF.
    const label = variable.name === "vrfs" || variable.name === "tenants" ? source.scalar(nodeAt(item, "name"))?.value : undefined;
    const scope = typeof label === "string" ? [variable.scope, label].filter(Boolean).join(" ") : variable.scope;
    apart(draft, (own) => {
      for (const { key, value } of entriesOf(item)) readVariable({ ...variable, name: key, node: value, ...(scope !== undefined && { scope }) }, own, depth + 1);
    });
  }
}

/** Keeps the networks of what is not one host's; its interfaces have the names of each other. */
function apart(draft: Draft, read: (own: Draft) => void): void {
  const own = new Draft();
  read(own);
  for (const network of own.networks) draft.networks.push(network);
  for (const reference of own.references) if (reference.kind !== "interface") draft.references.push(reference);
}

function isInventory(root: YamlNode): boolean {
  return entriesOf(root).length > 0 && entriesOf(root).every(({ value }) => value.kind !== "sequence" && entriesOf(value).every(({ key }) => INVENTORY_KEYS.has(key)));
}

function readInventory(groups: YamlNode, source: SourceText, draft: Draft, depth: number): void {
  if (depth > DEEPEST) return;
  for (const { value: group } of entriesOf(groups)) {
    const own = [nodeAt(group, "vars"), ...entriesOf(nodeAt(group, "hosts")).map(({ value }) => value)];
    // Each host has an eth0 of its own: interfaces are read host by host, see networkOfHost.
    for (const node of own) apart(draft, (one) => readVariables(entriesOf(node).map(({ key, value }) => ({ name: key, node: value, source })), one));
    const children = nodeAt(group, "children");
    if (children !== undefined) readInventory(children, source, draft, depth + 1);
  }
}
