import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { Interface, NetworkFile, PolicyRule, Route } from "./network.ts";

/** What the files that one host has together say of its network. */
export interface Machine {
  /** False where the files may be for several hosts: what they say of different interfaces need not meet on one. */
  readonly whole: boolean;
  readonly files: readonly NetworkFile[];
  /** By name; what several files say of one interface is joined. Without those of unknown name and patterns. */
  readonly interfaces: ReadonlyMap<string, Interface>;
  readonly routes: readonly Route[];
  readonly policyRules: readonly PolicyRule[];
}

/** Folders of a host's own tree whose files are read together: the repository's own, or one of `hosts/NAME/etc/…`. */
const ETC = /^((?:.*?(?:^|\/)(?:hosts|nodes|machines|servers)\/[^/]+\/)?)etc\/(?:netplan|systemd\/network|network|NetworkManager|wireguard)\//;

/** The host's network that a file is a part of: with the other files of the same tree, or of the same folder of networkd. */
export function machineOf(workspace: Workspace, path: string): Machine | undefined {
  const key = workspace.derive(keys).get(path);
  return key === undefined ? undefined : workspace.derive(machineAt, key);
}

function machineAt(workspace: Workspace, key: string): Machine {
  return join(workspace.derive(filesByKey).get(key)!, !key.startsWith("folder"));
}

/** Every machine that the files show, in the order of their first file. */
export function machinesOf(workspace: Workspace): readonly Machine[] {
  return [...new Set(workspace.subjects("network").map(({ path }) => machineOf(workspace, path)!))];
}

function keys(workspace: Workspace): ReadonlyMap<string, string> {
  return new Map(workspace.subjects("network").map(({ path, subject }) => [path, keyOf(path, subject)]));
}

function filesByKey(workspace: Workspace): ReadonlyMap<string, readonly NetworkFile[]> {
  const files = new Map<string, NetworkFile[]>();
  for (const { path, subject } of workspace.subjects("network")) {
    const key = workspace.derive(keys).get(path)!;
    const list = files.get(key);
    if (list === undefined) files.set(key, [subject]);
    else list.push(subject);
  }
  return files;
}

function keyOf(path: string, { source }: NetworkFile): string {
  const root = ETC.exec(path);
  if (root !== null) return `tree ${root[1]!}`;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  // A .netdev and its .network are one interface's two halves. Elsewhere files of one folder may be for several hosts.
  return source === "networkd" ? `folder ${folder}` : `file ${path}`;
}

/** Joins what files say of one host. */
export function join(files: readonly NetworkFile[], whole = true): Machine {
  const interfaces = new Map<string, Interface>();
  for (const one of files.flatMap((file) => file.interfaces)) {
    if (isUnknown(one.name) || one.pattern === true) continue;
    const other = interfaces.get(one.name);
    interfaces.set(one.name, other === undefined ? one : joined(other, one));
  }
  return { whole, files, interfaces, routes: files.flatMap(({ routes }) => routes), policyRules: files.flatMap(({ policyRules }) => policyRules) };
}

function joined(a: Interface, b: Interface): Interface {
  const tunnel = a.tunnel ?? b.tunnel;
  const mtu = b.mtu ?? a.mtu;
  const vlan = a.vlan ?? b.vlan;
  const vrf = a.vrf ?? b.vrf;
  return {
    name: a.name,
    kind: a.kind === "other" || a.kind === "ethernet" ? b.kind : a.kind,
    location: a.tunnel === undefined && b.tunnel !== undefined ? b.location : a.location,
    ...(mtu && { mtu }),
    addresses: [...a.addresses, ...b.addresses],
    gateways: [...a.gateways, ...b.gateways],
    ...(vlan && { vlan }),
    members: [...a.members, ...b.members],
    ...(tunnel && { tunnel }),
    ...(vrf && { vrf }),
    dynamic: a.dynamic === true || b.dynamic === true,
    conditional: a.conditional === true || b.conditional === true,
  };
}
