import ipaddr from "ipaddr.js";
import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { YamlNode, YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf, itemsOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { NetworkFile } from "../network.ts";
import type { PrefixFault } from "./fault.ts";

const FOUR = /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?:\/(\d{1,4}))?$/;
const SIX = /^([\da-f:]*:[\da-f:]*(?:\d+\.\d+\.\d+\.\d+)?)(?:\/(\d{1,4}))?$/i;
const DEEPEST = 60;

/** Addresses and prefixes of a file that are none: a part above 255, a length beyond the family's, groups too many. */
export function unwritable(workspace: Workspace, file: NetworkFile): PrefixFault[] {
  const found = new Map<number, PrefixFault>();
  const look = (location: Location, slash: boolean): void => {
    if (location.path !== file.path || found.has(location.range.start)) return;
    const text = workspace.textAt(location).trim().replace(/^(["'])(.*)\1$/, "$2");
    const problem = problemOf(text);
    // Four numbers with dots may be a version; with a length behind them they are a prefix.
    if (problem === undefined || (slash && !/^[^/]+\.[^/]+\/\d+$/.test(text))) return;
    found.set(location.range.start, { location, kind: "text", certain: true, message: `"${text}" is no ${text.includes("/") ? "prefix" : "address"}: ${problem}. What is built from it fails or is left out. Correct it.` });
  };
  for (const one of file.interfaces) {
    for (const { value, location } of one.addresses) if (isUnknown(value)) look(location, false);
    for (const { via } of one.gateways) if (via !== undefined && isText(via.value)) look(via.location, false);
  }
  for (const { via } of file.routes) if (via !== undefined && isText(via.value)) look(via.location, false);
  for (const { prefix, gateway, location } of file.networks) {
    if (isUnknown(prefix)) look(location, false);
    if (gateway !== undefined && isText(gateway.value)) look(gateway.location, false);
  }
  const document = workspace.document(file.path);
  if (document?.language === "yaml") for (const root of (document.tree as YamlTree).documents) walk(root, (node) => look({ path: file.path, range: node.range }, true), 0);
  return [...found.values()];
}

function isText(value: unknown): boolean {
  return typeof value === "string" || isUnknown(value);
}

function walk(node: YamlNode, visit: (node: YamlNode) => void, depth: number): void {
  if (depth > DEEPEST) return;
  if (node.kind === "scalar") visit(node);
  else if (node.kind === "mapping") for (const { value } of entriesOf(node)) walk(value, visit, depth + 1);
  else for (const item of itemsOf(node)) walk(item, visit, depth + 1);
}

/** Why a text that looks like an address is none; undefined where it is one, or looks like something else. */
export function problemOf(text: string): string | undefined {
  const four = FOUR.exec(text);
  if (four !== null) {
    const parts = four.slice(1, 5).map(Number);
    const above = parts.find((part) => part > 255);
    if (above !== undefined) return `${above} is above 255`;
    return four[5] !== undefined && Number(four[5]) > 32 ? `an IPv4 prefix has at most 32 bits, not ${four[5]}` : undefined;
  }
  const six = SIX.exec(text);
  if (six === null || (text.match(/:/g) ?? []).length < 2) return undefined;
  // A hardware address, a time or a key of other numbers also has colons.
  if (/^(?:[\da-f]{2}:){5}[\da-f]{2}$/i.test(text) || /^\d{1,2}:\d{2}:\d{2}$/.test(text)) return undefined;
  if (!ipaddr.IPv6.isValid(six[1]!)) {
    if (text.includes(":::")) return "it has three colons in a row";
    if ((six[1]!.match(/::/g) ?? []).length > 1) return "it has :: more than once";
    const long = six[1]!.split(":").find((group) => /^[\da-f]{5,}$/i.test(group));
    if (long !== undefined) return `the group ${long} has more than four digits`;
    return six[2] === undefined ? undefined : `it has ${six[1]!.split(":").length} groups, not eight`;
  }
  return six[2] !== undefined && Number(six[2]) > 128 ? `an IPv6 prefix has at most 128 bits, not ${six[2]}` : undefined;
}
