import { isUnknown } from "../../../engine/unknown.ts";
import type { Hook, Statement } from "../ruleset.ts";
import type { BaseChain } from "./hooks.ts";
import { beforeConntrack } from "./host.ts";
import type { PacketView } from "./packet.ts";
import type { Reading } from "./reading.ts";
import { calculated, name, notKnown, number } from "./reading.ts";
import type { State } from "./state.ts";
import { write } from "./state.ts";

/** Conntrack sees to a packet once: a notrack after that has an effect only on what it did not take. */
export function afterNotrack(state: State, base: BaseChain, view: PacketView): State {
  if (state.untracked === "yes" || base.hook === "ingress") return state;
  // What the host sends to itself has met conntrack at its output.
  const early = view.looped ? "no" : beforeConntrack({ hook: base.hook, priority: base.priority, dialect: base.ruleset.dialect });
  if (early === "no" && view.state !== "invalid") return state;
  return { ...state, untracked: early === "maybe" && view.state !== "invalid" ? "maybe" : "yes" };
}

/** The packet's new addresses and ports; what the text does not tell is unknown from here on. */
export function afterNat(state: State, { nat, to }: Statement & { kind: "nat" }, view: PacketView): State {
  const destination = nat === "dnat" || nat === "redirect";
  const [address, port] = destination ? [`${view.family} daddr`, "th dport"] : [`${view.family} saddr`, "th sport"];
  const lost = notKnown(`the ${destination ? "destination" : "source"} is translated on the way`);
  let after = write(state, "ct status", { kind: "names", names: [...translatedBefore(state), destination ? "dnat" : "snat"] });
  after = write(after, `nat ${destination ? "destination" : "source"}`, name("done"));
  if (to === undefined || isUnknown(to)) return write(write(after, address, lost), port, lost);
  const elsewhere = nat === "redirect" || nat === "masquerade";
  if (to.address !== undefined) after = write(after, address, number(to.address));
  else if (elsewhere) after = write(after, address, lost);
  return to.port === undefined ? after : write(after, port, number(to.port));
}

/** Which end of a connection the chains that translate at that hook are for (HOOK2MANIP). */
export function manipulation(hook: Hook | undefined): "source" | "destination" {
  return hook === "postrouting" || hook === "input" ? "source" : "destination";
}

function translatedBefore(state: State): readonly string[] {
  const status = state.written.get("ct status");
  return status?.kind === "names" ? status.names : [];
}

/** Writes a field from what was read. */
export function afterAssignment(state: State, { field, value }: Statement & { kind: "assign" }, source: Reading): State {
  const reading = isUnknown(value) ? notKnown(value.unknown) : calculated(source, value.and, value.xor);
  return write(state, field.startsWith("@") ? "@" : field, reading);
}

/** What statements write that the model knows only by name. */
export function afterOther(state: State, statement: string): State {
  const field = statement === "mark" ? "meta mark" : statement === "connmark" ? "ct mark" : / set$/.test(statement) ? statement.slice(0, -4) : undefined;
  if (field === undefined) return state;
  const lost = notKnown(`a rule on the way sets ${field}`);
  const after = write(state, field, lost);
  return statement === "connmark" ? write(after, "meta mark", lost) : after;
}
