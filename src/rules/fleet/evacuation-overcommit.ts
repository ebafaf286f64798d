import { capital } from "../../engine/sentence.ts";
import type { Report } from "../../engine/rule.ts";
import type { Forecast } from "../../model/fleet/change/forecast.ts";
import { forecastOf } from "../../model/fleet/change/forecast.ts";
import { count, forecastData, leastFreeText, moment, outAt, rhythm, roomElsewhere, worstShortage } from "../../model/fleet/change/forecast-words.ts";
import { listNames } from "../../model/fleet/change/words.ts";
import { guestPlace } from "../../model/fleet/guests.ts";
import { duration, longestOf } from "../../model/fleet/maintenance.ts";
import type { WrittenGuests } from "../../model/fleet/maintenance-files.ts";
import { sizeText } from "../../model/kernel/memory.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const GUESTS = "guests:\n  - name: a\n    memory_gib: 32\n  - name: b\n    memory_gib: 32\n  - name: c\n    memory_gib: 16\n";
const CONFIGURATION =
  "groups:\n  hypervisor: [kvm]\nvariables:\n  virtualMachines: guests\n  memory: ram\nmigration:\n  bandwidth: 1 Gbit/s\nmaintenance:\n  window: 2 min\n";
const files = (bridges: string, more: { readonly [path: string]: string } = {}): { [path: string]: string } => ({
  "hosts.yml": "all:\n  children:\n    kvm:\n      hosts:\n        kvm[01:06].example.net:\n",
  "group_vars/kvm.yml": `${GUESTS}ram: 128 GiB\nbridges: ${bridges}\n`,
  "site.yml":
    "- hosts: kvm\n  tasks:\n    - name: Bridges\n      ansible.builtin.template:\n        src: interfaces.j2\n        dest: /etc/network/interfaces\n      notify: Restart the network\n  handlers:\n    - name: Restart the network\n      ansible.builtin.service:\n        name: networking\n        state: restarted\n",
  "templates/interfaces.j2": "{% for name in bridges %}\nauto {{ name }}\n{% endfor %}\n",
  "premortem.yaml": CONFIGURATION,
  ...more,
});
const changed = (more: { readonly [path: string]: string } = {}) => ({ before: files("[br0]", more), after: files("[br0, br1]", more) });
const marked = (text: string, more: { readonly [path: string]: string } = {}) => ({ before: files("[br0]", more), after: files(text, more) });
const inBatches = { "site.yml": files("")["site.yml"]!.replace("- hosts: kvm\n", "- hosts: kvm\n  serial: 1\n") };
const longer = { "premortem.yaml": CONFIGURATION.replace("2 min", "30 min") };
const inventory = (large: number): { [path: string]: string } => ({
  "hosts.yml": "all:\n  children:\n    kvm:\n      hosts:\n        kvm[01:03].example.net:\n",
  "group_vars/kvm.yml": "ram: 128 GiB\nguests:\n  - name: web\n    memory: 48 GiB\n",
  "host_vars/kvm01.example.net.yml": `guests:\n  - name: ${large > 80 ? "⟦db⟧" : "db"}\n    memory: ${large} GiB\n`,
  "premortem.yaml": CONFIGURATION,
});

export default rule({
  what: "Virtualisation hosts are emptied and the rest has no room for their guests.",
  why: "A guest that moves holds its memory on both ends until it has arrived. The more hosts are out at once, the fewer are left to take more: at some moment a guest has to leave and no other host has room for it, or not in one piece. Then the evacuation stands still, or hosts are overcommitted and guests stall and reboot.",
  instead: "Empty so few hosts at once that the rest holds the guests, the largest one included: keep the room of one host free, wait until a host is back before the next one goes, or give migrations a faster link.",
  lessons: ["2017-network-added"],
  reads: ["maintenance"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  data: {
    hosts: "virtualisation hosts that are emptied",
    hypervisors: "virtualisation hosts in all",
    allowed: "hosts that may be out at once by premortem.yaml",
    distance: "seconds from one window's start to the next",
    shortest: "seconds that all need at the least, keeping to that",
    longest: "seconds that the worst host needs at the least",
    mostOut: "hosts that may be out at once if only the sum of memory counts; absent where that is not known",
    largestGuest: "bytes of the largest guest that has to move",
    memory: "bytes to move",
    scenarios:
      "by name: as-planned, one-at-a-time, 10-gbit, 10-gbit-one-at-a-time, window-of-a-day: the end and the peak's time in seconds, hosts out at the peak, guests and bytes that wait for room, the least free bytes of one host and of all, guests that stay with the reason; as planned also points of seconds, hosts out, free bytes",
    missing: "bytes that the others are short of, or 0",
    guests: "guests that no other host has room for",
  },
  examples: {
    bad: [
      marked("⟦[br0, br1]⟧"),
      // No change: this guest fits nowhere but where it is.
      inventory(96),
      // Everything is as tight as it was before the change of windows: all at once.
      { before: files("[br0]", { "premortem.yaml": CONFIGURATION.replace("2 min", "0 s") }), after: files("⟦[br0, br1]⟧", { "premortem.yaml": CONFIGURATION.replace("2 min", "0 s") }) },
    ],
    good: [
      // The windows are long enough for each to be back before the next one goes.
      changed(longer),
      inventory(72),
    ],
    lookalike: [
      // The play waits for each host.
      changed(inBatches),
      // Room for all guests on one host.
      changed({ "premortem.yaml": CONFIGURATION.replace("memory: ram", "memory: plenty").replace("2 min", "6 min"), "group_vars/all.yml": "plenty: 1 TiB\n" }),
    ],
  },
  check({ maintenance, workspace, report }) {
    for (const written of maintenance.guests) for (const { need, why } of written.noRoom) report(homeless(workspace, written, need.host.name, why.guests.map((place) => need.guests[place]!), why.missing));
  },
  compare({ before, after, report, notComputed }) {
    const forecast = forecastOf(before, after);
    if (forecast === undefined) return;
    const { schedule } = forecast.scenarios[0];
    const crowded = schedule.stays.some(({ reason }) => reason === "no-room") || worstShortage(schedule) !== undefined;
    if (crowded) {
      const certain = forecast.needs.every(({ host }) => after.fleet.trait(host, "hypervisor")?.certain === true);
      report({ location: forecast.cause, key: "overcommit", confidence: certain ? "certain" : "likely", message: message(forecast), data: { ...forecastData(forecast), missing: 0, guests: 0 } });
    } else if (forecast.hypervisors.unknownRoom !== undefined) {
      notComputed(forecast.cause.path, `whether the rest has room for the guests: ${forecast.hypervisors.unknownRoom}`);
    }
  },
});

function message(forecast: Forecast): string {
  const { schedule } = forecast.scenarios[0];
  const { cluster, hosts } = forecast.hypervisors;
  const { needs } = forecast;
  const longest = longestOf(needs);
  const worst = worstShortage(schedule)!;
  const out = outAt(schedule, worst.from);
  const stuck = schedule.notEmptied.map((host) => cluster[host]!.name);
  const ends = stuck.length === 0 ? `they wait, up to ${duration(worst.until - worst.from)}` : `${listNames(stuck)} cannot be emptied`;
  const plan = `${count(needs.length, "virtualisation host")} ${needs.length === 1 ? "is" : "are"} to be emptied${rhythm(forecast)}, and each needs up to ${duration(longest)}.`;
  const crowd = out === 0 ? "At the worst" : `${capital(moment(worst.from))} ${out} of ${hosts.length} are out, and at the worst`;
  return `${plan} ${crowd} ${count(worst.guests, "guest")} with ${sizeText(worst.bytes)} find${worst.guests === 1 ? "s" : ""} no room on the rest, what is on its way counted on both ends: ${ends}.${leastFreeText(forecast)} ${roomElsewhere(forecast)}`;
}

function homeless(workspace: Workspace, { location }: WrittenGuests, host: string, guests: readonly { readonly name: string; readonly memory: number }[], missing: number): Report {
  const names = guests.map(({ name }) => name);
  const largest = guests.reduce((most, { memory }) => Math.max(most, memory), 0);
  const what =
    guests.length > 0
      ? `No other virtualisation host has room for ${listNames(names)} (${sizeText(largest)}), which ${host} runs`
      : `The other virtualisation hosts together are ${sizeText(missing)} short of what ${host} runs`;
  return {
    location: guests.length > 0 ? guestPlace(workspace, location, names[0]!) : guestPlace(workspace, location, undefined),
    key: `no room ${host}`,
    message: `${what}: it cannot be emptied for maintenance, even alone, without stopping guests. Make room on another host, or plan the guests' downtime.`,
    data: { missing, guests: guests.length },
  };
}
