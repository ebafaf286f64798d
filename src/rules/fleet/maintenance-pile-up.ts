import type { Forecast } from "../../model/fleet/change/forecast.ts";
import { forecastOf } from "../../model/fleet/change/forecast.ts";
import { count, forecastData, moment, rhythm, whatIfs } from "../../model/fleet/change/forecast-words.ts";
import { configuredPlace } from "../../model/fleet/configured-place.ts";
import { duration, longestOf } from "../../model/fleet/maintenance.ts";
import { mostAtOnce, shortestPeriod } from "../../model/forecast/windows.ts";
import { rule } from "../rule.ts";

const CONFIGURATION =
  "groups:\n  hypervisor: [kvm]\nvariables:\n  virtualMachines: guests\nmigration:\n  bandwidth: 1 Gbit/s\nmaintenance:\n  window: 5 min\n";
const files = (bridges: string, more: { readonly [path: string]: string } = {}): { [path: string]: string } => ({
  "hosts.yml": "all:\n  children:\n    kvm:\n      hosts:\n        kvm[01:08].example.net:\n",
  "group_vars/kvm.yml": `guests:\n  - name: db1\n    memory_gib: 64\n  - name: web1\n    memory_gib: 32\nbridges: ${bridges}\n`,
  "site.yml":
    "- hosts: kvm\n  tasks:\n    - name: Bridges\n      ansible.builtin.template:\n        src: interfaces.j2\n        dest: /etc/network/interfaces\n      notify: Restart the network\n  handlers:\n    - name: Restart the network\n      ansible.builtin.service:\n        name: networking\n        state: restarted\n",
  "templates/interfaces.j2": "{% for name in bridges %}\nauto {{ name }}\n{% endfor %}\n",
  "premortem.yaml": CONFIGURATION,
  ...more,
});
const change = (bridges: string, more: { readonly [path: string]: string } = {}) => ({ before: files("[br0]", more), after: files(bridges, more) });
const configured = (from: string, to: string): { [path: string]: string } => ({ "premortem.yaml": CONFIGURATION.replace(from, to) });
const gated = { "site.yml": `${files("")["site.yml"]!}      when: maintenance_approved | default(false) | bool\n` };

export default rule({
  what: "Maintenance of virtualisation hosts overlaps more than is allowed, or does not fit into its period.",
  why: "Windows that follow one another on paper overlap as soon as a host takes longer than its own: the next one starts on time, whoever is still out. What was meant as one after another becomes all at once.",
  instead: "Plan windows by what an evacuation really takes, let each host wait until the one before is back, and give the whole as long as all of them need.",
  lessons: ["2017-network-added"],
  reads: ["maintenance"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["R. L. Graham: Bounds for certain multiprocessing anomalies, Bell System Technical Journal 45, 1966: no schedule is shorter than the longest of its parts, nor than their sum divided by what may go on at once"],
  data: {
    hosts: "virtualisation hosts that have to be emptied",
    hypervisors: "virtualisation hosts in all",
    allowed: "hosts that may be out at once by premortem.yaml",
    distance: "seconds from one window's start to the next; null where they differ",
    period: "seconds in which all should have their turn; null where none is set",
    shortest: "seconds that all need at the least, keeping to what is allowed",
    longest: "seconds that the worst host needs at the least",
    mostOut: "hosts that may be out at once if only the sum of memory counts; absent where that is not known",
    largestGuest: "bytes of the largest guest that has to move",
    memory: "bytes to move",
    scenarios:
      "by name: as-planned, one-at-a-time, 10-gbit, 10-gbit-one-at-a-time, window-of-a-day: the end and the peak's time in seconds, hosts out at the peak, guests and bytes that wait for room, the least free bytes of one host and of all, guests that stay with the reason; as planned also points of seconds, hosts out, free bytes",
  },
  examples: {
    bad: [
      change("⟦[br0, br1]⟧"),
      // Windows in a row do not fit, so they are spread over the period.
      change("⟦[br0, br1]⟧", configured("window: 5 min", "window: 30 min\n  period: 1 h")),
      // No change: what all of them need is longer than what they have.
      files("[br0]", configured("window: 5 min", "window: 30 min\n  period: ⟦1 h⟧")),
    ],
    good: [
      change("[br0, br1]", configured("5 min", "30 min")),
      change("[br0, br1]", configured("window: 5 min", "window: 30 min\n  period: 5 h")),
      files("[br0]", configured("window: 5 min", "window: 30 min\n  period: 5 h")),
    ],
    lookalike: [
      // Two at once are allowed.
      change("[br0, br1]", configured("window: 5 min", "window: 20 min\n  concurrent: 2")),
      // Nothing starts before a human says so.
      change("[br0, br1]", gated),
      // The same period with a faster link.
      files("[br0]", { "premortem.yaml": CONFIGURATION.replace("window: 5 min", "window: 30 min\n  period: 1 h").replace("1 Gbit/s", "10 Gbit/s") }),
    ],
  },
  check({ maintenance, path, workspace, report }) {
    const { period, concurrent } = workspace.configuration.maintenance;
    const place = configuredPlace(workspace, "maintenance", "period");
    if (maintenance.all.length === 0 || period === undefined || place?.path !== path) return;
    const lengths = maintenance.all.map(({ seconds }) => seconds);
    const shortest = shortestPeriod(lengths, concurrent);
    if (shortest <= period || shortest === Infinity) return;
    const longest = longestOf(maintenance.all);
    report({
      location: place,
      key: "period",
      message: `${duration(period)} is the period in which ${count(lengths.length, "virtualisation host")} should have their turn, ${concurrent} at a time. Emptying them and the work need at least ${duration(shortest)}, up to ${duration(longest)} each. Windows will overlap, and the rest runs out of room. Give them longer, or a faster link for migrations.`,
      data: { hosts: lengths.length, hypervisors: lengths.length, allowed: concurrent, period, shortest, longest },
    });
  },
  compare({ before, after, report }) {
    const forecast = forecastOf(before, after);
    if (forecast === undefined) return;
    const { period } = after.configuration.maintenance;
    const { policy } = forecast.scenarios[0];
    // Hosts also take in the guests of those that went before; what is certain is their own.
    const atOnce = Math.min(policy.concurrent, mostAtOnce(policy.starts, forecast.needs.map(({ seconds }) => seconds)));
    const tooShort = period !== undefined && Number.isFinite(forecast.shortest) && forecast.shortest > period;
    if (atOnce <= forecast.allowed && !tooShort) return;
    const certain = forecast.needs.every(({ host }) => after.fleet.trait(host, "hypervisor")?.certain === true);
    report({
      location: forecast.cause,
      key: "pile-up",
      confidence: certain ? "certain" : "likely",
      message: message(forecast, tooShort ? period : undefined),
      data: { ...forecastData(forecast), period: period ?? null },
    });
  },
});

function message(forecast: Forecast, period: number | undefined): string {
  const { needs, allowed, shortest } = forecast;
  const { peak, end, notEmptied } = forecast.scenarios[0].schedule;
  const longest = longestOf(needs);
  const each = longest === Infinity ? "some of them can never be emptied" : `each really needs up to ${duration(longest)}`;
  const overlap = peak.out > allowed ? ` ${peak.out} are out together ${moment(peak.time)}, where ${allowed} may be; ${notEmptied.length > 0 ? `${notEmptied.length} of them cannot be emptied` : `the last is back after ${duration(end)}`}.` : "";
  const short = period === undefined ? "" : ` ${allowed === 1 ? "One at a time" : `${allowed} at a time`} they need at least ${duration(shortest)}, and the period is ${duration(period)}.`;
  return `This change sends ${count(needs.length, "virtualisation host")} into maintenance${rhythm(forecast)}, but ${each}.${overlap}${short} ${whatIfs(forecast)} Let each wait until the one before is back.`;
}
