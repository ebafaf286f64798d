import type { Location } from "../../../engine/location.ts";
import { entriesOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Host } from "../fleet.ts";
import { classified, interfacesOf } from "../records/classifier.ts";
import { recordsOf } from "../records/read.ts";

/** A network that a change adds to an interface of a host, or takes from it, in the answer of a classifier. */
export interface NetworkEdit {
  readonly host: Host;
  readonly interface: string;
  /** As written: `192.0.2.0/24`. */
  readonly network: string;
  readonly kind: "adds" | "removes";
  /** The network; of one that is gone, the interface that had it. */
  readonly location: Location;
}

/**
 * The networks that a change adds to hosts' interfaces or takes from them. A tool outside the repository makes interface
 * files of them, and interfaces are configured anew where their file differs; with policy routing each network is in them.
 */
export function classifierNetworkEdits(before: Workspace, after: Workspace): readonly NetworkEdit[] {
  const edits: NetworkEdit[] = [];
  for (const path of after.paths) {
    const old = before.text(path);
    if (old === undefined || old === after.text(path) || !/\.(?:json|ya?ml)$/i.test(path)) continue;
    const [was, is] = [networksOf(before, path), networksOf(after, path)];
    const host = is && hostIn(after, path);
    if (was === undefined || is === undefined || host === undefined) continue;
    for (const [key, { interface: name, network, location }] of is) if (!was.has(key)) edits.push({ host, interface: name, network, kind: "adds", location });
    for (const [key, { interface: name, network }] of was) {
      const left = is.has(key) ? undefined : interfacesOf(classified(after, path)!.parameters).find((one) => one.name === name);
      if (left !== undefined) edits.push({ host, interface: name, network, kind: "removes", location: { path, range: left.range } });
    }
  }
  return edits;
}

/** Parameters that say that somebody has to agree to a host's maintenance. */
const APPROVAL = /approv|confirm|consent|manual_?maintenance/i;

/** Whether a host's parameters ask for a human: the variable of `maintenance.approval`, or one that is named so. */
export function asksForApproval(workspace: Workspace, host: Host): boolean {
  const configured = workspace.configuration.maintenance.approval;
  return [...host.variables.keys()].some((name) => name === configured || APPROVAL.test(name));
}

/** Edits for a person: `192.0.2.0/24 is added to the networks of fe`. */
export function networksInWords(edits: readonly NetworkEdit[]): string {
  const words = [...new Set(edits.map(({ kind, network, interface: name }) => (kind === "adds" ? `${network} is added to the networks of ${name}` : `${network} is taken from the networks of ${name}`)))];
  return words.slice(0, 3).join(", ") + (words.length > 3 ? ` and ${words.length - 3} more` : "");
}

function networksOf(workspace: Workspace, path: string): ReadonlyMap<string, { interface: string; network: string; location: Location }> | undefined {
  const answer = classified(workspace, path);
  if (answer === undefined) return undefined;
  const networks = new Map<string, { interface: string; network: string; location: Location }>();
  for (const { name, networks: node } of interfacesOf(answer.parameters)) {
    for (const { key, keyRange } of entriesOf(node)) networks.set(`${name}\0${key}`, { interface: name, network: key, location: { path, range: keyRange } });
  }
  return networks;
}

function hostIn(workspace: Workspace, path: string): Host | undefined {
  const [record] = recordsOf(workspace).in(path);
  return record && [record.name, ...record.aliases].map((name) => workspace.fleet.host(name)).find((host) => host !== undefined);
}
