import { HOLE } from "../../../formats/template/jinja.ts";
import type { UnitTree } from "../../../formats/systemd-unit/index.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import { placements } from "../../kernel/placement.ts";
import type { Workspace } from "../../workspace.ts";

/** Targets and services behind which interfaces are configured (systemd.special(7)). */
const NETWORK = /(^|\s)(network(-online)?\.target|systemd-networkd(-wait-online)?(@\S+)?\.service|networking\.service|NetworkManager(-wait-online)?\.service|wg-quick@\S+\.service|sys-subsystem-net-devices-\S+\.device|ifup@\S+\.service|netplan\S*\.service)(?=\s|$)/;

/** Where ifupdown, NetworkManager and networkd-dispatcher run what is there once an interface is up. */
const HOOKS = /^\/etc\/(network\/if-(pre-)?up\.d|NetworkManager\/dispatcher\.d|networkd-dispatcher)\//;

/**
 * Whether the repository has the ruleset of `path` loaded only once interfaces are there: a unit of its own or a drop-in
 * that loads it is ordered after the network, or it lies where the network's own scripts run it.
 */
export function loadsAfterNetwork(workspace: Workspace, path: string): boolean {
  const destinations = placements(workspace, path).flatMap(({ destination }) => (isUnknown(destination) ? [] : [destination]));
  if (destinations.some((destination) => HOOKS.test(destination))) return true;
  const names = [path, ...destinations].map((name) => name.slice(name.lastIndexOf("/") + 1).replace(/\.j2$/, ""));
  return workspace.data(unitsBehindNetwork).some(({ nftables, text }) => nftables || names.some((name) => text.includes(name)) || text.includes(HOLE));
}

/** The firewall's own units and those that run nft, where they are ordered after the network. */
function unitsBehindNetwork(workspace: Workspace): { nftables: boolean; text: string }[] {
  return workspace.paths.flatMap((path) => {
    const document = workspace.document(path);
    if (document?.language !== "systemd-unit") return [];
    const entries = (document.tree as UnitTree).sections.flatMap((section) => section.entries);
    if (!entries.some(({ key, value }) => key === "After" && NETWORK.test(value))) return [];
    const text = entries.filter(({ key }) => key.startsWith("Exec")).map(({ value }) => value).join("\n");
    const nftables = /(^|\/)nftables\.service(\.d\/[^/]+\.conf)?(\.j2)?$/.test(path);
    return nftables || /\bnft\b/.test(text) ? [{ nftables, text }] : [];
  });
}
