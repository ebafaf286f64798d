import type { YamlEntry, YamlMapping } from "../../formats/yaml/index.ts";
import { entriesOf, entryOf } from "../../formats/yaml/index.ts";
import { unknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { mappings, plainText, unquotedRange } from "../written/tasks.ts";
import type { CephSetting } from "./settings.ts";

/** Variables that hold sections of ceph.conf. */
const OVERRIDES = /^ceph_conf_overrides(_\w+)?$|^ceph_conf$|^cephConfig$|^config_overrides$/;
const SECTION = /^(global|mon|mgr|osd|mds|client)(\..+)?$/;

/**
 * The options of a file of variables: under `ceph_conf_overrides` (ceph-ansible) by section, and single variables that
 * are named after an option, as roles hand them to their template.
 */
export function overrideSettings(workspace: Workspace, path: string): CephSetting[] {
  const text = workspace.text(path) ?? "";
  if (!/ceph|osd|rook|service_type/i.test(text) || workspace.language(path) !== "yaml") return [];
  const settings: CephSetting[] = [];
  const add = (section: string, { key, keyRange, value, range }: YamlEntry, kind: CephSetting["kind"]): void => {
    const written = plainText(value);
    if (written === undefined || value.kind !== "scalar") return;
    // Ansible prints YAML's yes and no as Python's words.
    const valueText = typeof value.value === "boolean" ? (value.value ? "True" : "False") : written;
    settings.push({
      section,
      option: key.trim().replace(/\s+/g, "_"),
      rawOption: key,
      optionRange: unquotedRange(text, keyRange),
      value: valueText.includes("{{") || valueText.includes("{%") ? unknown(`${key} is set by ${valueText} in ${path}`) : valueText,
      valueText,
      valueRange: unquotedRange(text, value.range),
      range,
      conditional: false,
      kind,
    });
  };
  for (const { node, key, parent } of mappings(workspace, path)) {
    if (key !== undefined && OVERRIDES.test(key)) {
      for (const section of entriesOf(node)) {
        if (SECTION.test(section.key)) for (const entry of entriesOf(section.value)) add(section.key, entry, "override");
      }
    }
    if (parent === undefined) for (const entry of entriesOf(entryOf(node, "config")?.value)) specified(node, entry, add);
    if (parent !== undefined || !VARIABLES.test(path)) continue;
    const ofCeph = entriesOf(node).some((one) => /^(ceph_|osd_|mon(itor)?_|fsid$|radosgw_|rgw_|cephx$)/.test(one.key));
    for (const entry of entriesOf(node)) {
      if (/^osd_pool_default_(min_)?size$/.test(entry.key) || (ofCeph && /^(public|cluster)_network$/.test(entry.key))) add("global", entry, "variable");
    }
  }
  return settings;
}

/** `config` of a cephadm specification: set for the service's daemons in the monitors' database. */
function specified(spec: YamlMapping, entry: YamlEntry, add: (section: string, entry: YamlEntry, kind: CephSetting["kind"]) => void): void {
  const type = plainText(entryOf(spec, "service_type")?.value);
  const id = plainText(entryOf(spec, "service_id")?.value);
  if (type === undefined) return;
  const section = type === "rgw" ? `client.rgw${id === undefined ? "" : `.${id}`}` : type === "mds" && id !== undefined ? `mds.${id}` : type;
  if (SECTION.test(section)) add(section, entry, "command");
}

const VARIABLES = /(^|\/)(group_vars|host_vars|defaults|vars)\//;
