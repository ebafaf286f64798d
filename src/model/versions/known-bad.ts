import type { Advisory } from "../../engine/configuration.ts";
import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { ADVISORIES } from "./advisories.ts";
import { pinsIn } from "./pins.ts";
import { productOf } from "./products.ts";
import type { Version, VersionRange } from "./version.ts";
import { inRange, parseRange, parseVersionText } from "./version.ts";

/** A place of the repository that gives hosts a version of which an advisory warns. */
export interface KnownBad {
  readonly advisory: Advisory;
  /** `ceph`, `kernel`. */
  readonly what: string;
  /** As written. */
  readonly version: string;
  readonly location: Location;
  /** Hosts that have or get it; undefined where nothing tells. */
  readonly hosts: readonly Host[] | undefined;
  /** False where the name of a variable is all that tells the product. */
  readonly certain: boolean;
}

interface Judge {
  readonly advisory: Advisory;
  readonly product: string;
  readonly range: VersionRange | undefined;
}

function judges(workspace: Workspace): readonly Judge[] {
  return [...ADVISORIES, ...workspace.configuration.advisories].map((advisory) => ({ advisory, product: productOf(advisory.product).name, range: parseRange(advisory.versions) }));
}

/**
 * The advisory that warns of a version. A distribution's kernel, `6.1.0-14-amd64`, names its own build and not the release
 * that it holds, so only what the advisory says of packages counts there.
 */
export function advisoryFor(workspace: Workspace, product: string, version: Version): Advisory | undefined {
  const text = version.text.replace(/^[vV]/, "");
  const build = product === "linux" && /^\d+\.\d+\.0-\d/.test(text);
  return workspace.derive(judges).find((judge) => {
    if (judge.product !== product) return false;
    if (judge.advisory.packages?.some((prefix) => text === prefix || text.startsWith(`${prefix}-`) || text.startsWith(`${prefix}.`)) === true) return true;
    return !build && judge.range !== undefined && inRange(version, judge.range);
  })?.advisory;
}

/** What a file holds of versions that are known as bad. */
export function knownBadIn(workspace: Workspace, path: string): readonly KnownBad[] {
  const found: KnownBad[] = [];
  for (const pin of pinsIn(workspace, path)) {
    // Libraries of a product speak to it; its server is another program.
    if (pin.version === undefined || pin.carrier === "requirement") continue;
    const advisory = advisoryFor(workspace, pin.product.name, pin.version);
    if (advisory === undefined) continue;
    const scope = workspace.fleet.scopeOf(path);
    found.push({ advisory, what: pin.product.name === "linux" ? "kernel" : pin.product.name, version: pin.text!, location: pin.location, hosts: isUnknown(scope) ? undefined : scope.hosts, certain: pin.carrier !== "variable" });
  }
  const places = new Set(found.map(({ location }) => location.range.start));
  return [...found, ...(workspace.data(badKernels).get(path) ?? []).filter(({ location }) => !places.has(location.range.start))];
}

/** Hosts whose kernel is known as bad, by the file that says so, those of one line together. */
function badKernels(workspace: Workspace): ReadonlyMap<string, readonly KnownBad[]> {
  const byPlace = new Map<string, KnownBad & { readonly hosts: Host[] }>();
  for (const host of workspace.fleet.hosts) {
    const kernel = workspace.fleet.kernel(host);
    if (isUnknown(kernel) || /\.el\d/.test(kernel.text)) continue;
    const version = parseVersionText(kernel.text.replace(/^\D*/, ""), "package");
    const advisory = version === undefined ? undefined : advisoryFor(workspace, "linux", version);
    if (advisory === undefined) continue;
    const key = `${kernel.location.path}\0${kernel.location.range.start}`;
    const entry = byPlace.get(key);
    if (entry !== undefined) entry.hosts.push(host);
    else byPlace.set(key, { advisory, what: "kernel", version: kernel.text, location: kernel.location, hosts: [host], certain: true });
  }
  const byPath = new Map<string, KnownBad[]>();
  for (const bad of byPlace.values()) byPath.set(bad.location.path, [...(byPath.get(bad.location.path) ?? []), bad]);
  return byPath;
}
