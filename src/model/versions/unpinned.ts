import type { PinsTree } from "../../formats/version-pins/index.ts";
import type { Workspace } from "../workspace.ts";
import type { VersionPin } from "./pin.ts";
import { pinsIn } from "./pins.ts";
import { productOf } from "./products.ts";

/** A place outside of package tasks that takes whatever version is newest. */
export interface Unpinned {
  readonly name: string;
  readonly location: VersionPin["location"];
  /** What it says instead of a version, for a message: `the tag latest`, `no tag`. */
  readonly says: string;
  /** False where the name is that of a role, which may install the daemon or only speak of it. */
  readonly certain: boolean;
}

/** Tags and branches that move with every build. */
const MOVING = /^(?:latest(?:-\w+)*|main|master|head|devel(?:op|opment)?|nightly|edge|unstable|testing|snapshot|current|rolling|trunk)$/i;
/** Of Debian's archives, those that change every day. */
const MOVING_ARCHIVE = /\b(?:a|n)=(?:unstable|testing|sid|rawhide|experimental)\b/;
/** From this priority on apt takes the version even over an installed one of the target release. */
const STRONG = 500;

/** Images, sources, roles and apt pins of keying and network daemons, storage and kernels without a version of their own. */
export function unpinnedIn(workspace: Workspace, path: string): Unpinned[] {
  const found = pinsIn(workspace, path).flatMap((pin): Unpinned[] => {
    const { carrier, product, text, name, location } = pin;
    if (!matters(product.kind)) return [];
    if (text !== undefined && !MOVING.test(text)) return [];
    switch (carrier) {
      case "image":
        return [{ name, location, says: text === undefined ? "no tag" : `the tag ${text}`, certain: true }];
      case "git":
        // A submodule's commit stands in git, whatever branch it follows.
        return workspace.language(path) === "yaml" ? [{ name, location, says: text === undefined ? "no version" : `the branch ${text}`, certain: true }] : [];
      case "requirement":
        return [{ name, location, says: text === undefined ? "no version" : `the branch ${text}`, certain: false }];
      default:
        return [];
    }
  });
  return [...found, ...archives(workspace, path)];
}

/** apt's preferences that prefer an archive which changes every day, or any version. */
function archives(workspace: Workspace, path: string): Unpinned[] {
  const document = workspace.document(path);
  if (document?.language !== "version-pins") return [];
  return (document.tree as PinsTree).pins.flatMap(({ name, version, versionRange, nameRange, selector, priority }): Unpinned[] => {
    if (selector === undefined || (priority ?? 0) < STRONG || !matters(productOf(name.replace(/\*$/, "")).kind)) return [];
    const says = selector === "version" && version === "*" ? "any version" : selector === "release" && MOVING_ARCHIVE.test(version ?? "") ? `the archive ${version!}` : undefined;
    return says === undefined ? [] : [{ name, location: { path, range: versionRange ?? nameRange }, says, certain: true }];
  });
}

function matters(kind: VersionPin["product"]["kind"]): boolean {
  return kind === "ipsec" || kind === "network" || kind === "storage" || kind === "kernel";
}
