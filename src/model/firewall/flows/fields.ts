import { holds } from "../evaluate/match.ts";
import { beforeConntrack } from "../evaluate/host.ts";
import type { Point } from "../evaluate/packet.ts";
import { PacketView } from "../evaluate/packet.ts";
import type { Reading } from "../evaluate/reading.ts";
import { keyOf, UNTOUCHED } from "../evaluate/state.ts";
import { PROTOCOLS } from "../../../formats/iptables/names.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Field, Packet, SetElement, Values } from "../ruleset.ts";
import type { Node } from "./diagram.ts";
import { MAYBE, NO, YES } from "./diagram.ts";
import type { Block, Space } from "./space.ts";
import { STATES, WITH_PORTS } from "./space.ts";

/** Where a chain sees packets. */
export interface View extends Point {
  /** The hook that the packets end up at. */
  readonly way: Packet["hook"];
}

/** What packets hold in a field: which have it, of which its value is told, and which of those have one of some values. */
interface SymbolicReading {
  readonly present: Node;
  readonly known: Node;
  readonly within: (values: Exclude<Values, { unknown: string }>) => Node;
}

const MULTICAST: Readonly<Record<"ip" | "ip6", readonly [bigint, bigint]>> = {
  ip: [0xe000_0000n, 0xefff_ffffn],
  ip6: [0xffn << 120n, (1n << 128n) - 1n],
};
const LOOPBACK: Readonly<Record<"ip" | "ip6", readonly [bigint, bigint]>> = { ip: [0x7f00_0000n, 0x7fff_ffffn], ip6: [1n, 1n] };

/** Reads fields of all packets at once, in agreement with what `evaluate` reads of one. */
export class Fields {
  readonly #space: Space;

  constructor(space: Space) {
    this.#space = space;
  }

  /** Which packets have one of the values in the field. */
  match(field: Field, values: Values, negated: boolean, view: View): Node {
    const reading = this.#read(field, view);
    if (reading.present === NO) return NO;
    const { diagram } = this.#space;
    const found = this.#holds(reading, values);
    return diagram.and(reading.present, negated ? diagram.not(found) : found);
  }

  /** Which packets have all of the fields. */
  present(fields: readonly Field[], view: View): Node {
    return fields.reduce((all, field) => this.#space.diagram.and(all, this.#read(field, view).present), YES);
  }

  /** Which packets, of those that have the fields, an element of a set is for. */
  element({ key }: SetElement, fields: readonly Field[], view: View): Node {
    const { diagram } = this.#space;
    let all = YES;
    for (let i = fields.length - 1; i >= 0; i--) {
      const values = key[i];
      all = diagram.and(values === undefined ? MAYBE : this.#holds(this.#read(fields[i]!, view), values), all);
    }
    return all;
  }

  /** Which packets any of the elements is for. */
  elements(elements: readonly SetElement[], fields: readonly Field[], view: View): Node {
    // By halves: joining one by one would go through what is joined so far each time.
    const join = (from: number, to: number): Node => {
      if (to - from === 0) return NO;
      if (to - from === 1) return this.element(elements[from]!, fields, view);
      const middle = (from + to) >> 1;
      return this.#space.diagram.or(join(from, middle), join(middle, to));
    };
    return join(0, elements.length);
  }

  /** The packets in a state of connection, as conntrack tells it. */
  state(...wanted: readonly (typeof STATES)[number][]): Node {
    return this.#space.classes(this.#space.block("ct state")!, ({ name }) => (wanted as readonly string[]).includes(name));
  }

  /** The packets of a way that come in, or go out, by one of the interfaces. */
  interfaces(field: "meta iifname" | "meta oifname", names: readonly string[], way: Packet["hook"]): Node {
    if (way === (field === "meta iifname" ? "output" : "input")) return YES;
    return this.#space.classes(this.#space.block(field)!, (one) => one.kind === "name" && names.includes(one.name));
  }

  /** The packets of the protocols. */
  protocol(...numbers: readonly number[]): Node {
    const sorted = [...numbers].sort((a, b) => a - b);
    return this.#space.intervals(this.#space.block("meta l4proto")!, sorted.map((number) => [BigInt(number), BigInt(number)]));
  }

  #holds({ known, within }: SymbolicReading, values: Values): Node {
    if (isUnknown(values)) return MAYBE;
    if (values.kind === "intervals" && values.intervals.length === 0) return NO;
    if (values.kind === "names" && values.names.length === 0) return NO;
    if (known === NO) return MAYBE;
    return this.#space.diagram.choose(known, within(values), MAYBE);
  }

  #read(field: Field, view: View): SymbolicReading {
    const { diagram, family } = this.#space;
    const space = field.indexOf(" ");
    const base = space === -1 ? field : field.slice(0, space);
    const rest = space === -1 ? "" : field.slice(space + 1);
    switch (base) {
      case "meta":
        return this.#meta(field, rest, view);
      case "ip":
      case "ip6":
        if (base !== family) return this.#nothing();
        if (rest === "saddr" || rest === "daddr") return this.#block(field, YES);
        return rest === "protocol" || rest === "nexthdr" ? this.#block("meta l4proto", YES) : this.#further(field, YES, view);
      case "icmp":
      case "icmpv6":
        return rest === "type" || rest === "code" ? this.#block(`icmp ${rest}`, this.protocol(base === "icmp" ? 1 : 58)) : this.#further(field, this.protocol(base === "icmp" ? 1 : 58), view);
      case "tcp":
      case "udp":
      case "udplite":
      case "sctp":
      case "dccp": {
        const present = this.protocol(PROTOCOLS[base]!);
        if (rest === "sport" || rest === "dport") return this.#block(`th ${rest}`, present);
        return rest === "flags" && base === "tcp" ? this.#block("tcp flags", present) : this.#further(field, present, view);
      }
      case "th": {
        if (rest !== "sport" && rest !== "dport") return this.#further(field, YES, view);
        const reading = this.#block(field, YES);
        return { ...reading, known: diagram.and(reading.known, this.protocol(...WITH_PORTS)) };
      }
      case "ah":
      case "esp":
      case "comp":
        return this.#further(field, this.protocol({ ah: 51, esp: 50, comp: 108 }[base]), view);
      case "ct":
        return this.#conntrack(field, rest, view);
      case "fib":
        return this.#fib(field, rest, view);
      default:
        return this.#further(field, YES, view);
    }
  }

  /** A field that has a block. */
  #block(field: Field, present: Node): SymbolicReading {
    const { diagram } = this.#space;
    const block = this.#space.block(field)!;
    const lost = diagram.or(this.#space.flag(field), /^(ip|ip6|th|tcp|icmp) /.test(field) ? this.#space.flag("rewritten") : NO);
    return { present, known: diagram.not(lost), within: (values) => this.#of(block, values) };
  }

  #of(block: Block, values: Exclude<Values, { unknown: string }>): Node {
    // A name cannot be compared with a number.
    if (block.classes && values.kind !== "names") return MAYBE;
    return this.#space.within(block, values);
  }

  /** What one packet of the kind reads is what all do: the field depends on nothing that has variables. */
  #constant(field: Field, view: View, of: Partial<Packet> = {}): SymbolicReading {
    const packet: Packet = { hook: view.way, family: this.#space.family, iif: "x", oif: "x", saddr: this.#space.family === "ip" ? "192.0.2.1" : "2001:db8::1", daddr: this.#space.family === "ip" ? "192.0.2.2" : "2001:db8::2", proto: 6, sport: 1, dport: 1, ct: "new", ...of };
    return this.#said(new PacketView(packet).read(field, view, UNTOUCHED));
  }

  #said(reading: Reading): SymbolicReading {
    if (reading.kind === "absent") return this.#nothing();
    if (reading.kind === "unknown") return { present: YES, known: NO, within: () => MAYBE };
    return {
      present: YES,
      known: YES,
      within: (values) => {
        const truth = holds(reading, values);
        return truth === "yes" ? YES : truth === "no" ? NO : MAYBE;
      },
    };
  }

  #nothing(): SymbolicReading {
    return { present: NO, known: NO, within: () => NO };
  }

  /** A field that packets of other rules may have too: with variables of its own where the evaluator takes its value from the packet. */
  #further(field: Field, present: Node, view: View): SymbolicReading {
    const protocol = { tcp: 6, udp: 17, udplite: 136, sctp: 132, dccp: 33, icmp: 1, icmpv6: 58, ah: 51, esp: 50, comp: 108 }[field.split(" ", 1)[0]!];
    const constant = this.#constant(field, view, { proto: protocol ?? 6 });
    if (constant.present === NO) return constant;
    if (constant.known === NO && this.#space.block(keyOf(field))) return this.#block(keyOf(field), present);
    return { ...constant, present: this.#space.diagram.and(present, constant.present) };
  }

  #meta(field: Field, key: string, view: View): SymbolicReading {
    switch (key) {
      case "iif":
      case "iifname":
        return view.way === "output" ? this.#constant(field, view) : this.#block("meta iifname", YES);
      case "oif":
      case "oifname":
        return view.hook === "prerouting" || view.hook === "input" || view.hook === "ingress" ? this.#constant(field, view) : this.#block("meta oifname", YES);
      case "l4proto":
      case "mark":
        return this.#block(field, YES);
      case "pkttype": {
        if (view.way === "output") return this.#further(field, YES, view);
        // As the packet came: a translation changes nothing about it.
        const [multicast, broadcast] = [this.#space.flag("to multicast"), this.#space.flag("to broadcast")];
        return this.#kinds({ multicast, broadcast, host: this.#space.diagram.not(this.#space.diagram.or(multicast, broadcast)) });
      }
      default:
        return this.#further(field, YES, view);
    }
  }

  /** A field of names of which each packet has the one whose set it is in. */
  #kinds(kinds: Readonly<Record<string, Node>>, known: Node = YES): SymbolicReading {
    const { diagram } = this.#space;
    const within = (values: Exclude<Values, { unknown: string }>): Node => {
      let found = NO;
      for (const [kind, packets] of Object.entries(kinds)) {
        const truth = holds({ kind: "name", name: kind }, values);
        found = diagram.choose(packets, truth === "yes" ? YES : truth === "no" ? NO : MAYBE, found);
      }
      return found;
    };
    return { present: YES, known, within };
  }

  /** Whom the destination address stands for. */
  get destination(): { multicast: Node; broadcast: Node; unicast: Node } {
    return this.#destination();
  }

  #destination(): { multicast: Node; broadcast: Node; unicast: Node } {
    const { diagram, family } = this.#space;
    const block = this.#space.block(`${family} daddr`)!;
    const multicast = this.#space.intervals(block, [MULTICAST[family]]);
    const broadcast = family === "ip" ? this.#space.intervals(block, [[0xffff_ffffn, 0xffff_ffffn]]) : NO;
    return { multicast, broadcast, unicast: diagram.not(diagram.or(multicast, broadcast)) };
  }

  #interface(field: "meta iifname" | "meta oifname", name: string): Node {
    return this.#space.classes(this.#space.block(field)!, (one) => one.kind === "name" && one.name === name);
  }

  /** Conntrack's fields; the state and, of new connections, what they start with. */
  #conntrack(field: Field, key: string, view: View): SymbolicReading {
    const { diagram } = this.#space;
    const notracked = this.#space.flag("notracked");
    const before = beforeConntrack(view);
    // What the host sends to itself keeps at its input what conntrack found at its output.
    const after = before === "no" ? YES : view.way === "output" ? NO : this.#interface("meta iifname", "lo");
    if (key === "state") {
      const told = this.#kinds(Object.fromEntries(STATES.map((state) => [state, this.state(state)])));
      const early = this.#said({ kind: "name", name: "invalid" });
      const without = this.#said({ kind: "name", name: "untracked" });
      return {
        present: YES,
        known: diagram.or(notracked, diagram.or(after, before === "yes" ? diagram.not(this.state("untracked")) : NO)),
        within: (values) => diagram.choose(notracked, without.within(values), diagram.choose(after, told.within(values), early.within(values))),
      };
    }
    const tracked = this.state("new", "established", "related");
    const doubtful = before === "maybe" ? YES : this.state("untracked");
    const present = diagram.without(diagram.choose(after, tracked, doubtful), notracked);
    const reading = this.#ofConnection(field, key, view);
    return { present: diagram.and(present, diagram.or(diagram.not(after), reading.present)), known: diagram.and(after, reading.known), within: reading.within };
  }

  /** A field of a tracked connection. */
  #ofConnection(field: Field, key: string, view: View): SymbolicReading {
    const { diagram } = this.#space;
    // What a new connection's mark is at first is the composer's: rules may write it.
    if (key === "mark" && this.#space.block(field)) return this.#block(field, YES);
    if (key === "protocol") return this.#block("meta l4proto", YES);
    if (key === "status") return this.#status();
    // As a chain after conntrack reads it.
    const late: View = { ...view, hook: view.way === "prerouting" ? "input" : view.way, priority: 0 };
    const fresh = this.#constant(field, late);
    const told = this.#constant(field, late, { ct: "established" });
    const old = told.known === NO && this.#space.block(field) ? this.#block(field, YES) : told;
    const isNew = this.state("new");
    return {
      present: diagram.choose(isNew, fresh.present, old.present),
      known: diagram.choose(isNew, fresh.known, old.known),
      within: (values) => diagram.choose(isNew, fresh.within(values), old.within(values)),
    };
  }

  /** Of what is known of a connection's status: whether its packet has been translated on the way. */
  #status(): SymbolicReading {
    const { diagram } = this.#space;
    const [source, destination] = [this.#space.flag("nat source"), this.#space.flag("nat destination")];
    return {
      present: YES,
      known: diagram.or(this.state("new"), diagram.or(source, destination)),
      within: (values) => {
        const names = values.kind === "names" ? values.names : undefined;
        if (names === undefined) return MAYBE;
        return diagram.or(names.includes("snat") ? source : NO, names.includes("dnat") ? destination : NO);
      },
    };
  }

  #fib(field: Field, key: string, view: View): SymbolicReading {
    const { diagram, family } = this.#space;
    const loopback = diagram.or(view.way === "output" ? NO : this.#interface("meta iifname", "lo"), view.way === "input" ? NO : this.#interface("meta oifname", "lo"));
    if (key === "daddr type") {
      const { multicast, broadcast, unicast } = this.#destination();
      const local = view.way === "input" ? unicast : diagram.and(unicast, loopback);
      return this.#kinds({ multicast, broadcast, local, unicast: diagram.without(unicast, local) }, diagram.not(this.#space.flag("destination changed")));
    }
    if (key === "saddr type") {
      const block = this.#space.block(`${family} saddr`)!;
      const here = view.way === "output" && view.hook !== "input" ? YES : view.way === "output" ? NO : this.#interface("meta iifname", "lo");
      const local = diagram.or(here, this.#space.intervals(block, [LOOPBACK[family]]));
      const unspecified = diagram.without(this.#space.intervals(block, [[0n, 0n]]), here);
      return this.#kinds({ local, unicast: diagram.not(local) }, diagram.without(diagram.not(unspecified), this.#space.flag("source changed")));
    }
    return this.#further(field, YES, view);
  }
}
