import type { YamlValue } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import { folderOf } from "../paths.ts";
import { isMapping } from "../values.ts";
import type { NetboxObject } from "./netbox-object.ts";
import { NETBOX_YAML, netboxObjects } from "./netbox-object.ts";

/** What a field that names another object stands for. */
export interface NetboxReference {
  readonly name: string;
  readonly slug: string;
  readonly object: NetboxObject | undefined;
}

/** The exports of a repository. Objects of one folder refer to each other, by keys or by names. */
export class Netbox {
  /** The objects of each file that has any, in the order of the text. */
  readonly files: ReadonlyMap<string, readonly NetboxObject[]>;
  readonly #byId = new Map<string, NetboxObject>();
  readonly #byName = new Map<string, NetboxObject>();
  #interfaces: Map<NetboxObject, NetboxObject[]> | undefined;

  constructor(files: ReadonlyMap<string, readonly NetboxObject[]>) {
    this.files = files;
    for (const [path, objects] of files) {
      for (const object of objects) {
        for (const place of [path, folderOf(path)]) {
          if (object.id !== undefined) this.#byId.set(`${place}\0${object.model}\0${object.id}`, object);
          for (const name of ["name", "slug"]) {
            const field = object.get(name);
            if (typeof field?.value === "string") this.#byName.set(`${place}\0${object.model}\0${field.value}`, object);
          }
        }
      }
    }
  }

  /** The interfaces of a device or virtual machine, in the order of the exports. */
  interfacesOf(owner: NetboxObject): readonly NetboxObject[] {
    if (this.#interfaces === undefined) {
      this.#interfaces = new Map();
      for (const objects of this.files.values()) {
        for (const object of objects) {
          const device = object.model === "dcim.interface" ? "dcim.device" : object.model === "virtualization.vminterface" ? "virtualization.virtualmachine" : undefined;
          const found = device && this.reference(object, device, "device", "virtual_machine")?.object;
          if (found === undefined) continue;
          const list = this.#interfaces.get(found);
          if (list === undefined) this.#interfaces.set(found, [object]);
          else list.push(object);
        }
      }
    }
    return this.#interfaces.get(owner) ?? [];
  }

  /** The object of `model` that a field of `from` names: a key, a nested object, or a name. */
  reference(from: NetboxObject, model: string, ...fields: readonly string[]): NetboxReference | undefined {
    const value = from.get(...fields)?.value;
    if (value === undefined) return undefined;
    const path = from.location.path;
    const text = isMapping(value) ? (scalar(value["id"]) ?? scalar(value["name"]) ?? scalar(value["slug"])) : Array.isArray(value) ? scalar((value as readonly YamlValue[])[0]) : scalar(value);
    if (text === undefined) return undefined;
    const object = this.#find(path, model, text) ?? (isMapping(value) ? this.#find(path, model, scalar(value["slug"]) ?? scalar(value["name"]) ?? "") : undefined);
    const nested = isMapping(value) ? value : undefined;
    const name = scalar(object?.get("name")?.value) ?? scalar(nested?.["name"]) ?? scalar(nested?.["display"]) ?? scalar(nested?.["slug"]) ?? (nested === undefined && !/^\d+$/.test(text) ? text : undefined);
    // A bare number whose object is not in the export names nothing.
    if (name === undefined) return undefined;
    const slug = scalar(object?.get("slug")?.value) ?? scalar(nested?.["slug"]) ?? slugOf(name);
    return { name, slug, object };
  }

  #find(path: string, model: string, text: string): NetboxObject | undefined {
    for (const place of [path, folderOf(path)]) {
      const key = `${place}\0${model}\0${text}`;
      // A site may well be called 7; its key comes first.
      const found = this.#byId.get(key) ?? this.#byName.get(key);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Every NetBox export of the workspace. */
export function netboxOf(workspace: Workspace): Netbox {
  return workspace.derive(readExports);
}

function readExports(workspace: Workspace): Netbox {
  const files = new Map<string, readonly NetboxObject[]>();
  for (const path of workspace.paths) {
    if (!/\.(?:json|csv)$/i.test(path) && !NETBOX_YAML.test(path)) continue;
    const objects = workspace.derive(netboxObjects, path);
    if (objects.length > 0) files.set(path, objects);
  }
  return new Netbox(files);
}

/** A choice is text, or `{ value, label }` in the API; pages begin it with a capital. */
export function choiceOf(value: YamlValue | undefined): string | undefined {
  return (isMapping(value) ? scalar(value["value"]) : scalar(value))?.toLowerCase();
}

/** A number or text as text; undefined for nothing and for what is neither. */
export function scalar(value: YamlValue | undefined): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** The slug that NetBox proposes for a name. */
export function slugOf(name: string): string {
  return name.trim().toLowerCase().replace(/[^\w\s-]/g, "").replace(/[\s-]+/g, "-");
}
