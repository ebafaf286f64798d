import { isUnknown } from "../../engine/unknown.ts";
import { spoken } from "../../model/ipsec/timing.ts";
import { disruptivePlays, onEveryHost } from "../../model/rollout/disruption.ts";
import type { Timer, Wait } from "../../model/rollout/soak.ts";
import { timersOf, waitOf } from "../../model/rollout/soak.ts";
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
  data: { soak: "seconds that pass at most between the first batch and the largest", timer: "seconds of the longest timer", batchesBefore: "batches before the largest" },
  examples: {
    bad: [
      play('[1, 4, "100%"]', `${TEMPLATE}${RESTART}    - pause: minutes=⟦5⟧\n`),
      play("[2, 18]", `    - apt: name=racoon state=⟦latest⟧\n${TEMPLATE}${RESTART}    - command: racoonctl show-sa isakmp\n`),
      play('[1, "50%"]', `${TEMPLATE}${RESTART}    - wait_for: timeout=⟦600⟧\n    - command: racoonctl show-sa isakmp\n      register: sa\n      until: sa.rc == 0\n      retries: 10\n      delay: 6\n`),
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
    for (const disruptive of disruptivePlays(workspace, path)) {
      const { play, hosts, total, sizes, disruptions } = disruptive;
      if (hosts === undefined || total < MANY || disruptions.every(({ action }) => action === "reboot")) continue;
      if (isUnknown(sizes) || sizes.length < 2) continue;
      const longest = timersOf(workspace, play).reduce<Timer | undefined>((most, timer) => (most === undefined || timer.seconds > most.seconds ? timer : most), undefined);
      if (longest === undefined || play.tasks.some(renews)) continue;
      const waits: Wait[] = [];
      let unknown = false;
      for (const task of play.tasks) {
        const wait = waitOf(play, task);
        if (wait === "unknown") unknown = true;
        else if (wait !== undefined && (wait.fixed || onEveryHost(task))) waits.push(wait);
      }
      if (unknown) continue;
      const before = sizes.indexOf(Math.max(...sizes));
      const soak = Math.max(1, before) * waits.reduce((sum, { seconds }) => sum + seconds, 0);
      if (soak >= longest.seconds) continue;
      const pause = waits.find(({ fixed }) => fixed);
      // What stands in variables is tried elsewhere first; only a build that is newest today has its first hosts in this run.
      const [upgrade] = unversionedUpgrades(disruptive);
      const place = pause?.location ?? upgrade?.location;
      if (place === undefined) continue;
      const first = sizes.slice(0, Math.max(1, before)).reduce((sum, size) => sum + size, 0);
      report({
        location: place.path === path ? place : play.hostsLocation,
        key: play.name,
        confidence: "likely",
        message: `The first ${first} of ${total} hosts run for ${soak === 0 ? "no longer than the tasks take" : `at most ${spoken(soak)}`} before the next ${Math.max(...sizes)} follow, and ${longest.name} comes only after ${spoken(longest.seconds)}: a fault in it is seen by nobody before it is everywhere. Let the first hosts run longer than that, or ask for a renewal and check it.`,
        data: { soak, timer: longest.seconds, batchesBefore: Math.max(1, before) },
        related: [{ location: longest.location, message: `The longest timer: ${spoken(longest.seconds)}.` }],
      });
    }
  },
});

/** True for a task that makes the daemon renew at once, so that nobody has to wait for it. */
function renews({ module, args }: { readonly module: string; readonly args: ReadonlyMap<string, { readonly value: unknown }> }): boolean {
  if (!/^(?:command|shell|raw)$/.test(module)) return false;
  const text = [...args.values()].map(({ value }) => (typeof value === "string" ? value : Array.isArray(value) ? value.join(" ") : "")).join(" ");
  return /--rekey\b|\bwhack\s.*--rekey|racoonctl\s+(?:flush-sa|delete-sa|establish-sa)|\bdhclient\s+-r\b|\bipsec\s+(?:down|up)\b|--initiate\b/.test(text);
}
