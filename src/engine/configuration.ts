import type { Severity } from "./finding.ts";

/** What a host can be, in the words that rules ask for. */
export const TRAITS = ["storage", "hypervisor", "router", "container", "lab", "production"] as const;

/** What a group of hosts can be. */
export type Trait = (typeof TRAITS)[number];

/** Host variables that the models need and that every site names in its own way. */
export const HOST_VARIABLES = ["kernel", "memory", "virtualMachines", "osds", "hypervisor", "dirtyRate", "migrationLink", "site", "rack"] as const;

/** One of HOST_VARIABLES. */
export type HostVariable = (typeof HOST_VARIABLES)[number];

/** A version of which somebody warns. */
export interface Advisory {
  /** As its packages, images or variables call it: `ceph`, `linux`, `frr`. */
  readonly product: string;
  /** Upstream versions: `>=16.2.0 <16.2.7`, or one. */
  readonly versions: string;
  /** What happens, as a clause without full stop. */
  readonly why: string;
  readonly link?: string;
  /** What to take instead. */
  readonly instead?: string;
  /** Of kernels: the beginnings of a distribution's own versions, `6.1.0-14`, that hold one of these. */
  readonly packages?: readonly string[];
}

/** `premortem.yaml`, checked and with every default filled in. Sizes are bytes, times seconds, rates bytes per second. */
export interface Configuration {
  /** Inventory groups that have a trait. A group that is listed here overrides what its name suggests. */
  readonly groups: { readonly [T in Trait]?: readonly string[] };
  /** The name (or dotted path) of the host variable that holds each value, with its unit where the name does not tell it. */
  readonly variables: { readonly [V in HostVariable]?: string };
  readonly management: {
    /** CIDR networks from which operators reach the hosts; empty: anywhere. */
    readonly networks: readonly string[];
    /** TCP ports by which they do. */
    readonly ports: readonly number[];
  };
  readonly migration: {
    /** Bytes per second that one host can send while it evacuates; undefined: not told. */
    readonly bandwidth?: number;
    /** Guests that move at the same time from one host. */
    readonly parallel: number;
    /** Bytes per second that a busy guest writes, where its own variable does not say. */
    readonly dirtyRate?: number;
    /** Seconds that a guest may stand still at the end. */
    readonly downtime: number;
  };
  readonly maintenance: {
    /** Seconds that are planned for one host, or the variable that holds them. */
    readonly window?: number | string;
    /** Seconds before the evacuation starts. */
    readonly preparation: number;
    /** Seconds of work on the empty host. */
    readonly work: number;
    /** The variable or the task that stands for a human's approval. */
    readonly approval?: string;
    /** Hosts that may be out at once. */
    readonly concurrent: number;
    /** Seconds in which all hosts have their turn. */
    readonly period?: number;
  };
  /** Ceph's release by name or major version, where the repository does not tell. */
  readonly cephRelease?: string;
  /** Versions that the site knows as bad, beside those that Premortem knows. */
  readonly advisories: readonly Advisory[];
  /** Severity by rule id; `off` silences the rule. */
  readonly severity: { readonly [rule: string]: Severity | "off" };
  /** Shipped packs of lessons, and where the repository's own lessons are; with no such place, all of its lesson files count. */
  readonly lessons: readonly string[];
  /** Globs of paths that are not reviewed. */
  readonly ignore: readonly string[];
}

/** What holds with no `premortem.yaml` at all. QEMU's own limit for the last pause of a migration is 300 ms. */
export const DEFAULT_CONFIGURATION: Configuration = {
  groups: {},
  variables: {},
  management: { networks: [], ports: [22] },
  migration: { parallel: 1, downtime: 0.3 },
  maintenance: { preparation: 0, work: 0, concurrent: 1 },
  advisories: [],
  severity: {},
  lessons: [],
  ignore: [],
};
