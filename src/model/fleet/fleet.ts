import type { HostVariable, Trait } from "../../engine/configuration.ts";
import type { Location } from "../../engine/location.ts";
import type { Maybe, Unknown } from "../../engine/unknown.ts";
import type { Role } from "./roles.ts";

/** A variable's value: plain data, with Unknown wherever a template or a vault hides a part. */
export type Value = string | number | boolean | null | Unknown | readonly Value[] | { readonly [key: string]: Value };

/** A variable that a host ends up with, and where it is written. */
export interface Variable {
  readonly name: string;
  readonly value: Value;
  /** What is written, where `value` comes from a template: Jinja expressions stay strings. */
  readonly raw?: Value;
  /** The place of the value. */
  readonly location: Location;
  /** For a person: `group_vars of ceph_osd`, `inventory line`, `role defaults of firewall`. */
  readonly origin: string;
}

/** A host of the inventory. */
export interface Host {
  readonly name: string;
  /** Every group that it is in, nearest first, `all` last. */
  readonly groups: readonly string[];
  /** Where the inventory first names it. */
  readonly location: Location;
  /** Effective variables: inventory, group_vars, host_vars (no role defaults). */
  readonly variables: ReadonlyMap<string, Variable>;
}

/** A group of the inventory. */
export interface Group {
  readonly name: string;
  readonly children: readonly string[];
  /** Names of all hosts in it and below it, sorted. */
  readonly hosts: readonly string[];
  readonly location: Location;
}

/** How a trait came to be known: configured, or suggested by a name or by what is deployed there. */
export interface TraitEvidence {
  readonly certain: boolean;
  /** `premortem.yaml lists group kvm`, `group ceph_osds is named so`, `it gets Ceph OSDs`. */
  readonly why: string;
}

/** The hosts that something reaches. */
export interface Scope {
  /** Sorted by name. */
  readonly hosts: readonly Host[];
  /** How it is known: `role firewall, in play "storage" of site.yml`. */
  readonly how: string;
  /** Where the hosts are a default that whoever starts the play may replace: the expression. */
  readonly assumed?: string;
}

/** A file that a task puts onto hosts: `template`, `copy`, `ansible.posix.sysctl`'s file, … */
export interface Deployment {
  /** The file in the repository. */
  readonly source: string;
  /** Where it goes on the host. */
  readonly destination: Maybe<string>;
  readonly task: Task;
  readonly scope: Maybe<Scope>;
}

/** A play with the tasks that it runs, roles and imports included. */
export interface Play {
  readonly path: string;
  readonly name: string;
  /** The whole play. */
  readonly location: Location;
  readonly hostsPattern: Maybe<string>;
  readonly hostsLocation: Location;
  /** Hosts that the pattern matches; Unknown with a templated pattern or no inventory. */
  readonly scope: Maybe<Scope>;
  /** Every other play keyword as written (`serial`, `max_fail_percentage`, `strategy`, `any_errors_fatal`, …). */
  readonly keywords: ReadonlyMap<string, { readonly value: Value; readonly location: Location }>;
  readonly roles: readonly { readonly name: string; readonly location: Location }[];
  /** pre_tasks, roles' tasks, tasks, post_tasks in the order in which they run; static includes resolved. */
  readonly tasks: readonly Task[];
  /** The play's and its roles' handlers. */
  readonly handlers: readonly Task[];
  /** `vars` and the `vars_files` that are in the repository, as written. */
  readonly variables: ReadonlyMap<string, Variable>;
  /** Every role that it runs, also as a dependency or by `include_role`, which the repository holds. */
  readonly ran: readonly Role[];
  /** Every file of which it runs tasks or handlers. */
  readonly files: ReadonlySet<string>;
  /** What it runs and the repository does not show: roles and files that are not there, includes that go in a circle. */
  readonly gaps: readonly Gap[];
}

/** A part of a play that cannot be followed. */
export interface Gap {
  readonly location: Location;
  /** A clause: `the role ntp is not in the repository`. */
  readonly reason: string;
}

/** A task as a play runs it. */
export interface Task {
  readonly name?: string;
  /** Short module name without its collection: `service`, `systemd`, `template`, `command`, … */
  readonly module: string;
  /** The module's arguments; a free-form command under `_raw_params`. */
  readonly args: ReadonlyMap<string, { readonly value: Value; readonly location: Location }>;
  /** `when`, `notify`, `loop`, `ignore_errors`, `run_once`, `delegate_to`, `listen`, `register`, `until`, `changed_when`, … */
  readonly keywords: ReadonlyMap<string, { readonly value: Value; readonly location: Location }>;
  readonly location: Location;
  /** The role that it belongs to. */
  readonly role?: string;
  readonly section: "pre_tasks" | "tasks" | "post_tasks" | "handlers" | "roles";
  /** The blocks around it, outermost first; absent where there are none. */
  readonly blocks?: readonly BlockPlace[];
  /** The loops of the includes that bring it, outermost first; absent where there are none. */
  readonly turns?: readonly Turns[];
}

/** A loop in which tasks are included: they run once for each item. */
export interface Turns {
  /** What an item is called. */
  readonly name: string;
  /** The list, as it is written. */
  readonly value: Value;
  readonly location: Location;
}

/** Where in a block a task stands. `rescue` runs only on hosts on which something of `block` failed. */
export interface BlockPlace {
  /** The whole block. */
  readonly location: Location;
  readonly part: "block" | "rescue" | "always";
  /** Whether the block has a rescue, so that a failure inside it is no failure of the host. */
  readonly rescued: boolean;
}

/** The repository's hosts, what they know and what they are given. */
export interface Fleet {
  /** Every role of the repository by its folder. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Sorted by name. */
  readonly hosts: readonly Host[];
  readonly groups: ReadonlyMap<string, Group>;
  readonly plays: readonly Play[];
  readonly deployments: readonly Deployment[];
  host(name: string): Host | undefined;
  /** Hosts that an Ansible host pattern selects; Unknown where it is templated or there is no inventory. */
  matching(pattern: string): Maybe<readonly Host[]>;
  /** The hosts that a file of the repository reaches; Unknown with the reason where that cannot be told. */
  scopeOf(path: string): Maybe<Scope>;
  /** Whether the host is a storage server, a hypervisor, …; undefined: nothing says so. */
  trait(host: Host, trait: Trait): TraitEvidence | undefined;
  /** A value that premortem.yaml maps to a host variable (or that stands under a usual name), with its place. */
  fact(host: Host, name: HostVariable): Variable | undefined;
  /** The kernel of a host, as major, minor; Unknown with the reason. */
  kernel(host: Host): Maybe<{ readonly major: number; readonly minor: number; readonly text: string; readonly location: Location }>;
}
