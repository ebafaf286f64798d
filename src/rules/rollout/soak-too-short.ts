import { isUnknown } from "../../engine/unknown.ts";
import { spoken } from "../../model/ipsec/timing.ts";
import type { Play } from "../../model/fleet/fleet.ts";
import type { DisruptivePlay } from "../../model/rollout/disruption.ts";
import { disruptivePlays, onEveryHost } from "../../model/rollout/disruption.ts";
import type { Timer, Wait } from "../../model/rollout/soak.ts";
import { timersOf, waitOf } from "../../model/rollout/soak.ts";
import type { Workspace } from "../../model/workspace.ts";
import { unversionedUpgrades } from "../../model/rollout/way-back.ts";
import { rule } from "../rule.ts";

/** From this many hosts on, a play has a canary and a fleet. */
const MANY = 5;

const conf = "remote anonymous\n{\n\tdpd_delay 20;\n\tlifetime time 24 hour;\n}\nsainfo anonymous\n{\n\tlifetime time 12 hour;\n}\n";
const play = (serial: string, tasks: string): { [path: string]: string } => ({
  "inventory.ini": "[gateways]\ngw[01:20].example.net\n",
  "racoon.conf.j2": conf,
  "site.yml": `- hosts: gateways\n  serial: ${serial}\n  max_fail_percentage: 0\n  tasks:\n${tasks}`,
});
const TEMPLATE = "    - template: src=racoon.conf.j2 dest=/etc/racoon/racoon.conf\n";
const RESTART = "    - service: name=racoon state=restarted\n";

export default rule({
  what: "The wait between the first hosts and the others is shorter than the longest timer that would show a fault.",
  why: "A fault in the renewal of associations or leases shows when the first of them is renewed. Until then the first hosts look well, and the others follow.",
  instead: "Let the first hosts run for longer than the longest timer, in a run of their own; or renew by hand behind the restart, and check.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["playbook"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["ansible.builtin.pause", "ansible.builtin.wait_for", "Ansible: Loops, retrying a task until a condition is met"],
  data: { soak: "seconds that pass at most from the first hosts to most of them", timer: "seconds of the longest timer", batchesBefore: "batches of the first hosts" },
  examples: {
    bad: [
      play('[1, 4, "100%"]', `${TEMPLATE}${RESTART}    - pause: minutes=⟦5⟧\n`),
      play("[2, 18]", `    - apt: name=racoon state=⟦latest⟧\n${TEMPLATE}${RESTART}    - command: racoonctl show-sa isakmp\n`),
      play('[1, "50%"]', `${TEMPLATE}${RESTART}    - wait_for: timeout=⟦600⟧\n    - command: racoonctl show-sa isakmp\n      register: sa\n      until: sa.rc == 0\n      retries: 10\n      delay: 6\n`),
      // A play on a few hosts, a pause, and all of them.
      {
        "inventory.ini": "[canary]\ngw[01:03].example.net\n[gateways]\ngw[01:20].example.net\n",
        "racoon.conf.j2": conf,
        "site.yml": `- hosts: canary\n  tasks:\n${TEMPLATE}${RESTART}- hosts: localhost\n  tasks:\n    - pause: minutes=⟦30⟧\n- hosts: gateways\n  tasks:\n${TEMPLATE}${RESTART}`,
      },
    ],
    good: [
      // For a person, who decides when it goes on; and long enough.
      play("[2, 18]", `${TEMPLATE}${RESTART}    - pause: prompt="Go on once every association was renewed"\n`),
      play("[2, 18]", `${TEMPLATE}${RESTART}    - pause: minutes=1500\n`),
    ],
    lookalike: [
      // The version stands in variables: what the canary had for a day moves there later. A daemon without such timers.
      { ...play("[2, 18]", `    - apt: name="racoon={{ version }}"\n${TEMPLATE}${RESTART}    - command: racoonctl show-sa isakmp\n`), "group_vars/gateways.yml": 'version: "0.8.2-7"\n' },
      {
        "inventory.ini": "[gateways]\ngw[01:20].example.net\n",
        "frr.conf.j2": "router bgp 64512\n",
        "site.yml": "- hosts: gateways\n  serial: [2, 18]\n  tasks:\n    - template: src=frr.conf.j2 dest=/etc/frr/frr.conf\n    - service: name=frr state=restarted\n    - pause: minutes=5\n",
      },
      // A reload; and a renewal that is asked for behind the restart.
      play("[2, 18]", `${TEMPLATE}    - service: name=racoon state=reloaded\n    - pause: minutes=5\n`),
      {
        "inventory.ini": "[gateways]\ngw[01:20].example.net\n",
        "swanctl.conf.j2": "connections {\n  mesh {\n    rekey_time = 4h\n    dpd_delay = 30s\n    children {\n      mesh {\n        rekey_time = 1h\n      }\n    }\n  }\n}\n",
        "site.yml": "- hosts: gateways\n  serial: [2, 18]\n  tasks:\n    - template: src=swanctl.conf.j2 dest=/etc/swanctl/swanctl.conf\n    - service: name=strongswan state=restarted\n    - command: swanctl --rekey --ike mesh\n    - pause: minutes=5\n",
      },
    ],
  },
  check({ path, workspace, report }) {
    const disruptives = disruptivePlays(workspace, path);
    for (const [index, disruptive] of disruptives.entries()) {
      const { play, hosts, total, sizes, disruptions } = disruptive;
      if (hosts === undefined || total < MANY || isUnknown(sizes) || disruptions.every(({ action }) => action === "reboot")) continue;
      const longest = timersOf(workspace, play).reduce<Timer | undefined>((most, timer) => (most === undefined || timer.seconds > most.seconds ? timer : most), undefined);
      if (longest === undefined || play.tasks.some(renews)) continue;
      const canary = sizes.length > 1 ? undefined : disruptives.slice(0, index).findLast((other) => other.total * 2 <= total && sharesService(other, disruptive));
      const soak = sizes.length > 1 ? withinPlay(disruptive, sizes) : canary === undefined ? undefined : betweenPlays(workspace, canary, disruptive);
      if (soak === undefined || soak.seconds >= longest.seconds) continue;
      // What stands in variables is tried elsewhere first; only a build that is newest today has its first hosts in this run.
      const [upgrade] = unversionedUpgrades(disruptive);
      const place = soak.pause?.location ?? upgrade?.location;
      if (place === undefined) continue;
      report({
        location: place.path === path ? place : play.hostsLocation,
        key: play.name,
        confidence: "likely",
        message: `Most of the ${total} hosts get this ${soak.seconds === 0 ? "as soon as the tasks are through" : `at most ${spoken(soak.seconds)}`} after the first ${soak.first === 1 ? "one" : soak.first}, and ${longest.name} comes only after ${spoken(longest.seconds)}: a fault in it is seen by nobody before it is everywhere. Let the first hosts run longer than that, or ask for a renewal and check it.`,
        data: { soak: soak.seconds, timer: longest.seconds, batchesBefore: soak.batches },
        related: [{ location: longest.location, message: `The longest timer: ${spoken(longest.seconds)}.` }],
      });
    }
  },
});

/** The time from the first hosts to most of them. */
interface Soak {
  readonly seconds: number;
  readonly first: number;
  readonly batches: number;
  readonly pause: Wait | undefined;
}

/** Undefined where somebody is asked, or a template tells the time. */
function waitsOf(play: Play): readonly Wait[] | undefined {
  const waits = play.tasks.map((task) => {
    const wait = waitOf(play, task);
    return typeof wait === "object" && !wait.fixed && !onEveryHost(task) ? undefined : wait;
  });
  return waits.includes("unknown") ? undefined : waits.filter((wait) => typeof wait === "object");
}

function withinPlay({ play, total }: DisruptivePlay, sizes: readonly number[]): Soak | undefined {
  const waits = waitsOf(play);
  if (waits === undefined) return undefined;
  let touched = sizes[0]!;
  let before = 1;
  while (before < sizes.length && (touched + sizes[before]!) * 2 <= total) touched += sizes[before++]!;
  return { seconds: before * sumOf(waits), first: touched, batches: before, pause: waits.find(({ fixed }) => fixed) };
}

/** From a play on a few hosts to a later one of the same playbook on all of them, with what waits in between. */
function betweenPlays(workspace: Workspace, canary: DisruptivePlay, { play }: DisruptivePlay): Soak | undefined {
  const plays = workspace.fleet.plays.filter((one) => one.path === play.path && one.location.range.start >= canary.play.location.range.start && one.location.range.start < play.location.range.start);
  const waits = plays.map(waitsOf);
  if (waits.includes(undefined) || plays.some(({ tasks }) => tasks.some(renews))) return undefined;
  const all = waits.flatMap((some) => some ?? []);
  const batches = isUnknown(canary.sizes) ? 1 : canary.sizes.length;
  return { seconds: all.length === 0 ? 0 : sumOf(all) * Math.max(1, batches), first: canary.total, batches, pause: all.find(({ fixed }) => fixed) };
}

function sumOf(waits: readonly Wait[]): number {
  return waits.reduce((sum, { seconds }) => sum + seconds, 0);
}

function sharesService(a: DisruptivePlay, b: DisruptivePlay): boolean {
  return a.disruptions.some(({ service }) => b.disruptions.some((other) => other.service === service));
}

/** True for a task that makes the daemon renew at once, so that nobody has to wait for it. */
function renews({ module, args }: { readonly module: string; readonly args: ReadonlyMap<string, { readonly value: unknown }> }): boolean {
  if (!/^(?:command|shell|raw)$/.test(module)) return false;
  const text = [...args.values()].map(({ value }) => (typeof value === "string" ? value : Array.isArray(value) ? value.join(" ") : "")).join(" ");
  return /--rekey\b|\bwhack\s.*--rekey|racoonctl\s+(?:flush-sa|delete-sa|establish-sa)|\bdhclient\s+-r\b|\bipsec\s+(?:down|up)\b|--initiate\b/.test(text);
}
