import type { Location, Range } from "../../../engine/location.ts";
import type { CsvField, CsvTree } from "../../../formats/csv/index.ts";
import { headingOf } from "../../../formats/csv/index.ts";
import type { YamlMapping, YamlNode, YamlTree, YamlValue } from "../../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, stringOf, valueOf } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import { baseName } from "../paths.ts";

/** A value of an object. */
export interface NetboxField {
  readonly value: YamlValue;
  readonly range: Range;
}

/** An object of NetBox's data model, from any of its exports. */
export interface NetboxObject {
  /** `dcim.device`, `ipam.prefix`, …, as Django names it. */
  readonly model: string;
  /** Its primary key, where the export has it. */
  readonly id: string | undefined;
  readonly location: Location;
  /** The first of `names` that has a value; null and empty text are none. */
  get(...names: readonly string[]): NetboxField | undefined;
}

/** The last parts of the API's addresses and the names of files, each with its model. */
const PLURALS: Readonly<Record<string, string>> = {
  sites: "dcim.site",
  locations: "dcim.location",
  racks: "dcim.rack",
  devices: "dcim.device",
  interfaces: "dcim.interface",
  platforms: "dcim.platform",
  device_roles: "dcim.devicerole",
  tenants: "tenancy.tenant",
  clusters: "virtualization.cluster",
  virtual_machines: "virtualization.virtualmachine",
  prefixes: "ipam.prefix",
  vlans: "ipam.vlan",
  vrfs: "ipam.vrf",
  ip_addresses: "ipam.ipaddress",
  tags: "extras.tag",
};
/** YAML says nothing of its kind: the path must. NetBox's images are filled from lists in `initializers`. */
export const NETBOX_YAML = /(?:netbox|(?:^|\/)initializers\/)[^]*\.ya?ml$/i;

const MODELS: ReadonlySet<string> = new Set([...Object.values(PLURALS), "virtualization.vminterface", "extras.taggeditem"]);

/** Every object of NetBox in a file, of the models that are of use here; none for a file of another kind. */
export function netboxObjects(workspace: Workspace, path: string): readonly NetboxObject[] {
  const document = workspace.document(path);
  if (document?.language === "csv") return fromCsv(path, document.tree as CsvTree);
  if (document?.language !== "json" && document?.language !== "yaml") return [];
  const found: NetboxObject[] = [];
  for (const root of (document.tree as YamlTree).documents) collect(path, root, found);
  return found;
}

function collect(path: string, root: YamlNode, found: NetboxObject[]): void {
  if (root.kind === "sequence") {
    const model = modelOfFile(path);
    for (const item of root.items) add(path, item, model, found);
    return;
  }
  // A single object; else lists under names: `results`, GraphQL's `device_list`, a site's own `devices`.
  if (entryOf(root, "url") !== undefined || entryOf(root, "model") !== undefined) return add(path, root, undefined, found);
  for (const { key, value } of entriesOf(root)) {
    if (key === "data") for (const list of entriesOf(value)) for (const item of itemsOf(list.value)) add(path, item, modelOfList(list.key), found);
    else for (const item of itemsOf(value)) add(path, item, key === "results" ? modelOfFile(path) : modelOfList(key), found);
  }
}

function add(path: string, node: YamlNode, hint: string | undefined, found: NetboxObject[]): void {
  if (node.kind !== "mapping") return;
  const fixture = stringOf(memberOf(node, "model"));
  const inner = memberOf(node, "fields");
  if (fixture !== undefined && inner?.kind === "mapping") {
    if (MODELS.has(fixture)) found.push(new JsonObject(path, fixture, textOf(memberOf(node, "pk")), inner));
    return;
  }
  const model = modelOfUrl(stringOf(memberOf(node, "url"))) ?? modelOfKeys((name) => textOf(memberOf(node, name)), hint);
  if (model !== undefined && MODELS.has(model)) found.push(new JsonObject(path, model, textOf(memberOf(node, "id")), node));
}

/** The value of a key, the last one where it is there twice. An index of each of many small objects would fill the memory. */
function memberOf(node: YamlMapping, name: string): YamlNode | undefined {
  for (let at = node.entries.length - 1; at >= 0; at--) if (node.entries[at]!.key === name) return node.entries[at]!.value;
  return undefined;
}

function textOf(node: YamlNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.kind !== "scalar") return "";
  return node.value === null || typeof node.value === "object" ? undefined : String(node.value);
}

function modelOfUrl(url: string | undefined): string | undefined {
  const match = url === undefined ? null : /\/api\/(\w+)\/([a-z-]+)\/(?:\d+|[\da-f-]{36})\/?$/.exec(url);
  if (match === null) return undefined;
  if (match[1] === "virtualization" && match[2] === "interfaces") return "virtualization.vminterface";
  return modelOfList(match[2]!);
}

function modelOfList(name: string): string | undefined {
  const plural = name.replaceAll("-", "_").replace(/_list$/, "s").replace(/xs$/, "xes").replace(/addresss$/, "addresses");
  if (plural === "vm_interfaces") return "virtualization.vminterface";
  return Object.hasOwn(PLURALS, plural) ? PLURALS[plural] : undefined;
}

function modelOfFile(path: string): string | undefined {
  const name = baseName(path).toLowerCase().replace(/\.\w+$/, "");
  if (MODELS.has(name)) return name;
  return modelOfList(name.replace(/^.*?(?:netbox|dcim|ipam|virtualization)[-_.]/, ""));
}

/** By what only such an object has; the name of its list or file decides between the rest. */
function modelOfKeys(get: (name: string) => string | undefined, hint: string | undefined): string | undefined {
  const has = (name: string): boolean => get(name) !== undefined;
  if (/\/\d/.test(get("prefix") ?? "")) return "ipam.prefix";
  if (/^[\da-fA-F.:]+\/\d/.test(get("address") ?? "")) return "ipam.ipaddress";
  if (has("vid") && has("name")) return "ipam.vlan";
  if (!has("name") || hint === "ipam.prefix" || hint === "ipam.ipaddress" || hint === "ipam.vlan") return undefined;
  if (hint !== undefined) return hint;
  if (has("device_type") || (has("manufacturer") && has("site"))) return "dcim.device";
  if (has("vcpus") || (has("memory") && has("cluster"))) return "virtualization.virtualmachine";
  return undefined;
}

class JsonObject implements NetboxObject {
  readonly model: string;
  readonly id: string | undefined;
  readonly location: Location;
  readonly #node: YamlMapping;

  constructor(path: string, model: string, id: string | undefined, node: YamlMapping) {
    this.model = model;
    this.id = id;
    this.#node = node;
    const name = this.get("name", "prefix", "address", "vid");
    this.location = { path, range: name?.range ?? node.range };
  }

  get(...names: readonly string[]): NetboxField | undefined {
    for (const name of names) {
      const node = memberOf(this.#node, name);
      if (node === undefined || (node.kind === "scalar" && (node.value === null || node.value === ""))) continue;
      return { value: valueOf(node), range: node.range };
    }
    return undefined;
  }
}

/** What NetBox's pages call a field, where that is not the field's name in words. */
const HEADINGS: Readonly<Record<string, string>> = {
  ip_address: "address",
  type: "device_type",
  "memory_(mb)": "memory",
  memory_mb: "memory",
  "disk_(gb)": "disk",
  "disk_(mb)": "disk",
  ipv4_address: "primary_ip4",
  ipv6_address: "primary_ip6",
  virtual_machine: "name",
};

function fromCsv(path: string, { header, rows }: CsvTree): NetboxObject[] {
  const columns = new Map<string, number>();
  for (const [index, { text }] of header.entries()) if (!columns.has(headingOf(text))) columns.set(headingOf(text), index);
  // Devices have addresses too: under the words of their page, and beside a name.
  for (const [heading, field] of Object.entries(HEADINGS)) {
    const index = columns.get(heading);
    if (index !== undefined && !columns.has(field)) columns.set(heading === "ip_address" && columns.has("name") ? "primary_ip" : field, index);
  }
  const isSite = columns.has("name") && !columns.has("vid") && (columns.has("facility") || columns.has("region")) && !columns.has("device_type") && !columns.has("vcpus");
  return rows.flatMap(({ fields, range }) => {
    const get = (name: string): CsvField | undefined => {
      const index = columns.get(name);
      const field = index === undefined ? undefined : fields[index];
      // NetBox writes a dash where a field of a page is empty.
      return field === undefined || /^(?:|—|-)$/.test(field.text.trim()) ? undefined : field;
    };
    const hint = isSite ? "dcim.site" : columns.has("vcpus") || columns.has("memory") ? "virtualization.virtualmachine" : modelOfFile(path);
    const model = modelOfKeys((name) => get(name)?.text, hint);
    const named = get("name") ?? get("prefix") ?? get("address") ?? get("vid");
    if (model === undefined || named === undefined) return [];
    return [{
      model,
      id: get("id")?.text.trim(),
      location: { path, range: named.range.start < named.range.end ? named.range : range },
      get: (...names) => {
        for (const name of names) {
          const field = get(name);
          if (field !== undefined) return { value: field.text.trim(), range: field.range };
        }
        return undefined;
      },
    } satisfies NetboxObject];
  });
}
