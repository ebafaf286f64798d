import type { Range } from "../../engine/location.ts";
import type { Parsed, SyntaxProblem } from "../format.ts";
import { expandHosts } from "./host-pattern.ts";
import type { Literal } from "./literal.ts";
import { literalValue } from "./literal.ts";
import { splitWords } from "./words.ts";

/** A variable behind a host or in a `:vars` section. */
export interface InventoryVariable {
  readonly name: string;
  readonly value: Literal;
  /** `name=value` with its quotes. */
  readonly range: Range;
  readonly valueRange: Range;
}

/** One line below `[group]`. */
export interface InventoryHostLine {
  /** As written, with ranges and port. */
  readonly pattern: string;
  readonly names: readonly string[];
  readonly port?: number;
  readonly nameRange: Range;
  readonly range: Range;
  readonly variables: readonly InventoryVariable[];
}

/** A `[group]`, `[group:children]` or `[group:vars]`; hosts above the first header are in one of `ungrouped`. */
export interface InventorySection {
  readonly group: string;
  readonly kind: "hosts" | "children" | "vars";
  /** The header; empty for the one without. */
  readonly range: Range;
  readonly groupRange: Range;
  readonly hosts: readonly InventoryHostLine[];
  readonly children: readonly { readonly name: string; readonly range: Range }[];
  readonly variables: readonly InventoryVariable[];
}

/** An INI inventory. */
export interface InventoryTree {
  readonly sections: readonly InventorySection[];
}

interface OpenSection extends InventorySection {
  readonly hosts: InventoryHostLine[];
  readonly children: { name: string; range: Range }[];
  readonly variables: InventoryVariable[];
}

const LINE = /[^\r\n]+/g;
const HEADER = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/;
const GROUP = /^([^:\]\s]+)\s*(?:#.*)?$/;

/** Reads an INI inventory as Ansible's ini plugin does, but goes on after a line that it would stop at. */
export function parseInventory(text: string): Parsed<InventoryTree> {
  const errors: SyntaxProblem[] = [];
  const start = { start: 0, end: 0 };
  let section = open("ungrouped", "hosts", start, start);
  const sections: InventorySection[] = [section];
  const problem = (range: Range, message: string, certain = true): void => void errors.push({ range, message, certain });
  for (const match of text.matchAll(LINE)) {
    const line = match[0].replace(/^\uFEFF/, "").trim();
    if (line === "" || line.startsWith("#") || line.startsWith(";")) continue;
    const from = match.index + match[0].indexOf(line);
    const range = { start: from, end: from + line.length };
    const header = HEADER.exec(line);
    if (header) {
      const groupRange = { start: from + 1, end: from + 1 + header[1]!.length };
      const kind = header[2] ?? "hosts";
      if (kind !== "hosts" && kind !== "children" && kind !== "vars") {
        problem(range, `"${kind}" is no kind of section. Ansible refuses the inventory. Write [${header[1]!}], [${header[1]!}:children] or [${header[1]!}:vars].`);
      }
      section = open(header[1]!, kind === "children" || kind === "vars" ? kind : "hosts", range, groupRange);
      sections.push(section);
    } else if (line.startsWith("[") && line.endsWith("]") && !line.includes(":")) {
      problem(range, "A section's name holds a blank or another character that is not allowed. Ansible refuses the inventory. Correct the name.");
    } else if (section.kind === "children") {
      const child = GROUP.exec(line)?.[1];
      if (child === undefined) problem(range, "A line of a children section names one group. Ansible refuses the inventory. Write one group per line.");
      else section.children.push({ name: child, range: { start: from, end: from + child.length } });
    } else if (section.kind === "vars") {
      const variable = sectionVariable(line, from);
      if (variable === undefined) problem(range, "A line of a vars section is name=value. Ansible refuses the inventory. Add the = and the value.");
      else section.variables.push(variable);
    } else {
      section.hosts.push(hostLine(line, from, problem));
    }
  }
  danglingGroups(sections, problem);
  return { tree: { sections }, errors: errors.sort((a, b) => a.range.start - b.range.start) };
}

function open(group: string, kind: InventorySection["kind"], range: Range, groupRange: Range): OpenSection {
  return { group, kind, range, groupRange, hosts: [], children: [], variables: [] };
}

function sectionVariable(line: string, from: number): InventoryVariable | undefined {
  const equals = line.indexOf("=");
  if (equals === -1) return undefined;
  const name = line.slice(0, equals).trim();
  const written = line.slice(equals + 1).trim();
  const at = written === "" ? from + equals + 1 : from + line.indexOf(written, equals + 1);
  return {
    name,
    value: literalValue(written),
    range: { start: from, end: from + line.length },
    valueRange: { start: at, end: at + written.length },
  };
}

function hostLine(line: string, from: number, problem: (range: Range, message: string) => void): InventoryHostLine {
  const { words, closed } = splitWords(line, from);
  const range = { start: from, end: words.at(-1)?.range.end ?? from + line.length };
  if (!closed) problem(range, "A quote is left open. Ansible refuses the inventory. Close it.");
  const [name, ...rest] = words;
  const pattern = name?.text ?? line;
  const nameRange = name?.range ?? range;
  const expanded = expandHosts(pattern);
  if (expanded.problem !== undefined) problem(nameRange, `In this host name, ${expanded.problem}. Ansible refuses the inventory. Correct the range.`);
  else if (pattern.endsWith(":")) problem(nameRange, "A host name cannot end in a colon. Ansible refuses the inventory. Add the port or remove the colon.");
  const variables: InventoryVariable[] = [];
  for (const word of rest) {
    const equals = word.text.indexOf("=");
    if (equals === -1) {
      problem(word.range, `"${word.text}" is no variable. Ansible refuses the inventory. Write name=value after the host, or one host per line.`);
      continue;
    }
    const name = word.text.slice(0, equals);
    variables.push({
      name,
      value: literalValue(word.text.slice(equals + 1)),
      range: word.range,
      valueRange: { start: Math.min(word.range.start + equals + 1, word.range.end), end: word.range.end },
    });
  }
  const port = expanded.port === undefined ? {} : { port: expanded.port };
  return { pattern, names: expanded.problem === undefined ? expanded.names : [], ...port, nameRange, range, variables };
}

/** Ansible reads a whole file before it complains of groups that no section declares. */
function danglingGroups(sections: readonly InventorySection[], problem: (range: Range, message: string, certain: boolean) => void): void {
  const declared = new Set(["all", "ungrouped"]);
  for (const section of sections) if (section.kind !== "vars") declared.add(section.group);
  for (const section of sections) {
    if (section.kind === "vars" && !declared.has(section.group) && !sections.some((other) => other.children.some(({ name }) => name === section.group))) {
      // Another file of the same inventory may declare the group before this one.
      problem(section.groupRange, `No section declares the group ${section.group}. Ansible refuses the inventory unless an earlier file declares it. Add [${section.group}].`, false);
    }
  }
}
