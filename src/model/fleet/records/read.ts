import type { Workspace } from "../../workspace.ts";
import type { Variable } from "../fleet.ts";
import { CLASSIFIER_YAML, classifierRecord } from "./classifier.ts";
import { factsRecord } from "./gathered-facts.ts";
import { kubevirtRecords, libvirtRecords } from "./guests.ts";
import { listedHosts } from "./listed-inventory.ts";
import { netboxRecords } from "./netbox-hosts.ts";
import type { GuestRecord, HostRecord, RecordNote, SourceRecords } from "./record.ts";
import { nameKey } from "./record.ts";

/** What all sources but the inventory say, with hosts that are the same under several names joined. */
export class Records {
  /** Each host once, in the order of the sources. */
  readonly hosts: readonly HostRecord[];
  readonly guests: readonly GuestRecord[];
  readonly notes: readonly RecordNote[];
  /** By every name; undefined where several hosts share it. */
  readonly #byName = new Map<string, HostRecord | undefined>();
  readonly #byShort = new Map<string, HostRecord | undefined>();
  readonly #byPath = new Map<string, number[]>();
  readonly #guests = new Map<string, GuestRecord[]>();

  constructor({ hosts, guests, notes }: SourceRecords) {
    const merged: HostRecord[] = [];
    const names = new Map<string, number>();
    const aliases = new Map<string, number>();
    for (const host of hosts) {
      const name = nameKey(host.name);
      const others = host.aliases.map(nameKey);
      // An alias alone joins nothing: several hosts answer to one name of a service.
      const known = names.get(name) ?? aliases.get(name) ?? others.map((key) => names.get(key)).find((at) => at !== undefined);
      const at = known ?? merged.length;
      merged[at] = known === undefined ? host : joined(merged[known]!, host);
      const inFile = this.#byPath.get(host.location.path);
      if (inFile === undefined) this.#byPath.set(host.location.path, [at]);
      else inFile.push(at);
      if (!names.has(name)) names.set(name, at);
      for (const key of others) aliases.set(key, at);
    }
    this.hosts = merged;
    this.guests = guests;
    this.notes = notes;
    for (const host of merged) {
      const own = [...new Set([host.name, ...host.aliases].map(nameKey))];
      for (const name of own) this.#byName.set(name, this.#byName.has(name) ? undefined : host);
      for (const short of new Set(own.map(shortOf))) this.#byShort.set(short, this.#byShort.has(short) && this.#byShort.get(short) !== host ? undefined : host);
    }
    for (const guest of guests) {
      if (guest.hypervisor === undefined) continue;
      const key = nameKey(guest.hypervisor);
      const list = this.#guests.get(key);
      if (list === undefined) this.#guests.set(key, [guest]);
      else list.push(guest);
    }
  }

  /** The hosts that a file describes. */
  in(path: string): readonly HostRecord[] {
    return (this.#byPath.get(path) ?? []).map((at) => this.hosts[at]!);
  }

  /** The record of a host: by its name, else by its first label where only one host has that. */
  of(name: string): HostRecord | undefined {
    const key = nameKey(name);
    if (this.#byName.has(key)) return this.#byName.get(key);
    const short = this.#byShort.get(shortOf(key));
    // Two full names that differ are two hosts, whatever their first labels.
    return short !== undefined && key.includes(".") && [short.name, ...short.aliases].some((one) => one.includes(".")) ? undefined : short;
  }

  /** The guests that a host runs, by any of its names. */
  guestsOf(name: string): readonly GuestRecord[] {
    const record = this.of(name);
    const keys = new Set([name, ...(record === undefined ? [] : [record.name, ...record.aliases])].map(nameKey));
    for (const key of [...keys]) keys.add(shortOf(key));
    return [...keys].flatMap((key) => this.#guests.get(key) ?? []);
  }
}

/** The first label of a name; all of an address. */
export function shortOf(key: string): string {
  return /^[\d.:]+$/.test(key) ? key : key.split(".")[0]!;
}

/** Two records of one host; of a variable that both have, the first one's counts. */
function joined(first: HostRecord, second: HostRecord): HostRecord {
  const variables = new Map<string, Variable>([...second.variables, ...first.variables]);
  const aliases = [...new Set([...first.aliases, second.name, ...second.aliases])].filter((name) => nameKey(name) !== nameKey(first.name));
  return { ...first, aliases, groups: [...new Set([...first.groups, ...second.groups])], variables };
}

/** The records of a workspace. */
export function recordsOf(workspace: Workspace): Records {
  return workspace.derive(readRecords);
}

const FACTS_FOLDER = /(?:^|\/)(?:[\w-]*facts?[\w-]*|fact[-_]?cache)\/[^/]+$/i;

/** Variables, tasks and what is known by its ending: of thousands of files most are these. */
const OTHERS = /(?:^|\/)(?:group_vars|host_vars|vars|defaults|tasks|handlers|meta)\/|\.(?:conf|nft|rules|sh|nix|j2|service|cfg|ini|csv|md|txt)$/i;

function readRecords(workspace: Workspace): Records {
  const hosts: HostRecord[] = [];
  const guests: GuestRecord[] = [];
  const notes: RecordNote[] = [];
  for (const path of workspace.paths) {
    if (OTHERS.test(path)) continue;
    const found = workspace.derive(recordsOfFile, path);
    hosts.push(...found.hosts);
    guests.push(...found.guests);
    notes.push(...found.notes);
  }
  const netbox = workspace.derive(netboxRecords);
  return new Records({ hosts: [...hosts, ...netbox.hosts], guests: [...netbox.guests, ...guests], notes: [...notes, ...netbox.notes] });
}

const NONE: SourceRecords = { hosts: [], guests: [], notes: [] };

/** What one file says alone; NetBox's exports are read together, as they refer to each other. */
function recordsOfFile(workspace: Workspace, path: string): SourceRecords {
  const isYaml = /\.ya?ml$/i.test(path);
  if (/\.xml$/i.test(path)) return libvirtRecords(workspace, path);
  if (isYaml && !CLASSIFIER_YAML.test(path) && !FACTS_FOLDER.test(path)) return kubevirtRecords(workspace, path);
  const document = workspace.document(path);
  if (document?.language !== "json" && !isYaml) return NONE;
  const listed = listedHosts(workspace, path);
  if (listed.length > 0) return { hosts: listed, guests: [], notes: [] };
  const record = classifierRecord(workspace, path) ?? factsRecord(workspace, path);
  if (record !== undefined) return { hosts: [record], guests: [], notes: [] };
  return kubevirtRecords(workspace, path);
}
