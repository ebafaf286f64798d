import type { Fix } from "../../engine/fix.ts";
import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Report } from "../../engine/rule.ts";
import { parseQuantity } from "../../formats/premortem-config/units.ts";
import { evacuees } from "../../model/fleet/change/forecast.ts";
import { configuredPlace } from "../../model/fleet/configured-place.ts";
import { longestTurn } from "../../model/fleet/hypervisors.ts";
import type { WrittenWindow } from "../../model/fleet/maintenance-files.ts";
import type { MaintenanceNeed, PlannedWindow } from "../../model/fleet/maintenance.ts";
import { duration, maintenanceNeed, plannedWindow } from "../../model/fleet/maintenance.ts";
import { TEN_GIGABIT, evacuate, streamsOf } from "../../model/forecast/evacuation.ts";
import { neededWindow, simultaneous } from "../../model/forecast/windows.ts";
import { sizeText } from "../../model/kernel/memory.ts";
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
  reads: ["maintenance"],
  severity: "warning",
  fix: "safe",
  fixSafety: "It replaces the planned figure by the computed one, rounded up to a minute. It makes plans longer and changes no host.",
  lifecycle: "stable",
  sources: ["Liu, Jin, Xu, Liao: Performance and energy modeling for live migration of virtual machines, HPDC 2011, doi 10.1145/1996130.1996154"],
  data: {
    planned: "seconds that are planned for one host",
    needed: "seconds that the worst of them needs at the least",
    enough: "seconds that are enough for each of them when they go one after another and take in each other's guests",
    needed10Gbit: "needed, but over 10 Gbit/s; null where the link is as fast already",
    hosts: "virtualisation hosts whose window is too short; of a change, those that it sends into maintenance",
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
  check({ maintenance, workspace, report }) {
    for (const written of maintenance.windows) {
      const short = written.needs.filter(({ seconds }) => seconds > written.window.seconds);
      if (short.length > 0) report(finding(workspace, written, short));
    }
  },
  compare({ before, after, report, notComputed }) {
    const short = new Map<string, WrittenWindow & { needs: MaintenanceNeed[] }>();
    const missing = new Map<string, { cause: Location; reason: string; others: number }>();
    const miss = (cause: Location, kind: string, reason: string): void => {
      const entry = missing.get(`${cause.path}\0${kind}`);
      if (entry === undefined) missing.set(`${cause.path}\0${kind}`, { cause, reason: `${kind}: ${reason}`, others: 0 });
      else if (`${kind}: ${reason}` !== entry.reason) entry.others++;
    };
    for (const { host, cause } of evacuees(before, after)) {
      const window = plannedWindow(after, host);
      if (isUnknown(window)) {
        miss(cause, "whether the planned window is long enough", window.unknown);
        continue;
      }
      const need = maintenanceNeed(after, host);
      if (isUnknown(need)) {
        miss(cause, "how long the evacuation takes", need.unknown);
        continue;
      }
      if (need.seconds <= window.seconds) continue;
      const location = window.location ?? configuredPlace(after, "maintenance", "window") ?? cause;
      const key = `${location.path}\0${location.range.start}\0${window.seconds}`;
      const entry = short.get(key);
      if (entry === undefined) short.set(key, { location, window, needs: [need] });
      else entry.needs.push(need);
    }
    for (const { cause, reason, others } of missing.values()) notComputed(cause.path, others === 0 ? reason : `${reason}; so it is with ${others} more`);
    for (const written of short.values()) report(finding(after, written, written.needs));
  },
});

function finding(workspace: Workspace, { location, window }: WrittenWindow, needs: readonly MaintenanceNeed[]): Report {
  const worst = needs.reduce((a, b) => (b.seconds > a.seconds ? b : a));
  const planned = window.seconds;
  const atOnce = simultaneous(needs.length, planned, worst.seconds);
  const place = valuePlace(workspace, location, planned / window.unit);
  const onTen = withTenGigabit(workspace, worst);
  const enough = longestTurn(workspace, needs);
  return {
    location: place,
    key: `window ${ordinal(workspace, location)}`,
    message: message(worst, { hosts: needs.length, planned, atOnce, onTen, enough, parallel: workspace.configuration.migration.parallel }),
    related: [{ location: worst.location, message: `The guests of ${worst.host.name}: ${sizeText(worst.evacuation.memory)} to move.` }],
    fixes: fixes(workspace, place, window, enough),
    data: {
      planned,
      needed: Number.isFinite(worst.seconds) ? Math.ceil(worst.seconds) : null,
      enough: Number.isFinite(enough) ? Math.ceil(enough) : null,
      needed10Gbit: onTen === undefined || !Number.isFinite(onTen) ? null : Math.ceil(onTen),
      hosts: needs.length,
      atOnce,
      memory: worst.evacuation.memory,
    },
  };
}

/** What the same maintenance takes over 10 Gbit/s; undefined where the link is as fast already. */
function withTenGigabit(workspace: Workspace, { guests, bandwidth }: MaintenanceNeed): number | undefined {
  const { migration, maintenance } = workspace.configuration;
  if (bandwidth >= TEN_GIGABIT) return undefined;
  const { seconds } = evacuate(guests, { bandwidth: TEN_GIGABIT, parallel: migration.parallel, downtime: migration.downtime });
  return neededWindow(maintenance.preparation, seconds, maintenance.work);
}

/** Which of its file's windows this is, so that it is the same finding with and without a change. */
function ordinal(workspace: Workspace, location: Location): number {
  const windows = workspace.subject("maintenance", location.path)?.windows ?? [];
  return windows.findIndex((written) => written.location.range.start === location.range.start);
}

interface Figures {
  readonly hosts: number;
  readonly planned: number;
  readonly atOnce: number;
  readonly onTen: number | undefined;
  readonly enough: number;
  /** Guests that leave at the same time. */
  readonly parallel: number;
}

function message(worst: MaintenanceNeed, { hosts, planned, atOnce, onTen, enough, parallel }: Figures): string {
  const many = hosts === 1 ? worst.host.name : `each of ${hosts} virtualisation hosts`;
  const memory = sizeText(worst.evacuation.memory);
  if (worst.seconds === Infinity) {
    const [first, ...rest] = neverMoved(worst, parallel);
    const others = rest.length;
    const who = others === 0 ? `${first} on ${worst.host.name} writes` : `${first} and ${others} more guests of ${worst.host.name} write`;
    return `${duration(planned)} is planned for ${many}, but ${who} memory as fast as the link moves it: the migration never ends. Give migrations a faster link, or move fewer at once.`;
  }
  const pile = atOnce > 1 ? ` If they follow one another at that distance, ${atOnce} hosts are out at once.` : "";
  const more = enough > worst.seconds * 1.01 ? `, as they take in each other's guests` : "";
  const faster = onTen === undefined || onTen === Infinity ? "" : ` With 10 GbE ${duration(onTen)} would do for it.`;
  return `${duration(planned)} is planned for ${many}, but ${worst.host.name} alone needs at least ${duration(worst.seconds)} to move ${memory} of guests away and do the work.${pile} Plan at least ${duration(enough)}${more}.${faster}`;
}

/** Names of the guests that write as fast as their share of the link. */
function neverMoved({ guests, bandwidth }: MaintenanceNeed, parallel: number): string[] {
  const share = bandwidth / streamsOf(guests.length, parallel);
  return guests.filter(({ memory, dirtyRate }) => memory > 0 && dirtyRate >= share).map(({ name }) => name);
}

/** The number itself inside a variable's text; all of the text where it is written in another way. */
function valuePlace(workspace: Workspace, location: Location, written: number): Location {
  const { path, range } = location;
  const at = new RegExp(`(?<![\\w.])${String(written).replace(".", "\\.")}(?![\\w.])`).exec(workspace.textAt(location));
  if (at === null) return location;
  const start = range.start + at.index;
  return { path, range: { start, end: start + at[0].length } };
}

/** Puts the computed figure in, in the unit of what is there: `60`, `60 s`, `2 min`, `00:01:00`. */
function fixes(workspace: Workspace, location: Location, { seconds, unit }: PlannedWindow, needed: number): Fix[] {
  if (!Number.isFinite(needed)) return [];
  const text = workspace.textAt(location);
  const minutes = Math.ceil(needed / 60) * 60;
  if (text === String(seconds / unit)) {
    // Half hours stay half hours: 0.25 becomes 0.3.
    const figure = text.includes(".") ? Math.ceil((minutes / unit) * 100 - 1e-6) / 100 : Math.ceil(minutes / unit);
    return [fix(location, String(figure), unit === 1 ? `${figure} seconds` : duration(figure * unit))];
  }
  if (parseQuantity(text, "duration") === seconds) return [fix(location, `${minutes / 60} min`, `${minutes / 60} min`)];
  return [];
}

function fix(location: Location, newText: string, shown: string): Fix {
  return { title: `Plan ${shown}, as computed`, safety: "safe", edits: [{ ...location, newText }] };
}
