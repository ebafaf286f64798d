import type { Workspace } from "../workspace.ts";
import { pinsIn } from "../versions/pins.ts";

/** The lowest major release of Libreswan that the repository installs by its pins; undefined: none tells. */
export function libreswanMajor(workspace: Workspace): number | undefined {
  return workspace.derive(lowest);
}

function lowest(workspace: Workspace): number | undefined {
  const majors = workspace.paths.flatMap((path) => pinsIn(workspace, path)).flatMap(({ product, version }) => (product.name === "libreswan" && version !== undefined ? [version.numbers[0]] : []));
  const known = majors.filter((major): major is number => major !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
