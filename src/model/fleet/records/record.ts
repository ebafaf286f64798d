import type { Location } from "../../../engine/location.ts";
import type { Variable } from "../fleet.ts";

/** What a source other than an Ansible inventory says of one host. */
export interface HostRecord {
  /** As the source calls it. */
  readonly name: string;
  /** Its other names, such as the full one. */
  readonly aliases: readonly string[];
  /** `sites_ams1`, `device_roles_hypervisor`, …; roles of an ENC. */
  readonly groups: readonly string[];
  /** Its name in the text. */
  readonly location: Location;
  readonly variables: ReadonlyMap<string, Variable>;
}

/** A guest that a source assigns to a virtualisation host or to a cluster of them. */
export interface GuestRecord {
  readonly name: string;
  /** The host that it runs on; absent where only the cluster is known. */
  readonly hypervisor?: string;
  readonly cluster?: string;
  /** Bytes. */
  readonly memory?: number;
  /** Its memory where that is written, else its name. */
  readonly location: Location;
}

/** What could not be taken from a file. `reason` is a sentence without its full stop. */
export interface RecordNote {
  readonly path: string;
  readonly reason: string;
}

/** What one source gives. */
export interface SourceRecords {
  readonly hosts: readonly HostRecord[];
  readonly guests: readonly GuestRecord[];
  readonly notes: readonly RecordNote[];
}

/** Names are one host's where they are equal, whatever their case. */
export function nameKey(name: string): string {
  return name.trim().toLowerCase().replace(/\.$/, "");
}
