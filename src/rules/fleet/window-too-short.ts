import type { Fix } from "../../engine/fix.ts";
import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { effectsOf } from "../../model/fleet/change/effects.ts";
import { hostsToEvacuate } from "../../model/fleet/change/words.ts";
import type { Host } from "../../model/fleet/fleet.ts";
import type { MaintenanceNeed } from "../../model/fleet/maintenance.ts";
import { duration, maintenanceNeed, plannedWindow } from "../../model/fleet/maintenance.ts";
import { simultaneous } from "../../model/forecast/windows.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const HOSTS = "all:\n  children:\n    kvm:\n      hosts:\n        kvm[01:04].example.net:\n";
const GUESTS = "guests:\n  - name: db1\n    memory_gib: 64\n  - name: web1\n    memory_gib: 32\n";
const PLAY =
  "- hosts: kvm\n  tasks:\n    - name: Bridges\n      ansible.builtin.template:\n        src: interfaces.j2\n        dest: /etc/network/interfaces\n      notify: Restart the network\n  handlers:\n    - name: Restart the network\n      ansible.builtin.service:\n        name: networking\n        state: restarted\n";
const TEMPLATE = "{% for name in bridges %}\nauto {{ name }}\n{% endfor %}\n";
const CONFIGURATION =
  "groups:\n  hypervisor: [kvm]\nvariables:\n  virtualMachines: guests\nmigration:\n  bandwidth: 1 Gbit/s\nmaintenance:\n  window: maintenance_seconds\n";
const files = (bridges: string, seconds: string): { [path: string]: string } => ({
  "hosts.yml": HOSTS,
  "group_vars/kvm.yml": `${GUESTS}bridges: ${bridges}\nmaintenance_seconds: ${seconds}\n`,
  "site.yml": PLAY,
  "templates/interfaces.j2": TEMPLATE,
  "premortem.yaml": CONFIGURATION,
});

const inMinutes = (bridges: string, minutes: string): { [path: string]: string } => ({
  ...files(bridges, ""),
  "group_vars/kvm.yml": `${GUESTS}bridges: ${bridges}\nwindow_minutes: ${minutes}\n`,
  "premortem.yaml": CONFIGURATION.replace("maintenance_seconds", "window_minutes"),
});
const elsewhere = (bridges: string): { [path: string]: string } => ({
  ...files(bridges, "60"),
  "site.yml": `${PLAY}      when: inventory_hostname not in groups['kvm']\n`,
});

export default rule({
  what: "The planned maintenance window is shorter than what the evacuation takes.",
  why: "A virtualisation host has to move its guests away before its service can be interrupted. Where the plan counts only the work, the next host starts before the last one is empty; the hosts that are out add up, and the rest runs out of memory.",
  instead: "Plan preparation, evacuation (memory to move divided by the migration bandwidth, more with busy guests) and work together. A faster migration link shortens it.",
  lessons: ["2017-network-added"],
  reads: ["playbook"],
  severity: "warning",
  fix: "safe",
  fixSafety: "It replaces the planned figure by the computed one, rounded up to a minute. It makes plans longer and changes no host.",
  lifecycle: "stable",
  sources: ["Liu, Jin, Xu, Liao: Performance and energy modeling for live migration of virtual machines, HPDC 2011, doi 10.1145/1996130.1996154"],
  data: {
    planned: "seconds that are planned for one host",
    needed: "seconds that the worst of them needs at the least",
    hosts: "virtualisation hosts that the change sends into maintenance and whose window is too short",
    atOnce: "hosts that would be out at the same time if they follow one another at the planned distance",
    memory: "bytes that the worst of them has to move",
  },
  examples: {
    bad: [
      {
        before: files("[br0]", "60"),
        after: {
          ...files("[br0, br1]", "60"),
          "group_vars/kvm.yml": `${GUESTS}bridges: [br0, br1]\nmaintenance_seconds: ⟦60⟧\n`,
        },
      },
      // A bare number counts in the unit that its name tells.
      { before: inMinutes("[br0]", "5"), after: inMinutes("[br0, br1]", "⟦5⟧") },
    ],
    good: { before: files("[br0]", "3600"), after: files("[br0, br1]", "3600") },
    lookalike: [
      // The window is short, but nothing is interrupted by this change.
      { before: files("[br0]", "60"), after: { ...files("[br0]", "60"), "group_vars/all.yml": "motd: hello\n" } },
      { before: inMinutes("[br0]", "60"), after: inMinutes("[br0, br1]", "60") },
      // A condition keeps the restart from every virtualisation host.
      { before: elsewhere("[br0]"), after: elsewhere("[br0, br1]") },
    ],
  },
  compare({ before, after, report, notComputed }) {
    const short = new Map<string, { location: Location; planned: number; unit: number; needs: MaintenanceNeed[] }>();
    for (const { host, cause } of hypervisorsToInterrupt(before, after)) {
      const window = plannedWindow(after, host);
      if (isUnknown(window)) {
        notComputed(cause.path, `whether the planned window is long enough: ${window.unknown}`);
        continue;
      }
      const need = maintenanceNeed(after, host);
      if (isUnknown(need)) {
        notComputed(cause.path, `how long the evacuation takes: ${need.unknown}`);
        continue;
      }
      if (need.seconds <= window.seconds) continue;
      const location = window.location ?? cause;
      const key = `${location.path}\0${location.range.start}\0${window.seconds}`;
      const entry = short.get(key);
      if (entry === undefined) short.set(key, { location, planned: window.seconds, unit: window.unit, needs: [need] });
      else entry.needs.push(need);
    }
    for (const { location, planned, unit, needs } of short.values()) {
      const worst = needs.reduce((a, b) => (b.seconds > a.seconds ? b : a));
      const atOnce = simultaneous(needs.length, planned, worst.seconds);
      const place = valuePlace(after, location, planned / unit);
      report({
        location: place,
        key: "window",
        message: message(worst, needs.length, planned, atOnce),
        related: [{ location: worst.location, message: `The guests of ${worst.host.name}: ${gibibytes(worst.evacuation.memory)} to move.` }],
        fixes: fixes(after, place, { written: planned / unit, unit }, worst.seconds),
        data: {
          planned,
          needed: Number.isFinite(worst.seconds) ? Math.ceil(worst.seconds) : null,
          hosts: needs.length,
          atOnce,
          memory: worst.evacuation.memory,
        },
      });
    }
  },
});

/** The virtualisation hosts on which the change interrupts a service, each with the place of the change. */
function* hypervisorsToInterrupt(before: Workspace, after: Workspace): Iterable<{ host: Host; cause: Location }> {
  const seen = new Set<string>();
  for (const effect of effectsOf(before, after)) {
    for (const host of hostsToEvacuate(effect, after.fleet)) {
      if (seen.has(host.name)) continue;
      seen.add(host.name);
      yield { host, cause: effect.location };
    }
  }
}

function message(worst: MaintenanceNeed, hosts: number, planned: number, atOnce: number): string {
  const many = hosts === 1 ? worst.host.name : `${hosts} virtualisation hosts`;
  const memory = gibibytes(worst.evacuation.memory);
  if (worst.seconds === Infinity) {
    const stuck = worst.evacuation.stuck.length;
    return `${duration(planned)} is planned for ${many}, but ${stuck} guests of ${worst.host.name} write memory faster than the link moves it: their migration never ends. Give migrations a faster link, or move fewer at once.`;
  }
  const pile = atOnce > 1 ? ` If they follow one another at that distance, ${atOnce} hosts are out at once.` : "";
  return `${duration(planned)} is planned for ${many}, but ${worst.host.name} alone needs at least ${duration(worst.seconds)} to move ${memory} of guests away and do the work.${pile} Plan at least ${duration(worst.seconds)}.`;
}

function gibibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 30)} GiB`;
}

/** The number itself inside a variable's text; all of the text where it is written in another way. */
function valuePlace(workspace: Workspace, location: Location, written: number): Location {
  const { path, range } = location;
  const at = new RegExp(`(?<![\\w.])${String(written).replace(".", "\\.")}(?![\\w.])`).exec(workspace.textAt(location));
  if (at === null) return location;
  const start = range.start + at.index;
  return { path, range: { start, end: start + at[0].length } };
}

function fixes(workspace: Workspace, location: Location, { written, unit }: { written: number; unit: number }, needed: number): Fix[] {
  if (!Number.isFinite(needed) || workspace.textAt(location) !== String(written)) return [];
  const minutes = Math.ceil(needed / 60) * 60;
  const figure = String(Math.ceil(minutes / unit));
  return [{ title: `Plan ${unit === 1 ? `${figure} seconds` : duration(Number(figure) * unit)}, as computed`, safety: "safe", edits: [{ ...location, newText: figure }] }];
}
