import { CLOSED } from "../../src/formats/nftables/symbols.ts";
import { NAMED, resolve } from "../../src/formats/nftables/datatypes.ts";
import type { FieldInfo } from "../../src/formats/nftables/fields.ts";
import type { Values } from "../../src/model/firewall/ruleset.ts";
import { mergeIntervals } from "../../src/model/firewall/values.ts";
import type { CanonicalElement } from "./nftables-canonical.ts";
import { showDatum } from "./nftables-canonical.ts";

/** libnftables-json(5), as far as it is read here. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** An object of it. */
export type Tree = { readonly [key: string]: Json };

/** What is not known of a field. */
export const UNTYPED: FieldInfo = { type: "unknown", bits: 0 };

/** An element of a set or map. */
export function listedElement(element: Json, infos: readonly FieldInfo[], data: FieldInfo): CanonicalElement {
  if (Array.isArray(element)) {
    const [key, value] = element as [Json, Json];
    return { key: keyOf(key, infos), value: listedDatum(value, data) };
  }
  return { key: keyOf(element, infos) };
}

function listedDatum(value: Json, info: FieldInfo): string {
  if (isTree(value)) {
    if (value["concat"] !== undefined) return "…";
    const [[kind, inner]] = Object.entries(value) as [[string, Json]];
    if (["accept", "drop", "return", "continue"].includes(kind)) return kind;
    if (kind === "jump" || kind === "goto") return `${kind} ${String((inner as Tree)["target"])}`;
  }
  return showDatum(info.type === "unknown" ? undefined : valuesOf(value, info));
}

/** The parts of an element's key. */
export function keyOf(written: Json, infos: readonly FieldInfo[]): Values[] {
  const key = isTree(written) && isTree(written["elem"]) ? written["elem"]["val"]! : written;
  if (key === "*") return infos.map((info) => valuesOf(key, info));
  const parts = isTree(key) && key["concat"] !== undefined ? array(key["concat"]) : [key];
  return parts.map((part, i) => valuesOf(part, infos[i] ?? UNTYPED));
}

/** The values that an expression stands for in a field. */
export function valuesOf(value: Json, info: FieldInfo): Values {
  const spans: [bigint, bigint][] = [];
  const names: string[] = [];
  collect(value, info, spans, names);
  if (names.length > 0) return { kind: "names", names };
  return NAMED.has(info.type) && info.type !== "iface_index" ? { kind: "names", names: spans.flatMap(([first]) => nameOf(info.type, first)) } : mergeIntervals(spans);
}

function nameOf(type: string, number: bigint): string[] {
  const found = [...(CLOSED.get(type) ?? [])].find(([, value]) => value === number);
  return found ? [found[0]] : [];
}

function collect(value: Json, info: FieldInfo, spans: [bigint, bigint][], names: string[]): void {
  if (Array.isArray(value)) return value.forEach((one) => collect(one as Json, info, spans, names));
  if (isTree(value)) {
    if (value["set"] !== undefined) return array(value["set"]).forEach((one) => collect(isTree(one) && isTree(one["elem"]) ? one["elem"]["val"]! : one, info, spans, names));
    if (value["range"] !== undefined) {
      const [first, last] = array(value["range"]).map((one) => numberOf(one, info));
      spans.push([first!, last!]);
      return;
    }
    if (isTree(value["prefix"])) {
      const { addr, len } = value["prefix"];
      const bits = info.bits === 0 || info.type === "address" ? (String(addr).includes(":") ? 128 : 32) : info.bits;
      const host = (1n << BigInt(bits - Number(len))) - 1n;
      const first = numberOf(addr!, info) & ~host;
      spans.push([first, first | host]);
      return;
    }
    if (value["|"] !== undefined) {
      const bits = numberOf(value, info);
      spans.push([bits, bits]);
      return;
    }
  }
  if (value === "*") {
    if (NAMED.has(info.type)) names.push("*");
    else spans.push([0n, (1n << BigInt(info.bits === 0 ? 128 : info.bits)) - 1n]);
    return;
  }
  if (value === true || value === false) return void spans.push([value ? 1n : 0n, value ? 1n : 0n]);
  const found = resolve(info.type, info.bits, String(value), false);
  if ("name" in found) names.push(found.name);
  else if ("number" in found && NAMED.has(info.type) && typeof value === "string") names.push(value);
  else spans.push([numberOf(value, info), numberOf(value, info)]);
}

/** The one number that an expression stands for. */
export function numberOf(value: Json, info: FieldInfo): bigint {
  if (Array.isArray(value)) return value.reduce((bits: bigint, one) => bits | numberOf(one as Json, info), 0n);
  if (isTree(value) && value["|"] !== undefined) return numberOf(value["|"], info);
  const found = resolve(info.type, info.bits, String(value), false);
  if ("number" in found) return found.number;
  throw new Error(`${JSON.stringify(value)} is no ${info.type}`);
}

/** Tells objects from the rest. */
export function isTree(value: Json | undefined): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list, or the one thing that stands for it. */
export function array(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : value === undefined ? [] : [value];
}
