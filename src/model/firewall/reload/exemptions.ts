import type { Location } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import { cephPorts } from "../tracking/ceph.ts";
import { longLivedAccepts } from "../tracking/evidence.ts";
import { untracked } from "../tracking/index.ts";
import type { PortInterval } from "../tracking/ports.ts";
import { intersect, isEmpty, subtract, union } from "../tracking/ports.ts";
import type { FirewallRule, Ruleset } from "../ruleset.ts";

/** Ports of long-lived services that a change puts under connection tracking again. */
export interface EndedExemption {
  readonly ports: readonly PortInterval[];
  /** Where the exemption stood, in the base. */
  readonly was: Location;
}

/** The TCP ports that a ruleset exempted from conntrack in the base and tracks in the head; undefined where there are none, or a set hides them. */
export function endedExemption(before: Workspace, after: Workspace, ruleset: Ruleset): EndedExemption | undefined {
  const old = before.subject("firewall", ruleset.path);
  if (old === undefined) return undefined;
  const was = untracked([old], "prerouting", "dport");
  const is = untracked([ruleset], "prerouting", "dport");
  if (was.unknown || is.unknown || was.exemptions.length === 0) return undefined;
  const asked = union([...cephPorts(after).all, ...longLivedAccepts(ruleset).flatMap(({ rules }) => rules.flatMap(portsOf))]);
  const ports = intersect(subtract(was.ports, is.ports), asked);
  if (isEmpty(ports)) return undefined;
  const exemption = was.exemptions.find((one) => !isEmpty(intersect(one.ports, ports)))!;
  return { ports, was: { path: ruleset.path, range: exemption.rule.range } };
}

function portsOf({ statements }: FirewallRule): readonly PortInterval[] {
  return statements.flatMap((one) => (one.kind === "match" && /^(tcp|th) dport$/.test(one.field) && !one.negated && "kind" in one.values && one.values.kind === "intervals" ? one.values.intervals : []));
}
