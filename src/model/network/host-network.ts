import { compareText } from "../../engine/finding.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { YamlNode, YamlTree } from "../../formats/yaml/index.ts";
import { entriesOf } from "../../formats/yaml/index.ts";
import type { Host, Variable } from "../fleet/fleet.ts";
import { HostVariables } from "../fleet/variables.ts";
import type { Workspace } from "../workspace.ts";
import { Draft } from "./draft.ts";
import { readVariables } from "./from-variables.ts";
import type { Machine } from "./machines.ts";
import { join } from "./machines.ts";
import type { Interface, Network, NetworkFile, Prefix, Reference, Route, Written } from "./network.ts";
import { readNetworkFrom } from "./read.ts";
import { renderedNetworkOf } from "./rendered/read.ts";
import { SourceText } from "./source-text.ts";
import type { VariableNode } from "./variable-nodes.ts";

/** What all that reaches one host says of its network. */
export interface HostNetwork extends Machine {
  readonly host: Host;
  readonly networks: readonly Network[];
  readonly references: readonly Reference[];
}

/**
 * The network of a host: the files that reach it, with templates as they are there, and its effective variables. netplan's
 * files are taken in the order of their names, in which later ones win.
 */
export function networkOfHost(workspace: Workspace, host: Host): HostNetwork {
  return workspace.fleet.host(host.name) === host ? workspace.derive(networkAt, host.name) : work(workspace, host);
}

function networkAt(workspace: Workspace, name: string): HostNetwork {
  return work(workspace, workspace.fleet.host(name)!);
}

function work(workspace: Workspace, host: Host): HostNetwork {
  const paths = workspace.derive(pathsByHost).get(host.name) ?? [];
  const kept = paths.length === 0 ? alone.get(host) : undefined;
  if (kept !== undefined) return kept;
  const rendered = renderedNetworkOf(workspace, host);
  const files = inOrder(paths.flatMap((path) => rendered.get(path) ?? fileOf(workspace, path, host) ?? []));
  const variables = ofVariables(workspace, host);
  if (variables !== undefined) files.unshift(variables);
  const own = host.variables instanceof HostVariables ? host.variables.own : undefined;
  const before = own && joined.get(own);
  if (before !== undefined && before.name === host.name && before.files.length === files.length && before.files.every((file, index) => file === files[index])) return { ...before.network, host };
  const machine = join(files);
  const network: HostNetwork = {
    ...machine,
    interfaces: new Map([...machine.interfaces].map(([name, one]) => [name, once(one)])),
    host,
    networks: files.flatMap(({ networks }) => networks),
    references: files.flatMap(({ references }) => references),
  };
  if (paths.length === 0 && plain.has(host)) alone.set(host, network);
  if (own !== undefined) joined.set(own, { name: host.name, files, network });
  return network;
}

/** netplan's files by the names that they have on the host. */
function inOrder(files: NetworkFile[]): NetworkFile[] {
  if (!files.some(({ rendered, source }) => rendered !== undefined && source === "netplan")) return files;
  return files.sort((a, b) => compareText(nameOn(a), nameOn(b)));
}

function nameOn({ path, source, rendered = path }: NetworkFile): string {
  return source === "netplan" ? rendered.slice(rendered.lastIndexOf("/") + 1) : path;
}

/** Configuration files by the hosts that they reach: not those of variables, and no registry of all networks. */
function pathsByHost(workspace: Workspace): ReadonlyMap<string, readonly string[]> {
  const byHost = new Map<string, string[]>();
  const files = workspace.subjects("network").filter(({ subject }) => subject.source !== "ansible" && subject.source !== "netbox");
  const order = (path: string, { source }: NetworkFile): string => (source === "netplan" ? path.slice(path.lastIndexOf("/") + 1) : path);
  files.sort((a, b) => (order(a.path, a.subject) < order(b.path, b.subject) ? -1 : 1));
  for (const { path } of files) {
    const scope = workspace.fleet.scopeOf(path);
    if (isUnknown(scope)) continue;
    for (const { name } of scope.hosts) {
      const list = byHost.get(name);
      if (list === undefined) byHost.set(name, [path]);
      else list.push(path);
    }
  }
  return byHost;
}

function fileOf(workspace: Workspace, path: string, host: Host): NetworkFile | undefined {
  const templated = /\{\{|\{%/.test(workspace.text(path) ?? "");
  return templated ? readNetworkFrom(new SourceText(workspace, path, host)) : workspace.subject("network", path);
}

/** By a host's own variables, which stay the same object when its groups' change: its network, as long as its files are the same. */
const joined = new WeakMap<ReadonlyMap<string, Variable>, { readonly name: string; readonly files: readonly NetworkFile[]; readonly network: HostNetwork }>();

/** The host's effective variables as one file; its path is that of the host's place in the inventory. */
function ofVariables(workspace: Workspace, host: Host): NetworkFile | undefined {
  if (!(host.variables instanceof HostVariables)) return undefined;
  const last = plain.get(host);
  if (last !== undefined) return last.file;
  const { shared, own } = host.variables;
  const [common, mine] = [candidates(workspace, shared), candidates(workspace, own)];
  const before = read.get(own);
  if (before !== undefined && before.path === host.location.path && sameNodes(before.common, common) && before.mine === mine) {
    plain.set(host, before);
    return before.file;
  }
  const sources = new Map<string, SourceText>();
  const nodes: VariableNode[] = [];
  for (const { name, node, path } of [...common.filter(({ name }) => !own.has(name)), ...mine]) {
    let source = sources.get(path);
    if (source === undefined) sources.set(path, (source = new SourceText(workspace, path, host)));
    nodes.push({ name, node, source });
  }
  const draft = new Draft();
  readVariables(nodes, draft);
  const file = draft.file(host.location.path, "ansible");
  if (![...sources.values()].some(({ resolves }) => resolves)) {
    plain.set(host, { file });
    read.set(own, { path: host.location.path, common, mine, file });
  }
  return file;
}

/** What was read without a template of a host's own variables and its groups': it holds while the nodes are the same. */
const read = new WeakMap<ReadonlyMap<string, Variable>, { readonly path: string; readonly common: readonly Candidate[]; readonly mine: readonly Candidate[]; readonly file: NetworkFile | undefined }>();

function sameNodes(before: readonly Candidate[], now: readonly Candidate[]): boolean {
  return before === now || (before.length === now.length && before.every(({ name, node, path }, index) => node === now[index]!.node && path === now[index]!.path && name === now[index]!.name));
}

/** What hosts' variables say without a template: as long as the host is the same object, its variables are. */
const plain = new WeakMap<Host, { readonly file: NetworkFile | undefined }>();
/** The networks of such hosts that no file reaches. */
const alone = new WeakMap<Host, HostNetwork>();

interface Candidate {
  readonly name: string;
  readonly node: YamlNode;
  readonly path: string;
}

const known = new WeakMap<ReadonlyMap<string, Variable>, readonly Candidate[]>();

/** The variables that may speak of networks: lists, mappings, and parts of interfaces that have one of their own. */
function candidates(workspace: Workspace, variables: ReadonlyMap<string, Variable>): readonly Candidate[] {
  let found = known.get(variables);
  if (found === undefined) {
    found = [...variables.values()].flatMap(({ name, value, location }) => {
      const plain = typeof value !== "object" || value === null;
      if (plain && !/^[a-z]+\d+[a-z\d]*_/.test(name)) return [];
      const node = nodeAtStart(workspace, location.path, location.range.start);
      return node === undefined ? [] : [{ name, node, path: location.path }];
    });
    known.set(variables, found);
  }
  return found;
}

const starts = new WeakMap<YamlTree, ReadonlyMap<number, YamlNode>>();
/** Variables of an inventory stand below groups, children and hosts. */
const DEEPEST = 12;

function nodeAtStart(workspace: Workspace, path: string, start: number): YamlNode | undefined {
  const document = workspace.document(path);
  if (document?.language !== "yaml") return undefined;
  const tree = document.tree as YamlTree;
  let index = starts.get(tree);
  if (index === undefined) {
    const made = new Map<number, YamlNode>();
    for (const root of tree.documents) collect(root, made, 0);
    starts.set(tree, (index = made));
  }
  return index.get(start);
}

function collect(node: YamlNode, index: Map<number, YamlNode>, depth: number): void {
  if (depth > DEEPEST) return;
  for (const { value } of entriesOf(node)) {
    if (!index.has(value.range.start)) index.set(value.range.start, value);
    collect(value, index, depth + 1);
  }
}

/** Without what two sources of a host both say. */
function once(one: Interface): Interface {
  const addresses = unique(one.addresses, ({ value }: Written<Maybe<Prefix>>) => (isUnknown(value) ? undefined : `${value.address}/${value.length}`));
  const gateways = unique(one.gateways, ({ via, table, metric }: Route) => (via === undefined || isUnknown(via.value) ? undefined : `${via.value} ${JSON.stringify([table, metric])}`));
  return { ...one, addresses, gateways };
}

function unique<T>(list: readonly T[], keyOf: (item: T) => string | undefined): T[] {
  const seen = new Set<string>();
  return list.filter((item) => {
    const key = keyOf(item);
    if (key === undefined) return true;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
