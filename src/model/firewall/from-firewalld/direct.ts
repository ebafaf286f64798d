import { parseCommand } from "../../../formats/iptables/command.ts";
import type { Word } from "../../../formats/iptables/tree.ts";
import { splitWords } from "../../../formats/iptables/words.ts";
import type { XmlElement } from "../../../formats/xml.ts";
import { unknown } from "../../../engine/unknown.ts";
import { IptablesTables } from "../from-iptables/tables.ts";
import type { Table } from "../ruleset.ts";
import { attribute } from "./build.ts";

/** The chains and rules of direct.xml, which firewalld hands to iptables as they stand: firewalld.direct(5). */
export function directTables(root: XmlElement): Table[] {
  const tables = new IptablesTables(unknown("firewalld.conf decides the policy"));
  const rules = root.children.filter(({ name }) => name === "rule").map((element) => ({ element, priority: Number(attribute(element, "priority") ?? 0) || 0 }));
  for (const element of root.children) if (element.name === "chain") apply(tables, element, "-N");
  // By priority; rules of one priority have no order, so that of the text is as good as any.
  for (const { element } of rules.sort((a, b) => a.priority - b.priority)) apply(tables, element, "-A");
  return tables.finish();
}

function apply(tables: IptablesTables, element: XmlElement, command: "-N" | "-A"): void {
  const family = attribute(element, "ipv") === "ipv6" ? "ip6" : "ip";
  const [table, chain] = [attribute(element, "table") ?? "filter", attribute(element, "chain")];
  if (chain === undefined || attribute(element, "ipv") === "eb") return;
  const { range, textRange } = element;
  // Entities make the text shorter than its place: then every word stands for the whole of it.
  const exact = element.text.length === textRange.end - textRange.start;
  const words = splitWords(element.text, 0, element.text.length).words.map(({ text, range: within }): Word => ({ text, range: exact ? { start: textRange.start + within.start, end: textRange.start + within.end } : textRange }));
  const head: Word[] = [command, chain].map((text) => ({ text, range: element.nameRange }));
  tables.apply(family, table, parseCommand(command === "-N" ? head : [...head, ...words], range, { family, report: () => {} }), false, range);
}
