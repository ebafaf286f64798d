import type { Ruleset } from "../ruleset.ts";
import { Composition } from "./composition.ts";
import type { Node } from "./diagram.ts";
import { Diagram, NO, OUTCOME, TooLarge, YES } from "./diagram.ts";
import type { Condition } from "./packet-set.ts";
import { PacketSet, packetsLike } from "./packet-set.ts";
import { Space } from "./space.ts";

/** The ways of packets: to this host, through it, and from it. */
export const WAYS = ["input", "forward", "output"] as const;
/** One of them. */
export type Way = (typeof WAYS)[number];

const { accept, unknown } = OUTCOME;
const truth = (value: boolean): Node => (value ? YES : NO);

/** What may differ between two versions: refused before and accepted after, the reverse, refused in another way, or not computed. */
export type Difference = "opened" | "closed" | "changed" | "unknown";
type Joinings = Readonly<Record<Difference, (f: Node, g: Node) => Node>>;

/**
 * What versions of a firewall do with all packets of one family, in one space so that they can be compared. A version is
 * all rulesets that a host loads. Its methods throw `TooLarge` where the diagrams grow beyond the budget.
 */
export class Meaning {
  readonly space: Space;
  readonly composition: Composition;
  readonly #versions: readonly (readonly Ruleset[])[];
  readonly #decisions = new Map<string, Node>();
  readonly #surely: (f: Node) => Node;
  readonly #maybe: (f: Node) => Node;
  readonly #never: (f: Node) => Node;
  readonly #uncertain: (f: Node) => Node;
  #joined: Joinings | undefined;

  /** `budget`: the most nodes, of about 40 bytes each. */
  constructor(family: "ip" | "ip6", versions: readonly (readonly Ruleset[])[], budget?: number) {
    const diagram = new Diagram(budget);
    this.#versions = versions;
    this.space = new Space(diagram, family, versions.flat());
    this.composition = new Composition(this.space);
    this.#surely = diagram.mapping((outcomes) => truth(outcomes === accept));
    this.#maybe = diagram.mapping((outcomes) => truth((outcomes & (accept | unknown)) !== 0));
    this.#never = diagram.mapping((outcomes) => truth((outcomes & (accept | unknown)) === 0));
    this.#uncertain = diagram.mapping((outcomes) => truth((outcomes & (outcomes - 1)) !== 0 || outcomes === unknown));
  }

  /** What becomes of each packet of a way: a diagram of outcomes. */
  decisions(way: Way, version = 0): Node {
    const key = `${way} ${version}`;
    let node = this.#decisions.get(key);
    if (node === undefined) this.#decisions.set(key, (node = this.composition.decisions(this.#versions[version]!, way)));
    return node;
  }

  /** The packets that are accepted for certain. */
  accepted(way: Way, version = 0): PacketSet {
    return new PacketSet(this.space, way, this.#surely(this.decisions(way, version)));
  }

  /** The packets that are, or may be, accepted. */
  acceptable(way: Way, version = 0): PacketSet {
    return new PacketSet(this.space, way, this.#maybe(this.decisions(way, version)));
  }

  /** The packets that are dropped or rejected for certain. */
  refused(way: Way, version = 0): PacketSet {
    return new PacketSet(this.space, way, this.#never(this.decisions(way, version)));
  }

  /** The packets about which the text does not decide. */
  undecided(way: Way, version = 0): PacketSet {
    return new PacketSet(this.space, way, this.#uncertain(this.decisions(way, version)));
  }

  /** All packets that are as the condition says. */
  packets(way: Way, condition: Condition = {}): PacketSet {
    return packetsLike(this.space, way, condition);
  }

  /** The packets about which two versions differ in that way. */
  compare(way: Way, first: number, second: number, wanted: Difference): PacketSet {
    const join = this.#joinings()[wanted];
    return new PacketSet(this.space, way, join(this.decisions(way, first), this.decisions(way, second)));
  }

  #joinings(): Joinings {
    const { diagram } = this.space;
    const refused = (outcomes: number): boolean => (outcomes & (accept | unknown)) === 0;
    this.#joined ??= {
      opened: diagram.joining((f, g) => truth(refused(f) && g === accept)),
      closed: diagram.joining((f, g) => truth(f === accept && refused(g))),
      changed: diagram.joining((f, g) => truth(f !== g && refused(f) && refused(g))),
      unknown: diagram.joining((f, g) => truth(f !== g && !(refused(f) && refused(g)) && !(refused(f) && g === accept) && !(f === accept && refused(g)))),
    };
    return this.#joined;
  }
}

/** Gives what `ask` gives, or undefined where the diagrams grow too large for it. */
export function unlessTooLarge<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof TooLarge) return undefined;
    throw error;
  }
}
