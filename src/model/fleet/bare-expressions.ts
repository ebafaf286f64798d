import type { YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf } from "../../formats/yaml/index.ts";
import type { Document, Workspace } from "../workspace.ts";
import type { FileFault } from "./file-faults.ts";
import { variablesPlace } from "./variable-files.ts";

/** Values that begin with `{{` outside of quotes, where Ansible reads the file itself: a mapping within a mapping's key, which PyYAML refuses. */
export function bareExpressions(workspace: Workspace, { text }: Document, path: string, documents: readonly YamlNode[]): FileFault[] {
  if (!/[:,[-]\s+\{\{|\[\{\{/.test(text) || text.includes("{%") || /(?:^|\/)templates\/|\{\{|\.j2$/.test(path)) return [];
  if (variablesPlace(path) === undefined && !workspace.fleet.plays.some((play) => play.path === path || play.files.has(path))) return [];
  const faults: FileFault[] = [];
  const seen = new Set<YamlNode>();
  const open: YamlNode[] = [...documents];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.kind === "scalar") {
      if (!text.startsWith("{{", node.range.start)) continue;
      const written = text.slice(node.range.start, node.range.end);
      faults.push({ range: node.range, message: `${written.length > 60 || written.includes("\n") ? "This expression" : written} stands outside of quotes. YAML reads its braces as mappings, and Ansible refuses the file. Put the whole value in quotes.`, refused: true });
    } else for (const inner of node.kind === "sequence" ? node.items : entriesOf(node).map(({ value }) => value)) open.push(inner);
  }
  return faults.sort((a, b) => a.range.start - b.range.start);
}
