import type { PacketView, Point } from "./packet.ts";
import type { Reading } from "./reading.ts";
import { ABSENT, name, notKnown, number } from "./reading.ts";
import type { State } from "./state.ts";
import type { Truth } from "./truth.ts";

/** Conntrack looks at a packet at this priority of prerouting and output (NF_IP_PRI_CONNTRACK). */
export const CONNTRACK_PRIORITY = -200;

/** Whether a chain sees a packet before conntrack does; of the same priority whichever was loaded last does. */
export function beforeConntrack({ hook, priority }: Point): "yes" | "no" | "maybe" {
  if (hook === "ingress") return "yes";
  if ((hook !== "prerouting" && hook !== "output") || priority > CONNTRACK_PRIORITY) return "no";
  return priority === CONNTRACK_PRIORITY ? "maybe" : "yes";
}

/** The packet's state as a chain sees it now: `invalid` stands for packets without connection, undefined for what nobody can tell. */
function stateAt(view: PacketView, point: Point, untracked: State["untracked"]): { readonly state?: string; readonly reason?: string } {
  const { state, packet } = view;
  if (untracked === "yes") return { state: "untracked" };
  // What the host sends to itself keeps at its input what conntrack found at its output.
  const before = view.looped ? "no" : beforeConntrack(point);
  if (before === "no" && state === "untracked") return { state };
  if (untracked === "maybe") return { reason: "whether the packet is tracked is not certain" };
  if (before === "maybe") return { reason: "conntrack has the same priority as the chain" };
  if (before === "yes") return packet.ct === "untracked" ? { reason: "when the packet was exempt from tracking is not told" } : { state: "invalid" };
  return { state };
}

/** Whether the packet belongs to a connection, as a chain sees it now; `maybe` with the reason. */
export function hasConnection(view: PacketView, point: Point, { untracked }: State): Truth {
  const { state, reason } = stateAt(view, point, untracked);
  return state === undefined ? { maybe: reason! } : state === "untracked" || state === "invalid" ? "no" : "yes";
}

/** What `ct KEY` says of a packet. */
export function conntrackReading(key: string, view: PacketView, point: Point, { untracked, written }: State): Reading {
  const { state, reason } = stateAt(view, point, untracked);
  if (state === undefined) return notKnown(reason!);
  if (key === "state") return name(state);
  if (state === "untracked" || state === "invalid") return ABSENT;
  const fresh = state === "new";
  switch (key) {
    case "direction":
      return fresh ? name("original") : notKnown("the packet's direction is not told");
    case "mark":
      return fresh ? number(0) : notKnown("the connection's mark is not told");
    case "status": {
      if (!fresh) return notKnown("the connection's status is not told");
      const told = written.get("ct status");
      return told ?? { kind: "names", names: [] };
    }
    case "helper":
      // A connection that no other one has announced: nft ends the rule, `-m helper` holds where it is negated.
      return fresh ? (point.dialect === "nftables" ? ABSENT : name("")) : notKnown("the connection's helper is not told");
    case "l3proto":
      return number(view.family === "ip" ? 2 : 10);
    case "protocol":
      return view.protocol === undefined ? notKnown("the packet's protocol is not told") : number(view.protocol);
    default:
      return notKnown(`the connection's ${key} is not told`);
  }
}

/** What `fib KEY` says of a packet, as far as its own addresses tell. */
export function fibReading(key: string, view: PacketView, point: Point, { written }: State): Reading {
  const { packet, family } = view;
  if (key === "daddr type") {
    if (written.has(`${family} daddr`)) return notKnown("the destination is translated on the way");
    // One that is translated later on has come to this host, whatever becomes of it.
    if (packet.fields?.["fib daddr type"] !== undefined) return name(String(packet.fields["fib daddr type"]));
    const kind = view.destinationKind;
    if (kind === "multicast" || kind === "broadcast") return name(kind);
    if (packet.hook === "input" || packet.iif === "lo" || packet.oif === "lo") return name("local");
    return packet.hook === "prerouting" || kind === undefined ? notKnown("whether the destination is this host is not told") : name("unicast");
  }
  if (key === "saddr type") {
    if (written.has(`${family} saddr`)) return notKnown("the source is translated on the way");
    if ((packet.hook === "output" && point.hook !== "input") || packet.iif === "lo") return name("local");
    if (packet.saddr === undefined) return notKnown("the packet's source address is not told");
    if (packet.saddr === "0.0.0.0" || packet.saddr === "::") return notKnown("an unspecified source");
    return name(packet.saddr.startsWith("127.") || packet.saddr === "::1" ? "local" : "unicast");
  }
  return notKnown("the routing table is not told");
}
