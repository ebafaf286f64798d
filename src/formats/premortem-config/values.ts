import ipaddr from "ipaddr.js";
import type { Document, Node, Scalar } from "yaml";
import type { Advisory } from "../../engine/configuration.ts";
import type { Severity } from "../../engine/finding.ts";
import type { Range } from "../../engine/location.ts";
import { nearest } from "../../engine/similar.ts";
import type { SyntaxProblem } from "../format.ts";
import type { Kind } from "./keys.ts";
import { EXPECTED } from "./keys.ts";
import type { Quantity } from "./units.ts";
import { parseQuantity } from "./units.ts";

type Yaml = typeof import("yaml");

/** A rule id that the file gives a severity. Whether there is such a rule only the rules know. */
export interface SeverityEntry {
  readonly rule: string;
  readonly severity: Severity | "off";
  readonly range: Range;
}

/** The keys of an advisory. */
const ADVISORY: readonly string[] = ["product", "versions", "why", "link", "instead", "packages"];
const LEVELS: readonly string[] = ["error", "warning", "info", "off"];

/** Reads one value of `premortem.yaml`, collecting what is wrong with it. */
export class ValueReader {
  readonly problems: SyntaxProblem[] = [];
  readonly severities: SeverityEntry[] = [];
  readonly #yaml: Yaml;
  readonly #document: Document;

  constructor(yaml: Yaml, document: Document) {
    this.#yaml = yaml;
    this.#document = document;
  }

  /** The node that an alias stands for; undefined for nothing. */
  resolve(node: unknown): Node | undefined {
    const target = this.#yaml.isAlias(node) ? node.resolve(this.#document) : node;
    return this.#yaml.isNode(target) && !this.#yaml.isAlias(target) ? target : undefined;
  }

  range(node: unknown): Range {
    const range = this.#yaml.isNode(node) ? node.range : undefined;
    return range ? { start: range[0], end: range[1] } : { start: 0, end: 0 };
  }

  problem(range: Range, message: string, replacement?: string): void {
    this.problems.push({ range, message, certain: true, ...(replacement !== undefined && { edits: [{ range, newText: replacement }] }) });
  }

  /** The value in the units of `Configuration`; undefined where it is wrong, which is then among the problems. */
  read(path: string, kind: Kind, node: unknown): unknown {
    switch (kind) {
      case "name":
      case "count":
      case "size":
      case "rate":
      case "duration":
      case "duration-or-variable":
        return this.#scalar(path, kind, node, (value) => one(kind, value));
      case "names":
      case "globs":
        return this.#list(path, kind, node, (value) => (value === "" ? undefined : value));
      case "networks":
        return this.#list(path, kind, node, (value) => (ipaddr.isValidCIDR(value) || ipaddr.isValid(value) ? value : undefined));
      case "ports":
        return this.#list(path, kind, node, (value) => (/^\d{1,5}$/.test(value) && +value > 0 && +value < 65536 ? +value : undefined));
      case "advisories":
        return this.#advisories(path, node);
      case "severities":
        return this.#severities(path, node);
    }
  }

  #scalar<T>(path: string, kind: Kind, node: unknown, parse: (value: string) => T | undefined): T | undefined {
    const scalar = this.resolve(node);
    const text = this.#yaml.isScalar(scalar) ? textOf(scalar) : undefined;
    const value = text === undefined ? undefined : parse(text);
    if (value === undefined) this.#wrong(path, kind, node, text);
    return value;
  }

  #list<T>(path: string, kind: Kind, node: unknown, parse: (value: string) => T | undefined): T[] | undefined {
    const list = this.resolve(node);
    if (list !== undefined && this.#yaml.isSeq(list)) {
      return list.items.flatMap((item) => this.#scalar(path, kind, item, parse) ?? []);
    }
    // A single word where a list belongs is plain enough.
    const only = this.#scalar(path, kind, node, parse);
    return only === undefined ? undefined : [only];
  }

  #advisories(path: string, node: unknown): Advisory[] | undefined {
    const list = this.resolve(node);
    if (list === undefined || !this.#yaml.isSeq(list)) {
      this.#wrong(path, "advisories", node, undefined);
      return undefined;
    }
    return list.items.flatMap((item) => {
      const map = this.resolve(item);
      const given: { [name: string]: unknown } = {};
      for (const pair of map !== undefined && this.#yaml.isMap(map) ? map.items : []) {
        const name = this.#yaml.isScalar(pair.key) ? (textOf(pair.key) ?? "") : "";
        if (name === "packages") given[name] = this.#list(`${path}.packages`, "names", pair.value, (value) => value);
        else if (ADVISORY.includes(name)) given[name] = this.#scalar(`${path}.${name}`, "name", pair.value, (value) => (value === "" ? undefined : value));
        else {
          const meant = nearest(name, ADVISORY);
          this.problem(this.range(pair.key), `There is no key "${name}" in an advisory, so it changes nothing.${meant === undefined ? ` Keys: ${ADVISORY.join(", ")}.` : ` Did you mean ${meant}?`}`, meant);
        }
      }
      const complete = typeof given.product === "string" && typeof given.versions === "string" && typeof given.why === "string";
      if (complete) return given as unknown as Advisory;
      this.#wrong(path, "advisories", item, undefined);
      return [];
    });
  }

  #severities(path: string, node: unknown): Record<string, Severity | "off"> | undefined {
    const map = this.resolve(node);
    if (map === undefined || !this.#yaml.isMap(map)) {
      this.#wrong(path, "severities", node, undefined);
      return undefined;
    }
    const result: Record<string, Severity | "off"> = {};
    for (const pair of map.items) {
      const rule = this.#yaml.isScalar(pair.key) ? textOf(pair.key) : undefined;
      const value = this.resolve(pair.value);
      // YAML 1.1 tools read `off` as false; so does a schema-aware editor that quotes nothing.
      const text = this.#yaml.isScalar(value) ? (value.value === false ? "off" : textOf(value)) : undefined;
      if (rule === undefined || text === undefined || !LEVELS.includes(text)) {
        const meant = text && nearest(text, LEVELS);
        const range = this.range(pair.value ?? pair.key);
        this.problem(
          range,
          `The severity of ${rule ?? "a rule"} is error, warning, info or off, not ${text ? `"${text}"` : "this"}. The rule keeps its own.` +
            (meant ? ` Did you mean ${meant}?` : ""),
          meant,
        );
        continue;
      }
      result[rule] = text as Severity | "off";
      this.severities.push({ rule, severity: text as Severity | "off", range: this.range(pair.key) });
    }
    return result;
  }

  #wrong(path: string, kind: Kind, node: unknown, text: string | undefined): void {
    const shown = text === undefined || text === "" ? "" : `, not "${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
    this.problem(this.range(node), `${path} expects ${EXPECTED[kind]}${shown}. It is left out, so its default holds.`);
  }
}

function one(kind: Kind, value: string): string | number | undefined {
  if (kind === "name") return value === "" ? undefined : value;
  if (kind === "count") return /^[1-9]\d{0,8}$/.test(value) ? Number(value) : undefined;
  if (kind !== "duration-or-variable") return parseQuantity(value, kind as Quantity);
  return parseQuantity(value, "duration") ?? (/^[A-Za-z_][\w.]*$/.test(value) ? value : undefined);
}

/** The scalar as it is written: `1.10` stays `1.10`. Undefined for null. */
function textOf(scalar: Scalar): string | undefined {
  if (scalar.value === null || scalar.value === undefined) return undefined;
  return typeof scalar.value === "string" ? scalar.value : (scalar.source ?? String(scalar.value));
}
