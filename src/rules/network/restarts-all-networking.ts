import type { Related } from "../../engine/finding.ts";
import { compareText } from "../../engine/finding.ts";
import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { goesInSmallBatches, isCareful } from "../../model/fleet/change/care.ts";
import { effectsOf } from "../../model/fleet/change/effects.ts";
import { listNames } from "../../model/fleet/change/words.ts";
import type { Host, Play, Task } from "../../model/fleet/fleet.ts";
import { handlersOf } from "../../model/fleet/handlers.ts";
import { carriedBy } from "../../model/network/carried.ts";
import type { Carried } from "../../model/network/carried.ts";
import type { NetworkRestart, NetworkRestartAt } from "../../model/network/restarts.ts";
import { networkRestart, networkRestartsIn, networkRestartsOf } from "../../model/network/restarts.ts";
import { reader } from "../../model/rollout/standing.ts";
import type { Step } from "../../model/fleet/change/approval.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const INVENTORY = "[gateways]\ngw01.example.net\ngw02.example.net\n[web]\nweb01.example.net\n";
const INTERFACES = (address: string): string => `auto br0
iface br0 inet static
    address ${address}
    bridge_ports eno1

auto gre1
iface gre1 inet tunnel
    address 10.9.0.1
    mode gre
    endpoint 198.51.100.7
`;
const PLAY = (restart: string): string => `- hosts: gateways
  tasks:
    - name: Interfaces
      ansible.builtin.copy:
        src: interfaces
        dest: /etc/network/interfaces
      notify: Take it over
  handlers:
    - name: Take it over
${restart}`;
const RESTART = "      ansible.builtin.service:\n        name: networking\n        state: restarted\n";
const MARKED = "      ansible.builtin.service:\n        name: networking\n        state: ⟦restarted⟧\n";

export default rule({
  what: "A change restarts all networking on hosts that carry tunnels, bridges or BGP sessions.",
  why: "A restart takes every interface down, also those that did not change: tunnels lose their packets, guests drop out of their bridge, since nothing adds their ports again, and BGP sessions close and withdraw all their routes. Where one line is wrong, the host does not come back at all.",
  instead: "Change the one interface: ifreload -a (ifupdown2), networkctl reload, nmcli connection up NAME, ip link and ip address. Where all has to be restarted, do it host by host, with traffic moved away first.",
  lessons: ["2017-network-added"],
  reads: ["playbook"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["interfaces(5)", "netplan-apply(8)", "networkd.conf(5), ManageForeignRoutes", "networkctl(1), reload"],
  data: { hosts: "hosts whose networking is restarted", carrying: "those of them with tunnels, bridges or BGP" },
  examples: {
    bad: [
      {
        before: { "hosts.ini": INVENTORY, "files/interfaces": INTERFACES("192.0.2.5/24"), "site.yml": PLAY(RESTART) },
        after: { "hosts.ini": INVENTORY, "files/interfaces": INTERFACES("192.0.2.6/24"), "site.yml": PLAY(MARKED) },
      },
      // The restart itself is what is new.
      {
        before: { "hosts.ini": INVENTORY, "files/interfaces": INTERFACES("192.0.2.5/24"), "site.yml": PLAY("      ansible.builtin.command: ifup gre1\n") },
        after: { "hosts.ini": INVENTORY, "files/interfaces": INTERFACES("192.0.2.5/24"), "site.yml": PLAY("      ansible.builtin.shell: ⟦ifdown -a && ifup -a⟧\n") },
      },
      {
        before: { "hosts.ini": "[kvm]\nkvm[1:4].example.net\n", "group_vars/kvm.yml": "mtu: 1500\n", "site.yml": "- hosts: kvm\n  tasks:\n    - template: src=netplan.j2 dest=/etc/netplan/10-all.yaml\n      notify: apply\n  handlers:\n    - name: apply\n      command: netplan apply\n", "templates/netplan.j2": "network:\n  ethernets:\n    eno1: {mtu: {{ mtu }}}\n  bridges:\n    br0: {interfaces: [eno1]}\n" },
        after: { "hosts.ini": "[kvm]\nkvm[1:4].example.net\n", "group_vars/kvm.yml": "mtu: 9000\n", "site.yml": "- hosts: kvm\n  tasks:\n    - template: src=netplan.j2 dest=/etc/netplan/10-all.yaml\n      notify: apply\n  handlers:\n    - name: apply\n      command: ⟦netplan apply⟧\n", "templates/netplan.j2": "network:\n  ethernets:\n    eno1: {mtu: {{ mtu }}}\n  bridges:\n    br0: {interfaces: [eno1]}\n" },
      },
      {
        before: { "hosts/gw01/usr/local/sbin/renumber.sh": "#!/bin/sh\nip address replace 192.0.2.9/24 dev eth0\n", "hosts/gw01/etc/network/interfaces": INTERFACES("192.0.2.5/24") },
        after: { "hosts/gw01/usr/local/sbin/renumber.sh": "#!/bin/sh\nsed -i s/192.0.2.5/192.0.2.9/ /etc/network/interfaces\n⟦systemctl restart networking⟧\n", "hosts/gw01/etc/network/interfaces": INTERFACES("192.0.2.5/24") },
      },
    ],
    good: {
      before: { "hosts.ini": INVENTORY, "files/interfaces": INTERFACES("192.0.2.5/24"), "site.yml": PLAY("      ansible.builtin.command: ifreload -a\n") },
      after: { "hosts.ini": INVENTORY, "files/interfaces": INTERFACES("192.0.2.6/24"), "site.yml": PLAY("      ansible.builtin.command: ifreload -a\n") },
    },
    lookalike: [
      // Nothing that the change touches leads to the restart.
      {
        before: { "hosts.ini": INVENTORY, "files/interfaces": INTERFACES("192.0.2.5/24"), "group_vars/all.yml": "motd: one\n", "site.yml": PLAY(RESTART) },
        after: { "hosts.ini": INVENTORY, "files/interfaces": INTERFACES("192.0.2.5/24"), "group_vars/all.yml": "motd: two\n", "site.yml": PLAY(RESTART) },
      },
      // These hosts carry nobody else's packets.
      {
        before: { "hosts.ini": INVENTORY, "files/interfaces": "auto eth0\niface eth0 inet dhcp\n", "site.yml": PLAY(RESTART).replace("gateways", "web") },
        after: { "hosts.ini": INVENTORY, "files/interfaces": "auto eth0\niface eth0 inet manual\n", "site.yml": PLAY(RESTART).replace("gateways", "web") },
      },
    ],
  },
  compare({ before, after, changed, report }) {
    for (const found of [...ofPlays(before, after, changed), ...ofScripts(before, after, changed)]) {
      const carrying = found.hosts.map((host) => ({ host, carried: carriedBy(after, host) })).filter(({ carried }) => carried.length > 0);
      if (carrying.length === 0) continue;
      const kinds = [...new Set(carrying.flatMap(({ carried }) => carried.map(({ kind }) => kind)))].sort(compareText);
      report({
        location: found.at.location,
        key: found.at.name,
        ...(gentle(found.at.how) || found.careful ? { severity: "info" as const, confidence: "likely" as const } : {}),
        message: `${found.why} ${hostsText(found.hosts, carrying.map(({ host }) => host))} with ${kinds.map((kind) => NAMES[kind]).join(", ")}: ${WHAT[found.at.how]} ${advice(found)}`,
        related: [...found.causes, ...carrying.slice(0, 1).flatMap(({ carried }) => carried).flatMap(({ kind, location }) => (location === undefined ? [] : [{ location, message: `${NAMES[kind]} of these hosts.` }]))],
        data: { hosts: found.hosts.length, carrying: carrying.length },
      });
    }
  },
});

interface Found {
  readonly at: NetworkRestartAt;
  readonly hosts: readonly Host[];
  readonly why: string;
  readonly causes: readonly Related[];
  /** In small batches, with a check or a human between them. */
  readonly careful: boolean;
  /** In small batches, whatever is between them. */
  readonly inBatches: boolean;
}

const NAMES: Record<Carried["kind"], string> = { tunnel: "tunnels", bridge: "bridges", bgp: "BGP sessions" };
const WHAT: Record<NetworkRestart, string> = {
  ifupdown: "every interface goes down and comes up again, guests' ports are missing from their bridges afterwards, tunnels and sessions are built anew.",
  wicked: "every interface goes down and comes up again, tunnels and sessions are built anew.",
  networkd: "it removes routes and rules that it does not know, those of a routing daemon among them, and sets every interface up again.",
  netplan: "every interface whose definition changed goes down, and all that stands on it.",
  networkmanager: "profiles are activated anew where they changed, with all that stands on them.",
};

/** These leave alone what did not change. */
function gentle(how: NetworkRestart): boolean {
  return how === "networkmanager" || how === "netplan";
}

function advice({ careful, inBatches, hosts }: Found): string {
  if (hosts.length === 1) return "Change the one interface instead, or move the host's traffic away first.";
  if (careful) return "The play goes in small batches and asks between them, so a fault stays on the first.";
  return inBatches ? "Change the one interface instead, or check each host behind it." : "Change the one interface instead, or go host by host.";
}

function hostsText(all: readonly Host[], carrying: readonly Host[]): string {
  const names = listNames(carrying.map(({ name }) => name));
  if (all.length === 1) return names;
  return carrying.length === all.length ? `all ${all.length} hosts, ${names},` : `${all.length} hosts, ${carrying.length} of them (${names})`;
}

/** Restarts by tasks and handlers: set off by what changed, or new themselves. */
function ofPlays(before: Workspace, after: Workspace, changed: readonly string[]): Found[] {
  const found = new Map<string, { at: NetworkRestartAt; hosts: Map<string, Host>; why: string; causes: Related[]; careful: boolean; inBatches: boolean }>();
  const add = (at: NetworkRestartAt, step: Step, why: string, causes: readonly Related[]): void => {
    const key = `${at.location.path}\0${at.location.range.start}`;
    let entry = found.get(key);
    if (entry === undefined) found.set(key, (entry = { at, hosts: new Map(), why, causes: [...causes], careful: true, inBatches: true }));
    for (const host of step.hosts) entry.hosts.set(host.name, host);
    entry.careful &&= isCareful(after, step);
    entry.inBatches &&= goesInSmallBatches(step);
  };
  for (const effect of effectsOf(before, after)) {
    for (const interruption of effect.interruptions) {
      const { service, kind, location, certain } = interruption;
      const how = kind === "network" && certain ? networkRestart(service) : undefined;
      if (how === undefined) continue;
      // A cause that is gone from the head cannot be shown there.
      const cause = after.text(effect.location.path) === undefined ? [] : [{ location: effect.location, message: "This edit sets it off." }];
      add({ how, name: service, location }, interruption, `This change leads to a restart of ${service} on`, cause);
    }
  }
  const touched = new Set(changed);
  const known = new Set(before.fleet.plays.flatMap((play) => [...play.tasks, ...play.handlers].map((task) => taskText(before, task))));
  // A step that only got a condition or another name restarted the same before.
  const restarted = new Set(before.fleet.plays.flatMap((play) => [...play.tasks, ...play.handlers].filter((task) => touched.has(task.location.path)).flatMap((task) => networkRestartsOf(task, reader(play, task)).map((at) => `${at.location.path}\0${at.name}`))));
  for (const play of after.fleet.plays) {
    for (const task of [...play.tasks, ...play.handlers]) {
      if (!touched.has(task.location.path) || known.has(taskText(after, task))) continue;
      for (const at of networkRestartsOf(task, reader(play, task))) if (!restarted.has(`${at.location.path}\0${at.name}`)) add(at, stepOf(play, task), `This new step restarts ${at.name} on`, []);
    }
  }
  return [...found.values()].map(({ hosts, ...rest }) => ({ ...rest, hosts: sorted([...hosts.values()]) }));
}

function stepOf(play: Play, task: Task): Step {
  const { scope } = play;
  return { play, task, causes: play.tasks.filter((other) => handlersOf(play, other).includes(task)), hosts: isUnknown(scope) ? [] : scope.hosts };
}

/** Moved or indented otherwise, a task is still the same. */
function taskText(workspace: Workspace, { location }: Task): string {
  return workspace.textAt(location).replace(/\s+/g, " ").trim();
}

/** Commands that a changed script did not have. */
function ofScripts(before: Workspace, after: Workspace, changed: readonly string[]): Found[] {
  return changed.flatMap((path) => {
    const fresh = networkRestartsIn(after, path);
    if (fresh.length === 0) return [];
    const old = new Set(networkRestartsIn(before, path).map(({ name }) => name));
    const scope = after.fleet.scopeOf(path);
    const first = new Map(fresh.filter(({ name }) => !old.has(name)).map((at): [string, Location] => [at.name, at.location]).reverse());
    return fresh.filter((at) => first.get(at.name) === at.location).map((at) => ({ at, hosts: isUnknown(scope) ? [] : scope.hosts, why: `This script now restarts ${at.name} on`, causes: [], careful: false, inBatches: false }));
  });
}

function sorted(hosts: readonly Host[]): Host[] {
  return [...hosts].sort((a, b) => compareText(a.name, b.name));
}
