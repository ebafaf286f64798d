import type { Location } from "../../engine/location.ts";
import type { Task, Value } from "../fleet/fleet.ts";
import { stringsOf, textAsWritten } from "../fleet/values.ts";
import type { Action } from "./commands.ts";
import { commandActions } from "./commands.ts";
import { packagesOfCommand } from "./package-commands.ts";
import type { Read } from "./task-values.ts";
import { expand, words } from "./task-values.ts";

/** What a service carries: whose traffic or data stands still while it does. */
export type ServiceKind = "ipsec" | "firewall" | "network" | "storage" | "hypervisor" | "host";

/** A service that a task interrupts. */
export interface Interruption {
  /** As the task names it; `host` for a reboot. */
  readonly service: string;
  readonly kind: ServiceKind;
  readonly action: "restart" | "stop" | "upgrade" | "reboot";
  /** The task's argument that does it. */
  readonly location: Location;
  /** False where a template hides the name and only the task's own name tells. */
  readonly certain: boolean;
}

/** What a task does to a service that hosts depend on. */
export interface ServiceAction extends Omit<Interruption, "action"> {
  readonly action: Action;
}

/** Unit, package and init script names by what they carry: those of Debian, Red Hat, SUSE, Alpine and upstream. */
const SERVICES: readonly (readonly [ServiceKind, RegExp])[] = [
  ["ipsec", /^(racoon|racoon-tool|ipsec-tools|strongswan(-(starter|swanctl))?|charon(-systemd)?|libcharon\S*|libstrongswan\S*|ipsec|libreswan|openswan|pluto|openiked|iked|isakmpd)$/],
  ["firewall", /^(nftables|iptables|ip6tables|iptables-(services|nft|persistent)|netfilter-persistent|firewalld|ufw|shorewall6?|ferm)$/],
  [
    "network",
    /^(networking|network|systemd-networkd|NetworkManager|network-manager|networkmanager|netplan|ifupdown2?|wicked(d|d-\S+)?|openvswitch(-switch)?|ovs-vswitchd|ovsdb-server|frr|quagga|zebra|bird[26]?|keepalived|wg-quick(@\S*)?|openvpn(@\S*|-(server|client)@\S*)?|fastd(@\S*)?|tinc(@\S*)?|bgpd|ospf6?d|isisd|babeld|exabgp|gobgpd|neutron-(openvswitch|linuxbridge|l3|ovn-\w+)-agent|ovn-(controller|host))$/,
  ],
  [
    "storage",
    /^(ceph|ceph-(osd|mon|mds|mgr|common|base|volume)(@\S*|\.target)?|ceph\.target|ceph-radosgw(@\S*|\.target)?|radosgw|glusterd|glusterfs-server|nfs-server|nfs-kernel-server|nfs-ganesha|ctdb|drbd|linstor-(satellite|controller)|iscsid|open-iscsi|multipathd|multipath-tools|tgt|target)$/,
  ],
  ["hypervisor", /^(libvirtd|libvirt-bin|libvirt-daemon(-system)?|libvirt|virtqemud|qemu-kvm|qemu-system\S*|(openstack-)?nova-compute|libvirt-guests|vdsmd|cloudstack-agent|lxd|incus|ganeti|xen(d|stored|-hypervisor\S*)?|xapi|pve-(cluster|manager|qemu-kvm)|pvedaemon|pve-ha-\S+)$/],
];

const KERNEL = /^(linux-(image|generic|virtual|headers|modules)\S*|kernel(-(core|ml|lt|default|modules|headers|devel)\S*)?)$/;

/** What a unit or package of this name carries; undefined: nothing that the rollout rules ask about. */
export function kindOf(name: string): ServiceKind | undefined {
  const plain = name.trim().replace(/\.service$/, "");
  return SERVICES.find(([, pattern]) => pattern.test(plain))?.[0];
}

/** True for a package that holds a kernel. */
export function isKernelPackage(name: string): boolean {
  return KERNEL.test(name.trim());
}

const STATES: Record<string, Action> = { restarted: "restart", reloaded: "reload", stopped: "stop", started: "start", restart: "restart" };
const SERVICE_MODULES = new Set(["service", "systemd", "systemd_service", "sysvinit", "openrc", "rc_service"]);
const COMMAND_MODULES = /^(command|shell|raw|script)$/;
const PACKAGE_MODULES = new Set(["apt", "yum", "dnf", "dnf5", "package", "zypper", "apk", "pacman"]);

/** What a task does to the services of the table, by module, arguments and literal loops; `read` resolves templates. */
export function actionsOf(task: Task, read: Read = textAsWritten): readonly ServiceAction[] {
  const { module } = task;
  if (module === "reboot") return [{ service: "host", kind: "host", action: "reboot", location: task.location, certain: true }];
  if (SERVICE_MODULES.has(module)) return serviceActions(task, read);
  if (PACKAGE_MODULES.has(module)) return packagesOf(task, read).flatMap(upgradeOf);
  if (COMMAND_MODULES.test(module)) {
    const argument = commandArgument(task);
    if (argument === undefined) return [];
    return [...packagesOf(task, read).flatMap(upgradeOf), ...commandActions(commandText(argument.value, read)).flatMap(({ service, action }): ServiceAction[] => {
      const place = { location: argument.location, certain: true };
      if (action === "reboot") return [{ service: "host", kind: "host", action, ...place }];
      const kind = kindOf(service);
      return kind === undefined ? [] : [{ service, kind, action, ...place }];
    })];
  }
  return [];
}

function commandArgument(task: Task): { readonly value: Value; readonly location: Location } | undefined {
  return task.args.get("_raw_params") ?? task.args.get("cmd") ?? task.args.get("argv");
}

/** The services that a task interrupts: restarts, upgrades and reboots. A reload interrupts nothing by itself. */
export function interruptionsOf(task: Task, read: Read = textAsWritten): readonly Interruption[] {
  return actionsOf(task, read).filter((found): found is Interruption => found.action !== "reload" && found.action !== "start" && found.action !== "stop");
}

function serviceActions(task: Task, read: Read): ServiceAction[] {
  const state = task.args.get("state");
  const action = state === undefined ? undefined : STATES[read(state.value) ?? ""];
  if (state === undefined || action === undefined) return [];
  const name = task.args.get("name") ?? task.args.get("service");
  if (name === undefined) return [];
  const known = expand(task, name.value, read);
  if (known === undefined) return hinted(task).map((service) => ({ service, kind: kindOf(service)!, action, location: state.location, certain: false }));
  return known.flatMap((service): ServiceAction[] => {
    const kind = kindOf(service);
    return kind === undefined ? [] : [{ service: service.replace(/\.service$/, ""), kind, action, location: state.location, certain: true }];
  });
}

/** The service that the task's own name speaks of, where a template hides it. */
function hinted(task: Task): string[] {
  return words(task.name ?? "").filter((word) => kindOf(word) !== undefined && !/^(network|host|target)$/i.test(word)).slice(0, 1);
}

/** A package that a task installs. */
export interface PackageInstall {
  readonly name: string;
  /** The version behind `=` (apt) or `-` (an exact rpm is not told apart); undefined: none. */
  readonly version?: string;
  /** `latest`, or a template that may say so (undefined). */
  readonly state: string | undefined;
  readonly location: Location;
}

/** The packages that a task installs by name; empty where a template hides them all. */
export function packagesOf(task: Task, read: Read = textAsWritten): readonly PackageInstall[] {
  if (COMMAND_MODULES.test(task.module)) {
    const argument = commandArgument(task);
    // Done once: it is no way to upgrade.
    if (argument === undefined || task.args.has("creates")) return [];
    return packagesOfCommand(commandText(argument.value, read)).map((found) => ({ ...found, state: found.version === undefined ? "latest" : "present", location: argument.location }));
  }
  if (!PACKAGE_MODULES.has(task.module)) return [];
  const name = task.args.get("name") ?? task.args.get("pkg") ?? task.args.get("package") ?? task.args.get("deb");
  const state = task.args.get("state");
  if (name === undefined) return [];
  const stateText = state === undefined ? "present" : read(state.value);
  return (expand(task, name.value, read) ?? []).map((text) => {
    const file = /([^/]+?)_([^_/]+)_[^_/]+\.deb$/.exec(text);
    const pinned = /^([^=<>~!]+)=+(.+)$/.exec(text);
    const match = file ?? pinned;
    return { name: (match?.[1] ?? text).trim(), ...(match && { version: match[2]! }), state: stateText, location: (state ?? name).location };
  });
}

/** A newer package restarts its daemon while it is installed. */
function upgradeOf({ name, version, state, location }: PackageInstall): ServiceAction[] {
  const kind = kindOf(name);
  if (kind === undefined || !(state === "latest" || (version !== undefined && (state === "present" || state === "installed")))) return [];
  return [{ service: name, kind, action: "upgrade", location, certain: true }];
}

/** A command line; the parts of it that a template hides stay as they are. */
function commandText(value: Value, read: Read): string {
  if (Array.isArray(value)) return stringsOf(value).join(" ");
  return read(value) ?? (typeof value === "string" ? value : "");
}
