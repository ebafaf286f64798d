import type { Maybe } from "../../../engine/unknown.ts";
import { unknown } from "../../../engine/unknown.ts";
import type { ElementNode, Expression } from "../../../formats/nftables/index.ts";
import type { Scope } from "./scope.ts";
import { expand } from "./scope.ts";
import type { LoweredField } from "./fields.ts";
import { MOST_VALUES, lowerValues } from "./values.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { SetElement, Values, Verdict } from "../ruleset.ts";

/** How elements are read: the parts of the key, the data of a map, and where a template decides. */
export interface ElementReader {
  readonly parts: readonly LoweredField[];
  /** Of a data map; none for sets and verdict maps. */
  readonly data?: LoweredField;
  readonly scope: Scope;
  readonly conditional: (range: { start: number; end: number }) => boolean;
}

/** The elements of a set or map that is written out; Unknown where it is not. */
export function lowerElements(written: Expression, reader: ElementReader): Maybe<SetElement[]> {
  const expression = expand(written, reader.scope);
  if (expression.kind === "unknown") return unknown(expression.reason);
  const found: SetElement[] = [];
  if (expression.kind === "set") {
    for (const element of expression.elements) {
      const inner = expand(element.key, reader.scope);
      // A set in a set is the same as its elements: so variables are put together.
      if (inner.kind === "set" && element.value === undefined) {
        const nested = lowerElements(inner, reader);
        if (!Array.isArray(nested)) return nested;
        if (found.length + nested.length > MOST_VALUES) return unknown("there are too many elements");
        for (const one of nested) found.push(one);
      } else found.push(lowerElement(element, reader));
    }
    return found;
  }
  if (expression.kind === "set-reference" || expression.kind === "map" || expression.kind === "field") return unknown("its elements are not in the text");
  const items = expression.kind === "list" ? expression.items : [expression];
  return items.map((item) => lowerElement({ key: item, value: undefined, timeout: false, range: item.range }, reader));
}

function lowerElement(element: ElementNode, reader: ElementReader): SetElement {
  const key = reader.conditional(element.range)
    ? reader.parts.map((): Values => unknown("a template decides whether the element is there"))
    : lowerKey(expand(element.key, reader.scope), reader);
  const { value } = element;
  if (value === undefined) return { key, range: element.range };
  const data = expand(value, reader.scope);
  if (data.kind === "verdict") return { key, verdict: lowerVerdict(data.verdict, data.target, reader.scope), range: element.range };
  return { key, ...(reader.data && { data: lowerValues(data, reader.data.info, reader.scope) }), range: element.range };
}

function lowerKey(key: Expression, reader: ElementReader): Values[] {
  const { parts, scope } = reader;
  const [only] = parts;
  if (key.kind === "word" && only !== undefined && parts.length === 1) return [lowerPart(key, only, scope)];
  if (key.kind === "any") return parts.map(({ info }) => lowerValues(key, info, scope));
  const written = key.kind === "concat" ? key.parts : [key];
  if (written.length !== parts.length && parts.length > 1) return parts.map(() => unknown(key.kind === "unknown" ? key.reason : "the key has another number of parts"));
  return parts.map((part, i) => lowerPart(written[i]!, part, scope));
}

function lowerPart(written: Expression, { info, convert }: LoweredField, scope: Scope): Values {
  const values = lowerValues(written, info, scope);
  return convert ? convert(values) : values;
}

const PLAIN = { accept: { kind: "accept" }, drop: { kind: "drop" }, return: { kind: "return" }, continue: { kind: "continue" }, queue: { kind: "queue" } } as const;

/** A verdict of a rule or an element. */
export function lowerVerdict(verdict: string, target: Expression | undefined, scope: Scope): Verdict {
  if (verdict !== "jump" && verdict !== "goto") return PLAIN[verdict as keyof typeof PLAIN];
  const found = target && expand(target, scope);
  if (found?.kind === "word" && !found.text.includes(HOLE)) return { kind: verdict, target: found.text, ...(target && { targetRange: target.range }) };
  return { kind: verdict, target: unknown(found?.kind === "unknown" ? found.reason : "a template decides where it leads") };
}
