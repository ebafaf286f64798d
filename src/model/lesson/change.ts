import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { cephOptionsIn } from "./ceph-option.ts";
import type { Element, Found, ObjectType } from "./element.ts";
import { scopeFields, thing } from "./element.ts";
import { firewallRulesIn } from "./firewall-rule.ts";
import { hostsIn } from "./host.ts";
import { interfacesIn, networksIn } from "./network.ts";
import { peersIn } from "./peer.ts";
import { playsIn } from "./play.ts";
import { resourcesIn } from "./resource.ts";
import { sysctlsIn } from "./sysctl-entry.ts";
import { tasksIn } from "./task.ts";
import { variablesIn } from "./variable.ts";

interface SideItem {
  readonly workspace: Workspace;
  readonly path: string;
}

interface Item {
  readonly before: Workspace;
  readonly after: Workspace;
  readonly path: string;
  /** How many files the change touches. */
  readonly files: number;
}

const values = (find: (workspace: Workspace, path: string) => readonly Found[]) => ({ workspace, path }: SideItem): unknown => find(workspace, path).map(({ value }) => value);

/** One side of a change as conditions see it. */
export const sideType: ObjectType<SideItem> = {
  name: "Side",
  summary: "A file before or after a change. Of a file that is not there, every list is empty.",
  fields: {
    exists: { type: "bool", summary: "The file is there.", read: ({ workspace, path }) => workspace.has(path) },
    text: { type: "string", summary: "What it says; empty where it is not there.", read: ({ workspace, path }) => workspace.text(path) ?? "" },
    lines: { type: "list<string>", summary: "Its lines, without blanks around them and without empty ones.", read: ({ workspace, path }) => linesOf(workspace, path) },
    rules: { type: "list<FirewallRule>", summary: "Its firewall rules.", read: values(firewallRulesIn) },
    sysctls: { type: "list<SysctlEntry>", summary: "The kernel parameters that it sets.", read: values(sysctlsIn) },
    options: { type: "list<CephOption>", summary: "The Ceph options that it sets.", read: values(cephOptionsIn) },
    hosts: { type: "list<Host>", summary: "The hosts that it names first.", read: values(hostsIn) },
    networks: { type: "list<Network>", summary: "The networks that it lists.", read: values(networksIn) },
    interfaces: { type: "list<Interface>", summary: "The interfaces that it configures.", read: values(interfacesIn) },
    peers: { type: "list<WireGuardPeer>", summary: "The WireGuard peers that it configures.", read: values(peersIn) },
    variables: { type: "list<Variable>", summary: "The variables of Ansible that it sets.", read: values(variablesIn) },
    resources: { type: "list<Resource>", summary: "The Kubernetes resources that it describes.", read: values(resourcesIn) },
    plays: { type: "list<Play>", summary: "The plays that are written in it.", read: values(playsIn) },
    tasks: { type: "list<Task>", summary: "The tasks that are written in it.", read: values(tasksIn) },
  },
};

/** A changed file as conditions see it. */
export const changeType: ObjectType<Item> = {
  name: "Change",
  summary: "A file that a change touches, as it was and as it is.",
  fields: {
    path: { type: "string", summary: "The file.", read: ({ path }) => path },
    kind: { type: "string", summary: "`added`, `removed` or `modified`.", read: ({ before, after, path }) => (!before.has(path) ? "added" : after.has(path) ? "modified" : "removed") },
    language: { type: "string", summary: "What Premortem reads it as: `nftables`, `sysctl`, `ceph-conf`, `yaml`, …; empty for others.", read: ({ before, after, path }) => after.language(path) ?? before.language(path) ?? "" },
    before: { type: "Side", summary: "The file before the change.", read: ({ before, path }) => thing(sideType, { workspace: before, path }) },
    after: { type: "Side", summary: "The file after it.", read: ({ after, path }) => thing(sideType, { workspace: after, path }) },
    removed: { type: "list<string>", summary: "The lines that only the file before has, without blanks around them and without empty ones. A line that only moved is in neither list.", read: (item) => linesOnlyIn(item, "before") },
    added: { type: "list<string>", summary: "The lines that only the file after has.", read: (item) => linesOnlyIn(item, "after") },
    files: { type: "int", summary: "How many files the change touches.", read: ({ files }) => files },
    share: { type: "double", summary: "The share of all hosts that the file reaches, from 0 to 1.", read: shareOf },
    ...scopeFields<Item>(scopeOf, ({ before, after, path }) => (after.has(path) ? after : before)),
  },
};

/** Changes, one for each file that differs. */
export const change: Element = {
  name: "change",
  variable: "change",
  type: changeType as ObjectType<never>,
  source: "any two states of the repository",
  parts: {},
  examplePath: "nftables.conf",
  find: () => [],
  compare: (before, after, changed) =>
    changed.map((path) => ({ value: thing(changeType, { before, after, path, files: changed.length }), path, range: firstDifference(before.text(path), after.text(path)), parts: {} })),
};

function linesOf(workspace: Workspace, path: string): readonly string[] {
  return (workspace.text(path) ?? "").split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
}

/** A line that is there twice and then once is gone once. */
function linesOnlyIn({ before, after, path }: Item, side: "before" | "after"): readonly string[] {
  const [here, there] = side === "before" ? [before, after] : [after, before];
  const left = new Map<string, number>();
  for (const line of linesOf(there, path)) left.set(line, (left.get(line) ?? 0) + 1);
  return linesOf(here, path).filter((line) => {
    const count = left.get(line) ?? 0;
    if (count > 0) left.set(line, count - 1);
    return count === 0;
  });
}

function scopeOf({ before, after, path }: Item): ReturnType<Workspace["fleet"]["scopeOf"]> {
  return (after.has(path) ? after : before).fleet.scopeOf(path);
}

function shareOf(item: Item): unknown {
  const scope = scopeOf(item);
  if (isUnknown(scope)) return scope;
  const all = item.after.fleet.hosts.length;
  return all === 0 ? unknown("no inventory names the hosts") : scope.hosts.length / all;
}

/** The first line that differs, in the text after the change, or in the one before it where the file is gone. */
function firstDifference(before: string | undefined, after: string | undefined): Found["range"] {
  const text = after ?? before ?? "";
  const other = after === undefined ? "" : (before ?? "");
  let at = 0;
  while (at < text.length && text[at] === other[at]) at++;
  // At the end of a text that only lost lines, its last one stands for them.
  if (at >= text.length) at = Math.max(0, text.replace(/\s+$/, "").length - 1);
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  return { start, end: end === -1 ? text.length : Math.max(end, start) };
}
