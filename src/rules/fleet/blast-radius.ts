import type { Related, Severity } from "../../engine/finding.ts";
import type { Report } from "../../engine/rule.ts";
import type { Location } from "../../engine/location.ts";
import type { Effect } from "../../model/fleet/change/effects.ts";
import { atOnce, disturbsGuests, effectsOf } from "../../model/fleet/change/effects.ts";
import type { NetworkEdit } from "../../model/fleet/change/classifier-networks.ts";
import { asksForApproval, classifierNetworkEdits, networksInWords } from "../../model/fleet/change/classifier-networks.ts";
import { isGated } from "../../model/fleet/change/approval.ts";
import { isCareful } from "../../model/fleet/change/care.ts";
import { byGroup, hostsToEvacuate, interruptedHosts, listNames, playsOf, servicesOf, share } from "../../model/fleet/change/words.ts";
import type { Fleet } from "../../model/fleet/fleet.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

/** An edit that reaches fewer, or a smaller share of more, and interrupts nothing, is an everyday one and not worth a line. */
const MANY_HOSTS = 10;
const LARGE_SHARE = 0.1;
/** Of an edit that is made in many places, so many are shown beside the first. */
const SHOWN_PLACES = 3;
/** So many are worth a line whatever their share is. */
const VERY_MANY_HOSTS = 50;

const answer = (networks: string): string => `{"name": "kvm1", "roles": ["kvm_host"], "parameters": {"rack": "R1", "interfaces": {"fe": {"networks": {${networks}}}}}}\n`;

export default rule({
  what: "One edit changes the configuration of many hosts.",
  why: "The cause of an outage is often not in the line but in the number of machines that it reaches: a value that everybody inherits, a list that every template walks through. All of them change with the next run, and those whose services restart do so together.",
  instead: "Read the number before you merge. Give the value to a few hosts first, watch them, then widen; or keep hosts whose interruption needs care out of the automatic run.",
  lessons: ["2017-network-added"],
  reads: ["playbook"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  data: {
    hosts: "hosts with another effective value or configuration",
    of: "hosts in the inventory",
    places: "places where the same variables are edited",
    interrupted: "hosts on which a service is interrupted",
    atOnce: "hosts that are interrupted at the same moment: the largest batch",
    reached: "hosts that get something else by a play of this repository",
    hypervisors: "virtualisation hosts among the interrupted",
    evacuated: "those of them whose guests have to move away first",
    groups: "changed hosts by group",
    services: "the services that are interrupted",
    restarts: "hosts that restart each service, whatever it is for",
    plays: "the plays that bring the change",
  },
  examples: {
    bad: [{
      before: {
        "hosts.yml": "all:\n  children:\n    app:\n      hosts:\n        app[01:20].example.net:\n",
        "group_vars/all.yml": "resolvers:\n  - 192.0.2.53\n",
        "site.yml":
          "- hosts: all\n  tasks:\n    - name: Resolvers\n      ansible.builtin.template:\n        src: interfaces.j2\n        dest: /etc/network/interfaces\n      notify: Restart the network\n  handlers:\n    - name: Restart the network\n      ansible.builtin.service:\n        name: networking\n        state: restarted\n",
        "templates/interfaces.j2": "{% for address in resolvers %}\ndns-nameservers {{ address }}\n{% endfor %}\n",
      },
      after: {
        "hosts.yml": "all:\n  children:\n    app:\n      hosts:\n        app[01:20].example.net:\n",
        "group_vars/all.yml": "resolvers:\n  - 192.0.2.53\n  ⟦- 198.51.100.53⟧\n",
        "site.yml":
          "- hosts: all\n  tasks:\n    - name: Resolvers\n      ansible.builtin.template:\n        src: interfaces.j2\n        dest: /etc/network/interfaces\n      notify: Restart the network\n  handlers:\n    - name: Restart the network\n      ansible.builtin.service:\n        name: networking\n        state: restarted\n",
        "templates/interfaces.j2": "{% for address in resolvers %}\ndns-nameservers {{ address }}\n{% endfor %}\n",
      },
    },
      // A classifier's answer, of which something outside the repository makes interface files.
      { before: { "enc/kvm1.json": answer('"192.0.2.0/24": ["192.0.2.7"]') }, after: { "enc/kvm1.json": answer('"192.0.2.0/24": ["192.0.2.7"], ⟦"198.51.100.0/24"⟧: []') } },
    ],
    good: {
      before: {
        "hosts.yml": "all:\n  children:\n    app:\n      hosts:\n        app[01:20].example.net:\n",
        "group_vars/all.yml": "motd: welcome\n",
      },
      after: {
        "hosts.yml": "all:\n  children:\n    app:\n      hosts:\n        app[01:20].example.net:\n",
        "group_vars/all.yml": "motd: welcome\n",
        "host_vars/app01.example.net.yml": "motd: welcome to the first\n",
      },
    },
    lookalike: [{
      // The value moves to where everybody inherits it: no host ends up with another one.
      before: {
        "hosts.yml": "all:\n  children:\n    app:\n      hosts:\n        app[01:20].example.net:\n",
        "group_vars/app.yml": "firewall: true\n",
      },
      after: {
        "hosts.yml": "all:\n  children:\n    app:\n      hosts:\n        app[01:20].example.net:\n",
        "group_vars/all.yml": "# Everybody has one.\nfirewall: true\n",
      },
    },
      // Addresses in a network that is there already, and a fact of the host.
      { before: { "enc/kvm1.json": answer('"192.0.2.0/24": ["192.0.2.7"]') }, after: { "enc/kvm1.json": answer('"192.0.2.0/24": ["192.0.2.8"]').replace("R1", "R2") } },
    ],
  },
  compare({ before, after, report }) {
    const { fleet } = after;
    const edits = classifierNetworkEdits(before, after);
    if (edits.length > 0) report(ofNetworks(edits, after));
    for (const effect of effectsOf(before, after)) {
      // The same edit as seen by its variable.
      if (!effect.used && edits.some(({ location }) => location.path === effect.location.path) && listNames(effect.cause.kind === "file" ? [] : effect.cause.names) === "interfaces") continue;
      const interrupted = interruptedHosts(effect);
      const part = share(effect.hosts.length, fleet.hosts.length);
      const many = effect.hosts.length >= VERY_MANY_HOSTS || (effect.hosts.length >= MANY_HOSTS && part >= LARGE_SHARE);
      const together = Math.max(0, ...effect.interruptions.map(atOnce));
      if (!many && together < 2) continue;
      const hypervisors = interrupted.filter((host) => fleet.trait(host, "hypervisor") !== undefined);
      const evacuated = hostsToEvacuate(effect, fleet);
      report({
        location: effect.location,
        key: effect.cause.kind === "variables" ? effect.cause.names.join() : effect.cause.kind,
        severity: severityOf(after, effect),
        message: message(effect, fleet, { interrupted: interrupted.length, hypervisors: hypervisors.length, evacuated: evacuated.length, together }),
        related: [
          ...effect.also.slice(0, SHOWN_PLACES).map((location) => ({ location, message: alike(effect.also.length) })),
          ...interruptingPlaces(effect),
        ],
        data: {
          hosts: effect.hosts.length,
          of: fleet.hosts.length,
          reached: effect.reached.length,
          places: effect.also.length + 1,
          interrupted: interrupted.length,
          atOnce: together,
          hypervisors: hypervisors.length,
          evacuated: evacuated.length,
          groups: byGroup(effect.hosts, fleet),
          services: servicesOf(effect),
          restarts: Object.fromEntries(effect.restarts.map(({ service, hosts }) => [service, hosts.length])),
          plays: playsOf(effect),
        },
      });
    }
  },
});

/** The networks of hosts' interfaces in a classifier's answers; whatever makes files of them is not in the repository. */
function ofNetworks(edits: readonly NetworkEdit[], after: Workspace): Report {
  const { fleet } = after;
  const hosts = [...new Map(edits.map(({ host }) => [host.name, host])).values()];
  const hypervisors = hosts.filter((host) => fleet.trait(host, "hypervisor") !== undefined);
  const ungated = hypervisors.filter((host) => !asksForApproval(after, host));
  const groups = byGroup(hosts, fleet);
  const [first, ...rest] = edits;
  const reach = `${hosts.length} of ${fleet.hosts.length} ${fleet.hosts.length === 1 ? "host" : "hosts"}`;
  const among = hypervisors.length === 0 ? "" : `; ${hypervisors.length} of these ${hypervisors.length === 1 ? "is a virtualisation host" : "are virtualisation hosts"}, whose guests have to move first`;
  const interfaces = [...new Set(edits.map((edit) => edit.interface))];
  return {
    location: first!.location,
    key: "networks",
    severity: ungated.length > 1 ? "warning" : "info",
    confidence: "likely",
    message: `On ${reach}, ${networksInWords(edits)}. An interface is configured anew when its networks change, so ${listNames(interfaces)} ${interfaces.length === 1 ? "restarts" : "restart"} there${among}. Change a few hosts first, and widen once they are well.`,
    related: rest.slice(0, SHOWN_PLACES).map(({ location }) => ({ location, message: alike(rest.length) })),
    data: {
      hosts: hosts.length, of: fleet.hosts.length, reached: hosts.length, places: edits.length, interrupted: hosts.length, atOnce: hosts.length,
      hypervisors: hypervisors.length, evacuated: hypervisors.length, groups, services: ["networking"], restarts: { networking: hosts.length }, plays: [],
    },
  };
}

function alike(places: number): string {
  return places > SHOWN_PLACES ? `The same change is made here, one of ${places} more places.` : "The same change is made here.";
}

/** One place for each task and service, with the hosts of all plays that run it. */
function interruptingPlaces(effect: Effect): Related[] {
  const byTask = new Map<string, { location: Location; service: string; hosts: Set<string> }>();
  for (const { task, service, hosts } of effect.interruptions) {
    const key = `${task.location.path}\0${task.location.range.start}\0${service}`;
    const entry = byTask.get(key) ?? { location: task.location, service, hosts: new Set<string>() };
    for (const host of hosts) entry.hosts.add(host.name);
    byTask.set(key, entry);
  }
  return [...byTask.values()].map(({ location, service, hosts }) => ({ location, message: `This interrupts ${inWords(service)} on ${hosts.size === 1 ? "1 host" : `${hosts.size} hosts`}.` }));
}

/** A reboot, or an upgrade that asks for one, interrupts no service by name. */
function inWords(service: string): string {
  return service === "host" ? "the whole host" : service;
}

/** A warning needs more than a number: hosts that go down together with nothing to stop it, and enough of them to matter. */
function severityOf(after: Workspace, { interruptions }: Effect): Severity {
  const { fleet } = after;
  const together = Math.max(0, ...interruptions.map((interruption) => (isCareful(after, interruption) ? 0 : atOnce(interruption))));
  const enough = together > 1 && share(together, fleet.hosts.length) >= LARGE_SHARE;
  const hypervisors = interruptions.some(
    (interruption) =>
      disturbsGuests(interruption) && atOnce(interruption) > 1 && interruption.hosts.some((host) => fleet.trait(host, "hypervisor") !== undefined) && !isGated(after, interruption),
  );
  return hypervisors || enough ? "warning" : "info";
}

interface Numbers {
  readonly interrupted: number;
  readonly hypervisors: number;
  readonly evacuated: number;
  readonly together: number;
}

function message(effect: Effect, fleet: Fleet, { interrupted, hypervisors, evacuated, together }: Numbers): string {
  const { cause, hosts, reached, used } = effect;
  const reach = `${hosts.length} of ${fleet.hosts.length} hosts`;
  const groups = Object.entries(byGroup(hosts, fleet)).slice(0, 6).map(([group, count]) => `${group} ${count}`).join(", ");
  const spread = `(${Math.round(share(hosts.length, fleet.hosts.length) * 100)}%: ${groups})`;
  const names = cause.kind === "file" ? "" : listNames(cause.names);
  const what =
    cause.kind === "file" ? `This edit changes what ${reach} get ${spread}.`
    : cause.kind === "variables" ? `This edit changes ${names} on ${reach} ${spread}.`
    : `The hosts of the inventory change (${names}), and with them what ${reach} get or are set to ${spread}.`;
  if (!used) return `${what} No task of this repository reads it. Check that all of them are meant, or whether it is still needed.`;
  const brought =
    reached.length === 0 ? "No task of this repository does anything else by it."
    : reached.length === hosts.length ? ""
    : `${reached.length} of them get it by a play of this repository.`;
  const begin = brought === "" ? what : `${what} ${brought}`;
  if (interrupted === 0) {
    const restarted = new Set(effect.restarts.flatMap((restart) => restart.hosts)).size;
    const restarting = restarted === 0 ? "No interruption of a service was found. " : `${restarted} ${restarted === 1 ? "restarts" : "restart"} ${listNames(effect.restarts.map(({ service }) => service))}. `;
    return `${begin} ${reached.length === 0 ? "" : restarting}Check that all of them are meant.`;
  }
  const interrupting = `${interrupted} ${interrupted === 1 ? "interrupts" : "interrupt"} ${listNames(servicesOf(effect).map(inWords))}`;
  const among =
    hypervisors === 0 ? ""
    : `; ${hypervisors} of these ${hypervisors === 1 ? "is a virtualisation host" : "are virtualisation hosts"}${evacuated === 0 ? "" : ", whose guests have to move first"}`;
  const batched = effect.interruptions.some(({ play }) => play.keywords.has("serial"));
  const advice =
    together === interrupted ? "Change a few hosts first, and widen once they are well."
    : batched ? `At most ${together} of them at the same moment.`
    : `They are in several plays, the largest of which interrupts ${together} at once. Change a few hosts first, and widen once they are well.`;
  return `${begin} ${interrupting}${among}. ${advice}`;
}
