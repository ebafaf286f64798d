import { isUnknown } from "../../../engine/unknown.ts";
import type { Connection, Renewal } from "../connection.ts";
import { spoken, unnoticed } from "../timing.ts";

/** The timers of a connection in plain sentences: when a dead peer is noticed and what comes then, renewals, and giving up. */
export function timersInWords(connection: Connection): string[] {
  return [deadPeer(connection), renewals(connection), attempts(connection)].filter((line) => line !== undefined);
}

/** Seconds, and from two minutes on also in larger units. */
function time(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds === Infinity || whole >= 3600) return spoken(seconds);
  return whole < 120 ? `${whole} s` : `${whole} s (${spoken(seconds)})`;
}

function deadPeer(connection: Connection): string {
  const { deadPeer: probes } = connection;
  const found = unnoticed(connection);
  if (isUnknown(found)) return `When a dead peer is noticed is not known: ${found.unknown}.`;
  if (found.by === "nothing") return "A dead peer is never noticed: nothing probes it, nothing is renewed, and nothing ends.";
  if (found.by === "renewal") return `Nothing probes the peer: a dead one is noticed only when a renewal fails, after up to ${time(found.seconds)}.`;
  if (found.by === "expiry") return `Nothing probes the peer: a dead one is noticed only when the association's lifetime ends, after up to ${time(found.seconds)}.`;
  const { delay, verdict } = probes;
  const parts = isUnknown(delay.value) || isUnknown(verdict) ? "" : `: a probe after ${time(delay.value)} of silence, and ${time(verdict)} without an answer`;
  return `A dead peer is noticed after ${time(found.seconds)}, then ${afterwards(connection)}${parts}.`;
}

function afterwards({ implementation, deadPeer: { action }, startup }: Connection): string {
  if (implementation === "racoon") return "its associations are removed, and the next packet sets up new ones";
  if (implementation === "libreswan") return "replaced";
  const word = action === undefined ? "clear" : isUnknown(action.value) ? undefined : action.value;
  if (word === undefined) return "treated as a template decides";
  if (/^(?:restart|start)$/.test(word)) return "replaced";
  if (/trap|route|hold/.test(word)) return "removed, and the next packet sets up a new one";
  return startup === "trap" ? "removed; the trap policy sets up a new one with the next packet" : "removed, and nothing sets up a new one by itself";
}

function renewals({ childRenewal, ikeRenewal }: Connection): string | undefined {
  const child = renewal(childRenewal, "Traffic keys are");
  const ike = renewal(ikeRenewal, child === undefined ? "The IKE association is" : "the IKE association is");
  return child === undefined && ike === undefined ? undefined : `${[child, ike].filter((part) => part !== undefined).join(", ")}.`;
}

function renewal(value: Connection["childRenewal"], subject: string): string | undefined {
  if (isUnknown(value)) return undefined;
  if (value.window === undefined) return value.expiry === Infinity ? undefined : `${subject} never renewed here and ended after ${spoken(value.expiry)}`;
  return `${subject} renewed ${when(value.window)}`;
}

function when({ earliest, latest }: NonNullable<Renewal["window"]>): string {
  if (earliest === latest) return `after ${spoken(latest)} exactly, with nothing that spreads it`;
  const inMinutes = latest < 7200 && earliest % 60 === 0 && latest % 60 === 0;
  return inMinutes ? `every ${earliest / 60} to ${latest / 60} min` : `every ${spoken(earliest)} to ${spoken(latest)}`;
}

function attempts({ tries, attempt, startup, anyPeer }: Connection): string | undefined {
  if (tries === undefined || isUnknown(tries.value) || anyPeer || startup === "add" || startup === "none") return undefined;
  if (tries.value === 0) return "It tries to connect for ever.";
  return `It gives up connecting after ${tries.value === 1 ? "one attempt" : `${tries.value} attempts`}${attempt === undefined || isUnknown(attempt) ? "" : `, about ${time(tries.value * attempt)}`}${startup === "trap" ? ", until the next packet asks for it" : ""}.`;
}
