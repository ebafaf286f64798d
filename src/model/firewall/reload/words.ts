import type { Location } from "../../../engine/location.ts";
import { LineIndex } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import { compareLost } from "./losses.ts";
import type { Exposed } from "../tracking/exposure.ts";

/** The hosts that lose most, those whose kernel is known before the others; empty where none loses anything. */
export function worstOf(hosts: readonly Exposed[]): readonly Exposed[] {
  const losing = hosts.filter(({ losses }) => losses !== undefined && losses.lost !== "none");
  const certain = losing.filter(({ kernel, losses }) => !isUnknown(kernel) && losses!.certain);
  const pool = certain.length > 0 ? certain : losing;
  const most = pool.reduce<Exposed | undefined>((worst, one) => (worst === undefined || compareLost(one.losses!.lost, worst.losses!.lost) > 0 ? one : worst), undefined);
  return pool.filter(({ losses }) => losses!.lost === most!.losses!.lost);
}

/** `1 host`, `12 storage hosts`. */
export function hostsText(hosts: readonly unknown[], kind = ""): string {
  return `${hosts.length} ${kind}${kind === "" ? "" : " "}${hosts.length === 1 ? "host" : "hosts"}`;
}

/** The kernels of some hosts: `kernel 4.15`, `kernels 4.15 and 4.18`. */
export function kernelsText(hosts: readonly Exposed[]): string {
  const versions = [...new Set(hosts.flatMap(({ kernel }) => (isUnknown(kernel) ? [] : [`${kernel.major}.${kernel.minor}`])))].sort();
  const last = versions.pop();
  return versions.length === 0 ? `kernel ${last}` : `kernels ${versions.join(", ")} and ${last}`;
}

/** `roles/firewall/handlers/main.yml line 4`. */
export function placeText(workspace: Workspace, { path, range }: Location): string {
  return `${path} line ${new LineIndex(workspace.text(path) ?? "").positionAt(range.start).line}`;
}
