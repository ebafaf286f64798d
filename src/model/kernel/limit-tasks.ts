import type { Range } from "../../engine/location.ts";
import { unknown } from "../../engine/unknown.ts";
import type { YamlMapping, YamlNode } from "../../formats/yaml/index.ts";
import { entryOf, itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import type { FoundMapping } from "../written/tasks.ts";
import { mappings, moduleName, plainText, scopeAt, unquotedRange } from "../written/tasks.ts";
import type { OpenFilesLimit } from "./open-files-limit.ts";
import { hardLimit, unitOf } from "./open-files-limit.ts";

/** Limits that tasks, variables and container specifications of a YAML file set. */
export function taskLimits(workspace: Workspace, path: string): OpenFilesLimit[] {
  const text = workspace.text(path) ?? "";
  if (!/LimitNOFILE|nofile[=:]/.test(text)) return [];
  const limits: OpenFilesLimit[] = [];
  for (const found of mappings(workspace, path)) {
    const { node, key } = found;
    const add = (unit: string | undefined, valueRange: Range, name: string): void => {
      const valueText = text.slice(valueRange.start, valueRange.end);
      const scope = scopeAt(workspace, path, node.range.start);
      limits.push({
        unit: unit ?? unknown(`nothing tells which unit the limit in ${path} is for`),
        value: valueText.includes("{{") ? unknown(`${name} is set by ${valueText} in ${path}`) : hardLimit(valueText),
        valueText,
        valueRange,
        name,
        conditional: false,
        conditions: found.conditions,
        placements: [{ destination: unknown("a task writes it"), scope }],
      });
    };
    const value = (one: YamlNode | undefined): Range | undefined => (one?.kind === "scalar" ? unquotedRange(text, one.range) : undefined);
    const inModule = iniValue(found) ?? overrides(node, key)?.value;
    const range = value(inModule);
    if (range !== undefined) add(unitOf(destination(node)) ?? overrides(node, key)?.unit, range, "LimitNOFILE");
    const content = contentOf(node);
    if (content !== undefined) {
      for (const one of numbersAfter(text, content.range, /^[ \t]*(?:line:[ \t]*['"]?|['"])?LimitNOFILE[ \t]*=[ \t]*(\{\{[^\n]*?\}\}|[\d:]+|infinity)/gm)) add(unitOf(destination(node)), one, "LimitNOFILE");
    }
    const container = key !== undefined && CONTAINERS.test(moduleName(key)) ? unitOfContainer(node) : undefined;
    if (container !== undefined) {
      for (const item of itemsOf((entryOf(node, "ulimits") ?? entryOf(node, "ulimit"))?.value)) {
        for (const one of numbersAfter(text, item.range, /nofile[=:]\s*(\{\{[^\n]*?\}\}|\d+(?::\d+)?)/g)) add(container, one, "--ulimit nofile");
      }
    }
    // cephadm's service specification: what the container runtime is called with.
    if (plainText(entryOf(node, "service_type")?.value) === "osd") {
      for (const item of itemsOf(entryOf(node, "extra_container_args")?.value)) {
        for (const one of numbersAfter(text, item.range, /nofile=(\d+(?::\d+)?)/g)) add("ceph-osd@.service", one, "--ulimit nofile");
      }
    }
  }
  return limits;
}

const CONTAINERS = /^(?:docker|podman)_container$/;

/** The unit that a container stands for, by what it is called and made from. */
function unitOfContainer(node: YamlMapping): string | undefined {
  const called = ["name", "image", "command"].map((key) => plainText(entryOf(node, key)?.value) ?? "").join(" ");
  return /ceph/i.test(called) && /(?<![a-z])osd(?![a-z])/i.test(called) ? "ceph-osd@.service" : undefined;
}

/** community.general.ini_file with option LimitNOFILE. */
function iniValue({ node, key }: FoundMapping): YamlNode | undefined {
  const ini = key !== undefined && moduleName(key) === "ini_file" && plainText(entryOf(node, "option")?.value) === "LimitNOFILE";
  return ini && plainText(entryOf(node, "state")?.value) !== "absent" ? entryOf(node, "value")?.value : undefined;
}

/** ceph-ansible's `ceph_osd_systemd_overrides`. */
function overrides(node: YamlMapping, key: string | undefined): { value: YamlNode; unit: string } | undefined {
  const daemon = /^ceph_([a-z]+)_systemd_overrides$/.exec(key ?? "")?.[1];
  const value = daemon === undefined ? undefined : nodeAt(node, "Service", "LimitNOFILE");
  return value && { value, unit: `ceph-${daemon!}@.service` };
}

function destination(node: YamlMapping): string | undefined {
  return plainText((entryOf(node, "dest") ?? entryOf(node, "path"))?.value);
}

function contentOf(node: YamlMapping): YamlNode | undefined {
  if (unitOf(destination(node)) === undefined) return undefined;
  const content = (entryOf(node, "content") ?? entryOf(node, "block") ?? entryOf(node, "line"))?.value;
  return content?.kind === "scalar" ? content : undefined;
}

/** The ranges of the pattern's first group within a range of the text. */
function numbersAfter(text: string, { start, end }: Range, pattern: RegExp): Range[] {
  return [...text.slice(start, end).matchAll(pattern)].map((match) => {
    const at = start + match.index + match[0].length - match[1]!.length;
    return { start: at, end: at + match[1]!.length };
  });
}
