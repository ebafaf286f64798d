import type { Trait } from "../../engine/configuration.ts";
import { TRAITS } from "../../engine/configuration.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { Deployment, Host, Play, Task, TraitEvidence, Value } from "./fleet.ts";
import { namedGuests, recordedGuests } from "./records/of-host.ts";
import { listOf } from "./values.ts";

/** Whole words of a group's name that suggest a trait; hints, no proof. */
const WORDS: Record<Trait, RegExp> = {
  storage: /^(?:ceph\w*|osds?|storage|glusterfs?|drbd)$/,
  hypervisor: /^(?:kvm|qemu|hypervisors?|b?vm-?hosts?|v-?hosts?|virt-?hosts?|virt|virtuali[sz]ation|computes?|libvirt|proxmox|pve|xen|esxi?|ganeti|nova)$/,
  router: /^(?:routers?|gateways?|gw|vpn|bgp|border|edge)$/,
  container: /^(?:docker|podman|containers?|k8s|k3s|rke2?|kube\w*|kubernetes|openshift|nomad|swarm)$/,
  lab: /^(?:labs?|test|tests|testing|staging|stage|stg|dev|devel|development|qa|sandbox|preprod|uat)$/,
  production: /^(?:prod|production|live)$/,
};
/** Words that turn a name around: `ceph_clients` store nothing, `kvm_guests` run on others. */
const OTHERWISE = /^(?:clients?|guests?|vms?|instances?|monitoring|exporters?|consumers?|users?)$/;
/** Groups of ceph-ansible whose names alone are too short to tell. */
const CEPH_ANSIBLE = /^(?:mons|mgrs|mdss|rgws|rbdmirrors)$/;

/** Groups of NetBox that say where a host is or whose, not what it does: guests of a cluster are no hypervisors. */
const PLACES = /^(?:racks|location|tenants|platforms|cluster)_/;

const PACKAGES: readonly (readonly [RegExp, Trait, string])[] = [
  [/^(?:ceph-osd|ceph|ceph-mon|glusterfs-server)$/, "storage", "storage daemons"],
  [/^(?:qemu-kvm|qemu-system(?:-\w+)?|qemu|libvirt|libvirt-daemon(?:-[\w-]+)?|libvirt-bin|proxmox-ve|nova-compute(?:-kvm)?|xen-hypervisor[\w-]*)$/, "hypervisor", "a hypervisor"],
  [/^(?:docker-ce|docker\.io|docker-engine|containerd(?:\.io)?|podman|kubelet|k3s)$/, "container", "a container runtime"],
  [/^(?:frr|bird2?|quagga|keepalived-router|vyos)$/, "router", "a routing daemon"],
];
const PACKAGE_MODULES = /^(?:apt|apt_rpm|dnf5?|yum|package|zypper|pacman|apk|portage)$/;

/** What a name's words suggest. */
export function suggested(name: string, trait: Trait): boolean {
  const words = name.toLowerCase().split(/[^a-z\d]+|(?<=[a-z])(?=\d+$)/).map((word) => word.replace(/\d+$/, "") || word);
  const whole = name.toLowerCase().replace(/[_-]/g, "").replace(/\d+$/, "");
  if ((trait === "storage" || trait === "hypervisor") && words.some((word) => OTHERWISE.test(word))) return false;
  return words.some((word) => WORDS[trait].test(word)) || (trait === "hypervisor" && /^(?:b?vmhosts?|vhosts?|virthosts?|computenodes?)$/.test(whole));
}

/** Which hosts have a trait, by name, and how it is known. `trait` is a `Trait`. */
export function traitsOf(workspace: Workspace, trait: string): ReadonlyMap<string, TraitEvidence> {
  const judge = new TraitJudge(workspace, trait as Trait);
  const found = new Map<string, TraitEvidence>();
  for (const host of workspace.fleet.hosts) {
    const evidence = judge.of(host);
    if (evidence !== undefined) found.set(host.name, evidence);
  }
  return found;
}

class TraitJudge {
  readonly #workspace: Workspace;
  readonly #trait: Trait;
  readonly #configured: readonly string[] | undefined;
  readonly #taken: ReadonlySet<string>;
  /** What the names of groups, inventories and environments suggest. */
  readonly #suggested = new Map<string, boolean>();

  constructor(workspace: Workspace, trait: Trait) {
    this.#workspace = workspace;
    this.#trait = trait;
    const { groups } = workspace.configuration;
    this.#configured = groups[trait];
    this.#taken = new Set(TRAITS.flatMap((other) => groups[other] ?? []));
  }

  of(host: Host): TraitEvidence | undefined {
    const trait = this.#trait;
    const listed = this.#configured?.find((group) => host.groups.includes(group) || host.name === group);
    if (listed !== undefined) return { certain: true, why: `premortem.yaml lists the group ${listed}` };
    // A list that is there is meant to be whole.
    if (this.#configured !== undefined) return undefined;
    const named = host.groups.find((group) => group !== "all" && !this.#taken.has(group) && this.#suggests(group, true));
    if (named !== undefined) return { certain: false, why: `the group ${named} is named so` };
    if (trait === "lab" || trait === "production") {
      const inventory = host.location.path;
      if (this.#suggests(inventory, false)) return { certain: false, why: `its inventory ${inventory} is named so` };
      const environment = ["env", "environment_name", "deployment_environment", "stage", "environment"].map((name) => host.variables.get(name)?.value).find((value) => typeof value === "string");
      return typeof environment === "string" && this.#suggests(environment, false) ? { certain: false, why: `its variables name the environment ${environment}` } : undefined;
    }
    const guests = trait === "hypervisor" ? (namedGuests(this.#workspace, host) ?? recordedGuests(this.#workspace, host)) : undefined;
    if (guests !== undefined) return { certain: true, why: `it runs ${guests.origin}` };
    const why = this.#workspace.derive(deployedTraits).get(host.name)?.get(trait);
    return why === undefined ? undefined : { certain: false, why };
  }

  #suggests(name: string, group: boolean): boolean {
    const key = `${group}\0${name}`;
    let result = this.#suggested.get(key);
    if (result === undefined) {
      const isPlace = group && (PLACES.test(name) || (name.startsWith("sites_") && this.#trait !== "lab" && this.#trait !== "production"));
      result = (!isPlace && suggested(name, this.#trait)) || (group && this.#trait === "storage" && CEPH_ANSIBLE.test(name) && this.#workspace.fleet.groups.has("osds"));
      this.#suggested.set(key, result);
    }
    return result;
  }
}

function deployedTraits(workspace: Workspace): ReadonlyMap<string, ReadonlyMap<Trait, string>> {
  return evidenceOfPlays(workspace.fleet.plays, workspace.fleet.deployments);
}

/** What plays install: the packages, the roles and the configuration that only such a host gets. */
function evidenceOfPlays(plays: readonly Play[], deployments: readonly Deployment[]): Map<string, Map<Trait, string>> {
  const found = new Map<string, Map<Trait, string>>();
  const note = (hosts: readonly Host[], trait: Trait, why: string): void => {
    for (const { name } of hosts) {
      let traits = found.get(name);
      if (traits === undefined) found.set(name, (traits = new Map()));
      if (!traits.has(trait)) traits.set(trait, why);
    }
  };
  const known = plays.filter((play) => !isUnknown(play.scope) && play.scope.assumed === undefined);
  for (const play of known) {
    const hosts = isUnknown(play.scope) ? [] : play.scope.hosts;
    for (const role of play.ran) {
      for (const trait of ["storage", "hypervisor", "router", "container"] as const) if (suggested(role.name, trait)) note(hosts, trait, `it gets the role ${role.name}`);
    }
    for (const task of play.tasks) {
      if (!PACKAGE_MODULES.test(task.module) || task.args.get("state")?.value === "absent") continue;
      for (const name of packagesOf(task)) {
        for (const [pattern, trait, what] of PACKAGES) if (pattern.test(name)) note(hosts, trait, `it gets ${what} (package ${name})`);
      }
    }
  }
  for (const { destination, scope } of deployments) {
    if (isUnknown(scope) || isUnknown(destination) || !/^\/etc\/ceph\/[\w-]+\.conf$/.test(destination)) continue;
    // Clients have a ceph.conf too, above all the hypervisors that attach its volumes.
    note(scope.hosts.filter((host) => !found.get(host.name)?.has("hypervisor") && !host.groups.some((group) => isClient(group))), "storage", `it gets ${destination}`);
  }
  return found;
}

function isClient(group: string): boolean {
  return suggested(group, "hypervisor") || group.toLowerCase().split(/[^a-z\d]+/).some((word) => OTHERWISE.test(word));
}

function packagesOf(task: Task): string[] {
  const values = ["name", "pkg", "package"].flatMap((name) => {
    const value = task.args.get(name)?.value;
    return value === undefined ? [] : listOf(value);
  });
  for (const [key, { value }] of task.keywords) if (key === "loop" || key === "with_items") values.push(...(listOf(value) as Value[]));
  return values.flatMap((value) => (typeof value === "string" ? value.split(/[\s,]+/) : [])).map((name) => name.replace(/[=<>~].*$/, ""));
}
