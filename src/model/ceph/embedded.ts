import type { Range } from "../../engine/location.ts";
import { parseCephConf } from "../../formats/ceph-conf/index.ts";
import type { CephConfTree } from "../../formats/ceph-conf/index.ts";
import type { YamlNode } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf } from "../../formats/yaml/index.ts";
import type { SyntaxProblem } from "../../formats/format.ts";
import type { Workspace } from "../workspace.ts";
import { mappings, moduleName, plainText } from "../written/tasks.ts";

/** A ceph.conf inside a YAML file: Rook's ConfigMap of overrides, `configOverride` of its charts, `content` of a copy task. */
export interface EmbeddedConf {
  readonly tree: CephConfTree;
  readonly text: string;
  readonly errors: readonly SyntaxProblem[];
  /** A place in `text` as one in the file. */
  range(range: Range): Range;
}

/** Keys whose block of text goes to the daemons as their ceph.conf. */
const OVERRIDE_KEYS = new Set(["configOverride", "configOverrides", "ceph_conf_content", "cephConfig", "ceph.conf"]);

/** Every ceph.conf that a YAML file holds as a block of text. */
export function embeddedConfs(workspace: Workspace, path: string): EmbeddedConf[] {
  const text = workspace.text(path) ?? "";
  if (!/ceph|rook/i.test(text) || workspace.language(path) !== "yaml") return [];
  const found: EmbeddedConf[] = [];
  for (const { node, key, parent } of mappings(workspace, path)) {
    for (const entry of entriesOf(node)) {
      const override = key === "data" && entry.key === "config" && isOverrideMap(parent);
      const copied = entry.key === "content" && key !== undefined && moduleName(key) === "copy" && /(^|\/)ceph\.conf$/.test(plainText(entryOf(node, "dest")?.value) ?? "");
      if (!override && !copied && !OVERRIDE_KEYS.has(entry.key)) continue;
      const conf = blockOf(text, entry.value);
      if (conf !== undefined) found.push(conf);
    }
  }
  return found;
}

function isOverrideMap(map: YamlNode | undefined): boolean {
  const name = plainText(entryOf(entryOf(map, "metadata")?.value, "name")?.value) ?? "";
  return plainText(entryOf(map, "kind")?.value) === "ConfigMap" && /(^|-)rook-config-override$|^rook-ceph-override$/.test(name);
}

/** A literal block without its indentation; undefined for any other scalar, whose places cannot be told. */
function blockOf(text: string, node: YamlNode): EmbeddedConf | undefined {
  if (node.kind !== "scalar") return undefined;
  const raw = text.slice(node.range.start, node.range.end);
  const header = /^\|([+-]?)(\d?)[+-]?[ \t]*(#[^\n]*)?\r?\n/.exec(raw);
  if (header === null) return undefined;
  const lines = raw.slice(header[0].length).split("\n");
  const first = lines.find((line) => line.trim() !== "");
  if (first === undefined) return undefined;
  const indent = /^ */.exec(first)![0].length;
  let body = "";
  const starts: { readonly inner: number; readonly outer: number }[] = [];
  let outer = node.range.start + header[0].length;
  lines.forEach((line, index) => {
    const cut = Math.min(indent, /^ */.exec(line)![0].length);
    starts.push({ inner: body.length, outer: outer + cut });
    body += line.slice(cut) + (index < lines.length - 1 ? "\n" : "");
    outer += line.length + 1;
  });
  // YAML ends a block with one line break, whether the node's range holds it or not; `|-` takes it away.
  const content = body.replace(/[\n\r \t]*$/, header[1] === "-" ? "" : "\n");
  const place = (offset: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]!.inner <= offset) low = middle;
      else high = middle - 1;
    }
    return Math.min(starts[low]!.outer + offset - starts[low]!.inner, Math.max(node.range.end, starts[low]!.outer));
  };
  const { tree, errors } = parseCephConf(content);
  return { tree, text: content, errors, range: ({ start, end }) => ({ start: place(start), end: place(end) }) };
}
