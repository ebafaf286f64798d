import type { Location } from "../../engine/location.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { placements, reaches } from "./placement.ts";

/** Something that says that a host is one end of a tunnel. */
export interface TunnelEvidence {
  readonly location: Location;
  /** For a person: `GRE in files/tun0.netdev`. */
  readonly what: string;
}

/** systemd.netdev(5) kinds, wg-quick(8), ifupdown and ip(8) commands. */
const SIGNS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: "a tunnel device", pattern: /^[ \t]*Kind[ \t]*=[ \t]*(gre|gretap|ip6gre|ip6gretap|ipip|sit|vti|vti6|ip6tnl|vxlan|geneve|wireguard|fou)\b/m },
  { name: "WireGuard", pattern: /^\[(WireGuard|Interface)\][^[]*^[ \t]*PrivateKey/m },
  { name: "a tunnel command", pattern: /\bip (-[46] )?(tunnel|link) add\b[^\n]*\b(mode|type) (gre|gretap|ipip|sit|vti|vxlan|wireguard|ip6gre|ip6tnl)\b/ },
  { name: "a tunnel interface", pattern: /^[ \t]*(mode (gre|ipip|sit)|tunnel-mode (gre|ipip)|iface \S+ inet6? tunnel)\b/m },
];
const IPSEC = new Set(["swanctl", "ipsec-conf", "racoon"]);
const READ = /\.(netdev|conf|cfg|ya?ml|sh|j2|network)$|(^|\/)interfaces([.-]|$)/;

interface Sign extends TunnelEvidence {
  readonly path: string;
}

/** The tunnels that files of the repository make on a host. */
export function tunnelsOf(workspace: Workspace, host: Host): TunnelEvidence[] {
  return workspace.data(signs).filter(({ path }) => placements(workspace, path).some(({ scope }) => reaches(scope, host) === true));
}

function signs(workspace: Workspace): readonly Sign[] {
  const found: Sign[] = [];
  for (const path of workspace.paths) {
    const text = workspace.text(path) ?? "";
    if (IPSEC.has(workspace.language(path) ?? "")) {
      found.push({ path, location: { path, range: { start: 0, end: 0 } }, what: `IPsec in ${path}` });
      continue;
    }
    if (!READ.test(path)) continue;
    for (const { name, pattern } of SIGNS) {
      const match = pattern.exec(text);
      if (match === null) continue;
      const start = match.index + (match[0].length - match[0].trimStart().length);
      found.push({ path, location: { path, range: { start, end: match.index + match[0].length } }, what: `${name} in ${path}` });
      break;
    }
  }
  return found;
}
