import type { YamlMapping, YamlNode, YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { NetworkFile } from "../network.ts";
import type { PrefixFault } from "./fault.ts";

const PORT = /^(?:listen_?)?port$|^udp_port$|^vni$/i;
const MEMBERS = ["peers", "members", "hosts", "nodes"];
const DEEPEST = 8;

/** Point-to-point networks of a list that are there twice: one pair of hosts with two, or one port twice on one host. */
export function repeatedPairs(workspace: Workspace, file: NetworkFile): PrefixFault[] {
  const document = workspace.document(file.path);
  if (document?.language !== "yaml" || !file.networks.some(({ members }) => members !== undefined)) return [];
  const faults: PrefixFault[] = [];
  for (const root of (document.tree as YamlTree).documents) walk(root, file.path, faults, 0);
  return faults;
}

function walk(node: YamlNode, path: string, into: PrefixFault[], depth: number): void {
  if (depth > DEEPEST) return;
  if (node.kind === "mapping") for (const { value } of entriesOf(node)) walk(value, path, into, depth + 1);
  if (node.kind !== "sequence") return;
  const entries = itemsOf(node).flatMap((item) => (item.kind === "mapping" ? (linkOf(item) ?? []) : []));
  if (entries.length < 3 || entries.length < itemsOf(node).length) {
    for (const item of itemsOf(node)) walk(item, path, into, depth + 1);
    return;
  }
  into.push(...repeated(entries, path));
}

interface Link {
  readonly members: readonly string[];
  readonly place: YamlNode;
  readonly port?: { readonly text: string; readonly node: YamlNode; readonly key: string };
}

function linkOf(item: YamlMapping): Link | undefined {
  const list = MEMBERS.map((key) => entryOf(item, key)?.value).find((value) => value?.kind === "sequence");
  if (list === undefined) return undefined;
  const members = itemsOf(list).flatMap((member) => (member.kind === "scalar" ? [member.text] : []));
  const port = entriesOf(item).find(({ key, value }) => PORT.test(key) && value.kind === "scalar" && /^\d+$/.test(value.text));
  return { members, place: list, ...(port?.value.kind === "scalar" && { port: { text: port.value.text, node: port.value, key: port.key } }) };
}

function repeated(links: readonly Link[], path: string): PrefixFault[] {
  const faults: PrefixFault[] = [];
  const pairs = new Map<string, Link>();
  const ports = new Map<string, Link>();
  const twoEach = links.every(({ members }) => members.length === 2);
  const repeats = links.length - new Set(links.map(({ members }) => [...members].sort().join("\0"))).size;
  for (const link of links) {
    const pair = [...link.members].sort().join("\0");
    const other = pairs.get(pair);
    // Where many pairs have several, that is how the list is meant.
    if (twoEach && other !== undefined && repeats * 10 <= links.length) {
      faults.push({ location: { path, range: link.place.range }, kind: "duplicate", certain: false, message: `${link.members.join(" and ")} have two networks in this list: two tunnels are built between them, of which one carries nothing. Remove one, or correct the names.`, related: { location: { path, range: other.place.range }, message: "This is the first one." } });
    }
    pairs.set(pair, link);
    if (link.members.length === 2 && link.members[0] === link.members[1]) {
      faults.push({ location: { path, range: link.place.range }, kind: "duplicate", certain: true, message: `Both ends of this network are ${link.members[0]!}: no tunnel comes of it. Name the other host.` });
    }
    if (link.port === undefined) continue;
    for (const member of link.members) {
      const key = `${member}\0${link.port.key}\0${link.port.text}`;
      const taken = ports.get(key);
      if (taken?.port !== undefined && taken !== link) {
        faults.push({ location: { path, range: link.port.node.range }, kind: "duplicate", certain: true, message: `${link.port.key} ${link.port.text} is taken on ${member} by another network of this list: the second tunnel there does not start. Choose a free one.`, related: { location: { path, range: taken.port.node.range }, message: "It is taken here." } });
        break;
      }
      ports.set(key, link);
    }
  }
  return faults;
}
