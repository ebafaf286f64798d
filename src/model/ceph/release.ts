import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Scope } from "../fleet/fleet.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { definitions } from "../written/definitions.ts";
import { plainText } from "../written/tasks.ts";
import { RELEASE_NAMES } from "./options.ts";

/** The release that a cluster runs, and what says so. */
export interface Release {
  readonly major: number;
  /** undefined: premortem.yaml. */
  readonly location?: Location;
}

const VARIABLES = ["ceph_stable_release", "ceph_release", "ceph_version", "ceph_docker_image_tag", "ceph_container_image_tag", "ceph_container_image", "ceph_image", "ceph_docker_image", "cephadm_ceph_release"];

/** The release for the hosts of a file: premortem.yaml's, else what usual variables say; undefined where nothing tells or they differ. */
export function releaseFor(workspace: Workspace, path: string, scope: Maybe<Scope>): Release | undefined {
  const configured = workspace.configuration.cephRelease;
  if (configured !== undefined) {
    const major = majorOf(configured);
    if (major !== undefined) return { major };
  }
  for (const name of VARIABLES) {
    const found = definitions(workspace, path, name, isUnknown(scope) ? scope : scope).flatMap(({ definition }) => {
      const major = majorOf(plainText(definition.node) ?? "");
      return major === undefined ? [] : [{ major, location: { path: definition.path, range: definition.node.range } }];
    });
    if (found.length > 0) return new Set(found.map(({ major }) => major)).size === 1 ? found[0] : undefined;
  }
  return workspace.derive(pinnedRelease) ?? undefined;
}

/** An image of Ceph with its tag, as in `quay.io/ceph/ceph:v18.2.4`; daemons of others that carry its name are none. */
const IMAGE = /(?:^|[\s"'=/])(?:quay\.io\/|docker\.io\/|[\w.-]+(?::\d+)?\/)?(?:ceph\/(?:ceph|daemon(?:-base)?)|cephci\/ceph|rhceph\/rhceph-\d+-rhel\d+):([\w.-]+)/g;
/** `ceph-osd=18.2.4-1`, `ceph=2:19.2.0`; `download.ceph.com/debian-reef`, `rpm-18.2.4`. */
const PACKAGE = /(?:^|[\s"',[])ceph(?:-(?:osd|mon|mgr|mds|common|base))?=(?:\d+:)?(\d{2}\.\d+[\w.~+-]*)/gm;
const REPOSITORY = /download\.ceph\.com\/(?:debian|rpm)-([a-z]+|\d{2}\.\d+[\d.]*)/g;

/** The release that images, package pins and package sources of the repository agree on; null where they do not, or there are none. */
function pinnedRelease(workspace: Workspace): Release | null {
  const found = new Map<number, Release>();
  for (const path of workspace.paths) {
    const text = workspace.text(path) ?? "";
    if (!text.includes("ceph")) continue;
    for (const pattern of [IMAGE, PACKAGE, REPOSITORY]) {
      for (const match of text.matchAll(pattern)) {
        const line = text.slice(text.lastIndexOf("\n", match.index + 1) + 1, match.index + match[0].length);
        const major = /^\s*(#|\/\/)/.test(line) ? undefined : majorOf(match[1]!);
        const end = match.index + match[0].length;
        if (major !== undefined && !found.has(major)) found.set(major, { major, location: { path, range: { start: end - match[1]!.length, end } } });
      }
    }
  }
  return found.size === 1 ? [...found.values()][0]! : null;
}

/** Ceph's major version in a name, a version or an image's tag: `reef`, `18.2.4`, `quay.io/ceph/ceph:v18`. */
function majorOf(text: string): number | undefined {
  const tag = text.slice(text.lastIndexOf(":") + 1).toLowerCase();
  const named = Object.keys(RELEASE_NAMES).find((name) => new RegExp(`(^|[^a-z])${name}([^a-z]|$)`).test(tag));
  if (named !== undefined) return RELEASE_NAMES[named];
  const number = /(?:^|[^\d.])v?(1\d|2\d)(?:[.\s-]|$)/.exec(` ${tag}`)?.[1];
  return number === undefined ? undefined : Number(number);
}
