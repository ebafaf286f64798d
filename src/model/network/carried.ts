import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import { placements, reaches } from "../kernel/placement.ts";
import { tunnelsOf } from "../kernel/tunnels.ts";
import type { Workspace } from "../workspace.ts";

/** What others reach through a host, and what does not come back by itself when its interfaces are taken down. */
export interface Carried {
  readonly kind: "tunnel" | "bridge" | "bgp";
  readonly location: Location | undefined;
}

/** ifupdown, netplan, systemd.netdev(5), NetworkManager's keyfiles and the commands of ip(8) and brctl(8). */
const BRIDGE = /^[ \t]*(bridge[_-]ports|bridge-ports)\b|^[ \t]*Kind[ \t]*=[ \t]*bridge\b|^[ \t]{2,}bridges:|^type=bridge\b|\bip link add\b[^\n]*\btype bridge\b|\bbrctl addbr\b/m;
/** What bird, FRR and ExaBGP call a BGP session in their own files. */
const BGP = /^[ \t]*protocol[ \t]+bgp\b|^[ \t]*router[ \t]+bgp[ \t]+\S+|^neighbor[ \t]+\S+[ \t]*\{/m;
const READ = /\.(netdev|network|conf|cfg|ya?ml|sh|nmconnection|j2)$|(^|\/)interfaces([.-]|$)|(^|\/)interfaces\.d\//;

interface Sign extends Carried {
  readonly path: string;
  readonly location: Location;
}

/** What a host carries, one entry of each kind. */
export function carriedBy(workspace: Workspace, host: Host): readonly Carried[] {
  return workspace.fleet.host(host.name) === host ? workspace.derive(carriedAt, host.name) : workOut(workspace, host);
}

function carriedAt(workspace: Workspace, name: string): readonly Carried[] {
  return workOut(workspace, workspace.fleet.host(name)!);
}

function workOut(workspace: Workspace, host: Host): Carried[] {
  const found = new Map<Carried["kind"], Carried>();
  const tunnel = tunnelsOf(workspace, host)[0];
  if (tunnel !== undefined) found.set("tunnel", { kind: "tunnel", location: tunnel.location });
  for (const sign of workspace.data(signs)) {
    if (!found.has(sign.kind) && placements(workspace, sign.path).some(({ scope }) => reaches(scope, host) === true)) found.set(sign.kind, sign);
  }
  for (const { path, subject } of workspace.subjects("network")) {
    for (const kind of ["tunnel", "bridge"] as const) {
      const one = subject.interfaces.find((candidate) => candidate.kind === kind && candidate.pattern !== true);
      if (one === undefined || found.has(kind)) continue;
      const scope = workspace.fleet.scopeOf(path);
      if (!isUnknown(scope) && scope.hosts.some(({ name }) => name === host.name)) found.set(kind, { kind, location: one.location });
    }
  }
  if (!found.has("bridge") && workspace.fleet.trait(host, "hypervisor") !== undefined) found.set("bridge", { kind: "bridge", location: undefined });
  return [...found.values()];
}

function signs(workspace: Workspace): readonly Sign[] {
  const found: Sign[] = [];
  for (const path of workspace.paths) {
    if (!READ.test(path)) continue;
    const text = workspace.text(path) ?? "";
    for (const [kind, pattern] of [["bridge", BRIDGE], ["bgp", BGP]] as const) {
      const match = pattern.exec(text);
      if (match !== null) found.push({ kind, path, location: { path, range: { start: match.index, end: match.index + match[0].length } } });
    }
  }
  return found;
}
