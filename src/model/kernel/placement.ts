import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Deployment, Host, Scope } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";

/** One way in which a file of the repository gets onto hosts. */
export interface Placement {
  /** Absolute path on the host; Unknown with the reason where the text does not tell. */
  readonly destination: Maybe<string>;
  readonly scope: Maybe<Scope>;
}

/** Folders whose contents a tree in a repository (`hosts/NAME/etc/…`, `files/etc/…`) lays out as on the host. */
const ROOTED = /(?:^|\/)((?:etc|run|lib|usr\/lib|usr\/local\/lib)\/.+)$/;

const bySource = (workspace: Workspace): ReadonlyMap<string, readonly Deployment[]> => {
  const map = new Map<string, Deployment[]>();
  for (const deployment of workspace.fleet.deployments) {
    const list = map.get(deployment.source);
    if (list === undefined) map.set(deployment.source, [deployment]);
    else list.push(deployment);
  }
  return map;
};

/** Whether tasks put a file onto hosts. */
export function isDeployed(workspace: Workspace, path: string): boolean {
  return workspace.derive(bySource).has(path);
}

/** Every way in which `path` gets onto hosts: the tasks that copy it; else its place in a tree that mirrors a host's. */
export function placements(workspace: Workspace, path: string): readonly Placement[] {
  const deployments = workspace.derive(bySource).get(path) ?? [];
  if (deployments.length > 0) return deployments.map(({ destination, scope }) => ({ destination: whole(destination, path), scope }));
  const rooted = ROOTED.exec(path.replace(/\.(j2|jinja2?|erb|tmpl|epp|in)$/, ""));
  const destination = rooted ? `/${rooted[1]!}` : unknown(`nothing tells where ${path} goes on a host`);
  return [{ destination, scope: workspace.fleet.scopeOf(path) }];
}

/** A destination that is a folder takes the file's own name. */
function whole(destination: Maybe<string>, path: string): Maybe<string> {
  if (isUnknown(destination) || !destination.endsWith("/")) return destination;
  return destination + path.slice(path.lastIndexOf("/") + 1);
}

const names = new WeakMap<readonly Host[], ReadonlySet<string>>();

/** True where the scope is known and has the host; undefined where it is not known. */
export function reaches(scope: Maybe<Scope>, host: Host): boolean | undefined {
  if (isUnknown(scope)) return undefined;
  let known = names.get(scope.hosts);
  if (known === undefined) names.set(scope.hosts, (known = new Set(scope.hosts.map(({ name }) => name))));
  return known.has(host.name);
}
