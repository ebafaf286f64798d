import type { FieldInfo } from "./fields.ts";
import { fieldInfo } from "./fields.ts";
import type { CheckedValues } from "./check-values.ts";
import type { Say } from "./check-chains.ts";
import { typeByName } from "./datatypes.ts";
import type { TypeName } from "./datatypes.ts";
import type { ElementNode, Expression, Name, SetNode } from "./tree.ts";

const UNKNOWN: FieldInfo = { type: "unknown", bits: 0 };
/** Types that are not compared: they depend on the family, or nft has finer ones. */
const LOOSE: ReadonlySet<TypeName> = new Set<TypeName>(["unknown", "address", "string", "time", "time_span", "hour", "verdict"]);

/** A set or map as it is declared. */
interface Declared {
  readonly isMap: boolean;
  readonly key: readonly FieldInfo[] | undefined;
  /** Of a map; `object` for counters, limits and the like. */
  readonly data: "verdict" | "object" | FieldInfo | undefined;
  readonly ranges: boolean;
  readonly merges: boolean;
  readonly timed: boolean;
}

/** The sets and maps of one table, and what nft refuses about them and about how they are used. */
export class Sets {
  readonly #declared = new Map<string, Declared>();
  readonly #spans = new Map<string, Span[]>();
  readonly #values: CheckedValues;
  readonly #say: Say;

  constructor(values: CheckedValues, say: Say) {
    this.#values = values;
    this.#say = say;
  }

  /** Takes note of a set before the rules are read, for they may come first. */
  declare(set: SetNode): void {
    const key = set.keyExpression ? infosOf(set.keyExpression) : set.keyType.length > 0 ? set.keyType.map((name) => typeByName(name) ?? UNKNOWN) : undefined;
    const before = this.#declared.get(set.name.text);
    if (!key && before) return;
    // A set that is declared in two ways is deleted between them, or the second is refused.
    const again = before !== undefined && (before.isMap !== (set.kind === "map") || !key || !before.key || differ(key, before.key));
    this.#declared.set(set.name.text, again ? { isMap: before.isMap, key: undefined, data: undefined, ranges: true, merges: true, timed: true } : { isMap: set.kind === "map", key, data: dataOf(set), ranges: set.flags.includes("interval"), merges: set.flags.includes("auto-merge"), timed: set.flags.includes("timeout") });
  }


  /** A set where it stands: its declaration and its elements. */
  set(set: SetNode): void {
    const named = set.name.text !== "";
    const keyed = set.keyType.length > 0 || set.keyExpression !== undefined;
    if (named && !keyed && !set.open) return this.#say(set.name, `The ${set.kind} ${set.name.text} has no type: nft loads nothing of this file. Write "type …" or "typeof …" into its braces.`);
    if (set.elements) this.elements(set.name, set.elements);
  }

  /** Elements of a set, where it is declared and where a command adds some. */
  elements(name: Name, written: Expression): void {
    const set = this.#declared.get(name.text);
    if (!set?.key) return;
    this.#values.elements(written, set.key);
    if (set.isMap) {
      this.#data(written, set.data);
      this.#values.distinct(elementsOf(this.#values.expand(written)), set.key);
    } else this.#plain(written);
    const timed = set.timed ? undefined : elementsOf(this.#values.expand(written)).find(({ timeout }) => timeout);
    if (timed) this.#say(timed, `An element has a timeout, and ${name.text} has no "flags timeout": the kernel refuses the whole file. Add the flag to the set's declaration.`);
    if (!set.ranges) this.#single(written);
    else if (set.isMap) return;
    else if (!set.merges && set.key.length === 1) this.#overlaps(name.text, written, set.key[0]!);
  }

  /** A set in a match: it must be for the fields that it is compared with. */
  compared(reference: Expression & { kind: "set-reference" }, parts: readonly FieldInfo[]): void {
    this.#keys(reference, parts);
  }

  /** The set that a rule adds to. */
  filled(set: Name, at: Expression, parts: readonly FieldInfo[]): void {
    const key = this.#declared.get(set.text)?.key;
    if (key && differ(key, parts)) this.#say(at, this.#mismatch(set.text, key, parts));
  }

  /** A map that a value is looked up in: `wanted` is what it must give. */
  lookedUp(reference: Expression & { kind: "set-reference" }, parts: readonly FieldInfo[], wanted: "verdict" | "data", given: readonly TypeName[] = []): void {
    const set = this.#declared.get(reference.name.text);
    if (!set?.key) return;
    if (!set.isMap) return this.#say(reference, `${reference.name.text} is a set, and a map is needed here: nft loads nothing of this file.`);
    if (wanted === "verdict" && set.data !== "verdict") return this.#say(reference, `The map ${reference.name.text} gives no verdicts: nft loads nothing of this file. Use a map of "type … : verdict".`);
    if (wanted === "data" && set.data === "verdict") return this.#say(reference, `The map ${reference.name.text} gives verdicts, and a value is needed here: nft loads nothing of this file.`);
    if (typeof set.data === "object" && given.length > 0 && !LOOSE.has(set.data.type) && !given.includes(set.data.type)) {
      return this.#say(reference, `The map ${reference.name.text} gives values of the type ${set.data.type}, and ${given.join(" or ")} is needed here: nft loads nothing of this file.`);
    }
    this.#keys(reference, parts);
  }

  #keys(reference: Expression & { kind: "set-reference" }, parts: readonly FieldInfo[]): void {
    const key = this.#declared.get(reference.name.text)?.key;
    if (key && differ(key, parts)) this.#say(reference, this.#mismatch(reference.name.text, key, parts));
  }

  #mismatch(name: string, key: readonly FieldInfo[], parts: readonly FieldInfo[]): string {
    return `${name} is for ${shown(key)}, and ${shown(parts)} is compared with it: nft loads nothing of this file.`;
  }

  #plain(written: Expression): void {
    const mapped = elementsOf(this.#values.expand(written)).find(({ value }) => value !== undefined);
    if (mapped) this.#say(mapped, "This element has a value, and the set is no map: nft loads nothing of this file. Declare a map, or remove the value.");
  }

  #data(written: Expression, data: Declared["data"]): void {
    if (data === undefined || data === "object") return;
    for (const element of elementsOf(this.#values.expand(written))) this.#values.datum(element, data);
  }

  /** Without `flags interval` a set has single values only. */
  #single(written: Expression): void {
    for (const { key } of elementsOf(this.#values.expand(written))) {
      if (key.kind === "word") continue;
      const parts = key.kind === "concat" ? key.parts : [key];
      for (const part of parts) {
        const value = this.#values.expand(part);
        if (value.kind !== "prefix" && value.kind !== "range") continue;
        return this.#say(part, `A set with ${value.kind === "prefix" ? "networks" : "ranges"} needs "flags interval": nft loads nothing of this file. Add it to the set's declaration.`);
      }
    }
  }

  #overlaps(name: string, written: Expression, info: FieldInfo): void {
    let spans = this.#spans.get(name);
    if (!spans) this.#spans.set(name, (spans = []));
    for (const { key } of elementsOf(this.#values.expand(written))) {
      const span = this.#values.span(key, info);
      if (span) spans.push({ first: span.first, last: span.last, at: key.range });
    }
  }

  /** Tells of elements that overlap, once all commands have added theirs. */
  finish(): void {
    for (const [name, spans] of this.#spans) {
      const clash = overlap(spans);
      if (clash) this.#say({ range: clash.at }, `This overlaps with another element of ${name}: nft loads nothing of this file. Remove one, or add "auto-merge" to the set.`);
    }
    this.#spans.clear();
  }
}

/** Where a number stands in the text. */
interface Span {
  readonly first: bigint;
  readonly last: bigint;
  readonly at: Expression["range"];
}

/** The later written of two spans that overlap and are not the same; undefined where all are disjoint. */
function overlap(spans: Span[]): Span | undefined {
  if (spans.some((span, i) => i > 0 && span.first < spans[i - 1]!.first)) {
    spans.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : a.last < b.last ? -1 : a.last > b.last ? 1 : 0));
  }
  for (let i = 1; i < spans.length; i++) {
    const [one, two] = [spans[i - 1]!, spans[i]!];
    if (two.first > one.last || (two.first === one.first && two.last === one.last)) continue;
    return two.at.start > one.at.start ? two : one;
  }
  return undefined;
}

/** The elements of a set that is written out, with those of the sets in it. */
function elementsOf(set: Expression): readonly ElementNode[] {
  return set.kind === "set" ? set.elements : [];
}

function dataOf(set: SetNode): Declared["data"] {
  if (set.dataExpression) return set.dataExpression.kind === "field" ? (fieldInfo(set.dataExpression.field) ?? UNKNOWN) : undefined;
  if (set.dataType.length !== 1) return undefined;
  const name = set.dataType[0]!;
  return name === "verdict" ? "verdict" : (typeByName(name) ?? "object");
}

function differ(key: readonly FieldInfo[], parts: readonly FieldInfo[]): boolean {
  if (key.length !== parts.length) return parts.every(({ type }) => type !== "unknown");
  return key.some(({ type }, i) => !LOOSE.has(type) && !LOOSE.has(parts[i]!.type) && same(type) !== same(parts[i]!.type));
}

/** nft counts cgroups as plain integers. */
function same(type: TypeName): TypeName {
  return type === "cgroup" ? "integer" : type;
}

function shown(parts: readonly FieldInfo[]): string {
  return parts.map(({ type }) => type).join(" . ");
}

/** What the parts of a key hold. */
export function infosOf(key: Expression): FieldInfo[] {
  const parts = key.kind === "concat" ? key.parts : [key];
  return parts.map((part) => {
    const field = part.kind === "binary" ? part.left : part;
    return (field.kind === "field" ? fieldInfo(field.field) : undefined) ?? UNKNOWN;
  });
}
