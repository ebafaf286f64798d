import { DEFAULT_CONFIGURATION, HOST_VARIABLES, TRAITS } from "../../engine/configuration.ts";
import type { HostVariable, Trait } from "../../engine/configuration.ts";
import type { Json } from "../../engine/finding.ts";
import { EXAMPLE } from "./units.ts";
import type { Quantity } from "./units.ts";

/** What may stand behind a key. */
export type Kind =
  | Quantity
  /** A number of seconds or the name of the host variable that holds it. */
  | "duration-or-variable"
  | "count"
  | "name"
  | "names"
  | "networks"
  | "ports"
  | "globs"
  | "advisories"
  | "severities";

/** One setting of `premortem.yaml`. Validation, the schema and the documentation are all made from these. */
export interface Key {
  /** `section.key`, or the key alone at the top. */
  readonly path: string;
  readonly kind: Kind;
  readonly summary: string;
  readonly default?: Json;
}

/** The keys that hold other keys, each with what it is about. */
export const SECTIONS: { readonly [name: string]: string } = {
  groups: "Inventory groups that have a trait. A group that is listed here overrides what its name suggests.",
  variables: "The name (or dotted path) of the host variable that holds each value; with its unit behind it, such as ram MiB, where the name does not tell. Of several names with commas between them, the first that a host has counts.",
  management: "How operators reach the hosts.",
  migration: "How guests leave a host for its maintenance.",
  maintenance: "What maintenance of a virtualisation host takes and who has to agree to it.",
};

const TRAIT_SUMMARY: Record<Trait, string> = {
  storage: "Groups of storage servers, such as hosts with Ceph OSDs.",
  hypervisor: "Groups of virtualisation hosts.",
  router: "Groups of routers and gateways that forward traffic of others.",
  container: "Groups of container hosts.",
  lab: "Groups of test machines.",
  production: "Groups of machines that serve customers.",
};

const VARIABLE_SUMMARY: Record<HostVariable, string> = {
  kernel: "Host variable with the running kernel's version.",
  memory: "Host variable with the host's memory.",
  virtualMachines: "Host variable with the guests that run on a host.",
  osds: "Host variable with the OSDs of a host: their number or a list of them.",
  hypervisor: "Variable of a guest with the name of the virtualisation host that it runs on.",
  dirtyRate: "Variable of a guest with what it writes to its memory.",
  migrationLink: "Host variable with the speed of the link over which its guests migrate; it beats migration.bandwidth.",
  site: "Host variable with the site of a host.",
  rack: "Host variable with the rack of a host.",
};

const { management, migration, maintenance } = DEFAULT_CONFIGURATION;

/** Every setting, in the order in which it is documented. */
export const KEYS: readonly Key[] = [
  ...TRAITS.map((trait): Key => ({ path: `groups.${trait}`, kind: "names", summary: TRAIT_SUMMARY[trait] })),
  ...HOST_VARIABLES.map((name): Key => ({ path: `variables.${name}`, kind: "name", summary: VARIABLE_SUMMARY[name] })),
  {
    path: "management.networks",
    kind: "networks",
    summary: "Networks from which operators reach the hosts. Empty: from anywhere.",
    default: management.networks,
  },
  { path: "management.ports", kind: "ports", summary: "TCP ports by which operators reach the hosts.", default: management.ports },
  { path: "migration.bandwidth", kind: "rate", summary: "What one host can send while it is evacuated." },
  {
    path: "migration.parallel",
    kind: "count",
    summary: "Guests that leave one host at the same time.",
    default: migration.parallel,
  },
  { path: "migration.dirtyRate", kind: "rate", summary: "What a busy guest writes to its memory, where its own variable does not say." },
  {
    path: "migration.downtime",
    kind: "duration",
    summary: "How long a guest may stand still at the end of its migration.",
    default: migration.downtime,
  },
  {
    path: "maintenance.window",
    kind: "duration-or-variable",
    summary: "What is planned for one host's maintenance, or the host variable that holds it.",
  },
  {
    path: "maintenance.preparation",
    kind: "duration",
    summary: "How long before the maintenance the evacuation may start.",
    default: maintenance.preparation,
  },
  { path: "maintenance.work", kind: "duration", summary: "Work on the empty host.", default: maintenance.work },
  { path: "maintenance.approval", kind: "name", summary: "The variable or task that stands for a human's approval." },
  { path: "maintenance.concurrent", kind: "count", summary: "Hosts that may be out at once.", default: maintenance.concurrent },
  { path: "maintenance.period", kind: "duration", summary: "The time in which all hosts have their turn." },
  { path: "cephRelease", kind: "name", summary: "Ceph's release by name or major version, where the repository does not tell." },
  { path: "advisories", kind: "advisories", summary: "Versions that are known as bad, beside those that Premortem knows.", default: [] },
  { path: "severity", kind: "severities", summary: "Severity by rule id: error, warning, info, or off.", default: {} },
  {
    path: "lessons",
    kind: "globs",
    summary: "Names of shipped packs of lessons, and files, folders or globs of the repository's own (with a / in them, or ending in .lesson.yaml). Where such places are named, lessons elsewhere are drafts: they are checked and not run. Default: all *.lesson.yaml of the repository.",
    default: [],
  },
  { path: "ignore", kind: "globs", summary: "Globs of paths that are not reviewed.", default: [] },
];

/** The keys below `section`; with "" the ones at the top, sections included. */
export function namesIn(section: string): string[] {
  if (section !== "") return KEYS.filter((key) => key.path.startsWith(`${section}.`)).map((key) => key.path.slice(section.length + 1));
  return [...Object.keys(SECTIONS), ...KEYS.filter((key) => !key.path.includes(".")).map((key) => key.path)];
}

/** For a person: what a value of this kind looks like. */
export const EXPECTED: Record<Kind, string> = {
  size: `a size, such as ${EXAMPLE.size}`,
  rate: `a rate, such as ${EXAMPLE.rate}`,
  duration: `a time, such as ${EXAMPLE.duration}`,
  "duration-or-variable": `a time, such as ${EXAMPLE.duration}, or the name of a host variable`,
  count: "a whole number from 1",
  name: "a name",
  names: "a list of names",
  networks: "a list of networks, such as 192.0.2.0/24",
  ports: "a list of port numbers from 1 to 65535",
  globs: "a list of globs, such as archive/**",
  advisories: "a list of product, versions (such as \">=8.1 <8.1.2\"), why, and optionally link, instead and packages",
  severities: "rule ids with error, warning, info or off",
};
