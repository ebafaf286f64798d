import type { Location, Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { isConditional } from "../../formats/template/conditional.ts";
import type { Masked } from "../../formats/template/jinja.ts";
import { HOLE, maskJinja } from "../../formats/template/jinja.ts";
import type { YamlNode } from "../../formats/yaml/index.ts";
import type { Host } from "../fleet/fleet.ts";
import type { Workspace } from "../workspace.ts";
import { resolve } from "../written/reference.ts";
import { lengthFrom, prefixFrom } from "./address.ts";
import type { Prefix, Written } from "./network.ts";
import { placeOf } from "./rendered/origin.ts";

/**
 * The text of one file as a reader of networks takes values from it: what a template hides is Unknown, or, read for one
 * host, what the template becomes there.
 */
export class SourceText {
  readonly workspace: Workspace;
  readonly path: string;
  readonly host: Host | undefined;
  #resolves = false;
  /** Null where the text has no template that decides anything. */
  #masked: Masked | null | undefined;

  constructor(workspace: Workspace, path: string, host?: Host) {
    this.workspace = workspace;
    this.path = path;
    this.host = host;
  }

  /** Whether a template was looked up on the host: what was read then rests on more than the text. */
  get resolves(): boolean {
    return this.#resolves;
  }

  /** True where a template's `if` or loop decides whether `range` is there. For formats that do not say so themselves. */
  conditional(range: Range): boolean {
    if (this.#masked === undefined) {
      const text = this.workspace.text(this.path) ?? "";
      this.#masked = text.includes("{%") ? maskJinja(text) : null;
    }
    return this.#masked !== null && isConditional(this.#masked, range);
  }

  at(range: Range): Location {
    return placeOf(this.workspace, this.path, range);
  }

  /** A value as the format read it, at its place: HOLEs and braces stand for templates. */
  text(value: string, range: Range): Maybe<string> {
    if (!value.includes(HOLE) && !value.includes("{{") && !value.includes("{%")) return value;
    const written = value.includes("{{") ? value : (this.workspace.text(this.path) ?? "").slice(range.start, range.end).trim();
    if (this.host === undefined || written.includes(HOLE)) return unknown(`a template decides ${written.slice(0, 60)} in ${this.path}`);
    this.#resolves = true;
    return resolve(this.workspace, this.path, written.replace(/^(["'])(.*)\1$/, "$2"), this.host);
  }

  written(value: string, range: Range): Written<Maybe<string>> {
    return { value: this.text(value, range), location: this.at(range) };
  }

  number(value: string, range: Range): Written<Maybe<number>> {
    const text = this.text(value, range);
    const location = this.at(range);
    if (isUnknown(text)) return { value: text, location };
    return { value: /^\d{1,9}$/.test(text.trim()) ? Number(text) : unknown(`${text.slice(0, 60)} is no number`), location };
  }

  /** An interface's address. With `mask`, the length that another line gives; an address alone stands for itself. */
  prefix(value: string, range: Range, mask?: Written<Maybe<string>>): Written<Maybe<Prefix>> {
    const text = this.text(value, range);
    const location = this.at(range);
    if (isUnknown(text)) return { value: text, location };
    const prefix = prefixFrom(text.trim());
    if (prefix === undefined) return { value: unknown(`${text.slice(0, 60)} is no address`), location };
    if (mask === undefined || text.includes("/")) return { value: prefix, location };
    if (isUnknown(mask.value)) return { value: mask.value, location };
    const length = lengthFrom(mask.value, prefix.family);
    return { value: length === undefined ? unknown(`${mask.value.slice(0, 60)} is no netmask`) : { ...prefix, length }, location };
  }

  /** A route's destination: `default` or a prefix. */
  destination(value: string, range: Range): Maybe<"default" | Prefix> {
    const text = this.text(value, range);
    if (isUnknown(text)) return text;
    const word = text.trim();
    if (word === "default" || word === "any" || word === "all") return "default";
    const prefix = /^0\/0$/.test(word) ? prefixFrom("0.0.0.0/0")! : prefixFrom(word);
    if (prefix === undefined) return unknown(`${word.slice(0, 60)} is no prefix`);
    return prefix.length === 0 ? "default" : prefix;
  }

  /** The text of a YAML scalar; undefined for other nodes and for nothing. */
  scalar(node: YamlNode | undefined): Written<Maybe<string>> | undefined {
    if (node?.kind !== "scalar" || node.value === null) return undefined;
    if (isUnknown(node.value)) return { value: node.value, location: this.at(node.range) };
    return this.written(node.text, node.range);
  }

  scalarNumber(node: YamlNode | undefined): Written<Maybe<number>> | undefined {
    if (node?.kind !== "scalar" || node.value === null) return undefined;
    if (isUnknown(node.value)) return { value: node.value, location: this.at(node.range) };
    return this.number(typeof node.value === "number" ? String(node.value) : node.text, node.range);
  }

  scalarPrefix(node: YamlNode | undefined, mask?: Written<Maybe<string>>): Written<Maybe<Prefix>> | undefined {
    if (node?.kind !== "scalar" || node.value === null) return undefined;
    if (isUnknown(node.value)) return { value: node.value, location: this.at(node.range) };
    return this.prefix(node.text, node.range, mask);
  }
}

/** The family of a written address; undefined where it is unknown or none. */
export function familyOfWritten(written: Written<Maybe<string>> | undefined): 4 | 6 | undefined {
  if (written === undefined || isUnknown(written.value)) return undefined;
  return prefixFrom(written.value)?.family;
}
