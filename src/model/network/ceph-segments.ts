import { isUnknown } from "../../engine/unknown.ts";
import { networksOf } from "../ceph/networks.ts";
import type { Workspace } from "../workspace.ts";
import { familyOf } from "./address.ts";
import { networkText } from "./segments.ts";

/** `public network` or `cluster network`, where Ceph's configuration names the prefix as one; undefined otherwise. */
export function cephNetworkOf(workspace: Workspace, prefix: string): string | undefined {
  return workspace.derive(networks).get(prefix);
}

function networks(workspace: Workspace): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { subject } of workspace.subjects("ceph")) {
    for (const { option, value } of subject.settings) {
      if ((option !== "public_network" && option !== "cluster_network") || isUnknown(value)) continue;
      for (const { cidr } of networksOf(value)) {
        const address = cidr?.[0].toString() ?? "";
        const family = familyOf(address);
        const text = family === undefined ? undefined : networkText({ family, address, length: cidr![1] });
        if (text !== undefined && !found.has(text)) found.set(text, option.replace("_", " "));
      }
    }
  }
  return found;
}
