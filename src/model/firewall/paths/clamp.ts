import type { Location } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import { baseChains } from "../closed-input.ts";
import { evaluate } from "../evaluate/index.ts";
import { acceptedSamples, tcpPacket } from "../evaluate/samples.ts";
import type { Chain, FirewallRule, Ruleset, Table } from "../ruleset.ts";
import { rulesOf } from "../tracking/index.ts";
import { rulesetsBeside } from "../tracking/ceph.ts";
import { sharedHosts } from "./beside.ts";

/** New connections that a router forwards into a tunnel, and no clamp of TCP's segment size. */
export interface Unclamped {
  /** The interface that they leave by. */
  readonly tunnel: string;
  /** Where the repository makes it; undefined where its name alone tells that it is a tunnel. */
  readonly defined?: Location;
  /** What forwards them; undefined: the policy. */
  readonly rule?: FirewallRule;
  readonly table: Table;
  readonly chain: Chain;
}

/** Names that tools and manuals give to tunnels and to PPPoE; OpenVPN's tun is not among them, for OpenVPN clamps by itself. */
const TUNNEL = /^((wg|gre|gretap|ipip|sit|vti6?|xfrm|ipsec|l2tp|l2tpeth|ppp|pppoe|6in4)([-_.][\w.-]+|\d[\w.-]*|0?\*)|he-ipv6)$/;

/** The tunnels into which a ruleset forwards TCP with full-size segments. */
export function unclamped(workspace: Workspace, ruleset: Ruleset): Unclamped[] {
  const [base] = baseChains(ruleset, "forward", "ip");
  if (base === undefined || clampsElsewhere(workspace, ruleset)) return [];
  const found: Unclamped[] = [];
  const made = workspace.data(tunnelFiles);
  const samples = acceptedSamples(ruleset, "forward", "ip", 6).filter(({ states }) => states?.includes("new") !== false);
  for (const sample of samples) {
    const { oif, iif } = sample;
    if (oif === undefined || found.some(({ tunnel }) => tunnel === oif)) continue;
    const definition = made.find(({ name, path }) => name === oif && (path === ruleset.path || sharedHosts(workspace, ruleset.path, path) !== undefined));
    if (definition === undefined && !TUNNEL.test(oif)) continue;
    // From one tunnel into another, the first has made the segments small.
    if (iif !== undefined && (TUNNEL.test(iif) || made.some(({ name }) => name === iif))) continue;
    const outcome = evaluate([ruleset], tcpPacket(sample, "forward", "ip", "new"));
    const place = outcome.places.get("accept");
    if (!outcome.possible.includes("accept") || place === undefined || place.chain.type === "nat") continue;
    found.push({ tunnel: oif, ...base, ...(definition === undefined ? {} : { defined: definition.location }), ...(place.rule === undefined ? {} : { rule: place.rule }) });
  }
  return found;
}

/** A clamp in any ruleset of the same hosts, or in any other file of theirs; or a route or link that carries it. */
function clampsElsewhere(workspace: Workspace, ruleset: Ruleset): boolean {
  if (rulesetsBeside(workspace, ruleset.path).some((other) => rulesOf(other).some(({ statements }) => statements.some(({ kind }) => kind === "mss-clamp")))) return true;
  return workspace.derive(clampingFiles).some((path) => path === ruleset.path || sharedHosts(workspace, ruleset.path, path) !== undefined || folderOf(path) === folderOf(ruleset.path));
}

function clampingFiles(workspace: Workspace): string[] {
  return workspace.paths.filter((path) => /\bTCPMSS\b|clamp-mss|tcp option maxseg|\badvmss\b|tcp-mss-clamp|\bmssfix\b|mss_clamping/i.test(workspace.text(path) ?? ""));
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

interface TunnelFile {
  readonly name: string;
  readonly path: string;
  readonly location: Location;
}

const KINDS = "gre|gretap|ip6gre|ip6gretap|ipip|sit|vti|vti6|ip6tnl|vxlan|geneve|wireguard|xfrm|fou";
const DEFINITIONS: readonly RegExp[] = [
  // systemd.netdev(5)
  new RegExp(`^\\[NetDev\\][^[]*?^Name[ \\t]*=[ \\t]*([\\w.-]+)[^[]*?^Kind[ \\t]*=[ \\t]*(?:${KINDS})\\b`, "gim"),
  // ip-link(8), ip-tunnel(8)
  new RegExp(`\\bip (?:-[46] )?(?:link add (?:name |dev )?([\\w.-]+) [^\\n]*?type (?:${KINDS})|(?:tunnel|tun) add (?:name |dev )?([\\w.-]+) )`, "g"),
  /^[ \t]*iface ([\w.-]+) inet6? tunnel\b/gm,
];

/** The tunnel interfaces that files of the repository make, by name; wg-quick(8) names them after the file. */
function tunnelFiles(workspace: Workspace): TunnelFile[] {
  return workspace.paths.flatMap((path): TunnelFile[] => {
    const wireguard = /(^|\/)wireguard\/([\w-]+)\.conf(\.j2)?$/.exec(path);
    if (wireguard) return [{ name: wireguard[2]!, path, location: { path, range: { start: 0, end: 0 } } }];
    if (!/\.(netdev|sh|cfg|conf|j2|bash)$|(^|\/)interfaces([.-]|$)|\/interfaces\.d\//.test(path)) return [];
    const text = workspace.text(path) ?? "";
    return DEFINITIONS.flatMap((pattern) =>
      [...text.matchAll(pattern)].map((match) => ({ name: (match[1] ?? match[2])!, path, location: { path, range: { start: match.index, end: match.index + match[0].length } } })),
    );
  });
}
