import type { Fix } from "../../engine/fix.ts";
import type { HostInterruption } from "../../model/fleet/change/effects.ts";
import { disturbsGuests, effectsOf } from "../../model/fleet/change/effects.ts";
import { asksForApproval, classifierNetworkEdits, networksInWords } from "../../model/fleet/change/classifier-networks.ts";
import { isGated } from "../../model/fleet/change/approval.ts";
import { indentOf, namePlace } from "../../model/fleet/change/place.ts";
import type { Host, Task } from "../../model/fleet/fleet.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const HOSTS = "all:\n  children:\n    hypervisors:\n      hosts:\n        virt[01:06].example.net:\n";
const PLAY = (handler: string): string =>
  `- hosts: hypervisors\n  tasks:\n    - name: Bridges\n      ansible.builtin.template:\n        src: interfaces.j2\n        dest: /etc/network/interfaces\n      notify: Restart the network\n  handlers:\n${handler}`;
const RESTART = "    - name: Restart the network\n      ansible.builtin.service:\n        name: networking\n        state: restarted\n";
const MARKED = "    - name: ⟦Restart the network⟧\n      ansible.builtin.service:\n        name: networking\n        state: restarted\n";
const files = (bridges: string, handler: string): { [path: string]: string } => ({
  "hosts.yml": HOSTS,
  "group_vars/hypervisors.yml": `bridges: ${bridges}\n`,
  "site.yml": PLAY(handler),
  "templates/interfaces.j2": "{% for name in bridges %}\nauto {{ name }}\n{% endfor %}\n",
});

const asserting = (bridges: string): { [path: string]: string } => ({
  ...files(bridges, RESTART),
  "site.yml": PLAY(RESTART).replace("  tasks:\n", "  tasks:\n    - ansible.builtin.assert:\n        that: emptied | default(false) | bool\n"),
});
/** The step follows a task's registered change instead of a notification. */
const registered = (when: string): string =>
  `- hosts: hypervisors\n  tasks:\n    - name: Bridges\n      ansible.builtin.template:\n        src: interfaces.j2\n        dest: /etc/network/interfaces\n      register: written\n    - name: ⟦Restart the network⟧\n      ansible.builtin.service:\n        name: networking\n        state: restarted\n      when: ${when}\n`;

/** What a classifier says of a virtualisation host. */
const answer = (more: string, parameters = ""): string => `{"name": "kvm1", "roles": ["kvm_host"], "parameters": {${parameters}"interfaces": {"fe": {"networks": {"192.0.2.0/24": ["192.0.2.7"]${more}}}}}}\n`;

export default rule({
  what: "A change interrupts virtualisation hosts, and nothing asks a human first.",
  why: "Interrupting a virtualisation host means to move all its guests away. An edit somewhere in the inventory that sets this off on every host at once is how a harmless line becomes an outage.",
  instead: "Put a gate before the interrupting step: a variable that somebody has to set, a prompt, or a pause. Keep virtualisation hosts out of automatic maintenance.",
  lessons: ["2017-network-added"],
  reads: ["playbook"],
  severity: "warning",
  fix: "unsafe",
  fixSafety: "It adds a condition, so the step is left out until somebody sets the variable: the change does not reach the hosts by itself any more.",
  lifecycle: "stable",
  data: { hypervisors: "virtualisation hosts that are interrupted", service: "the service that is interrupted" },
  examples: {
    bad: [
      { before: files("[br0]", RESTART), after: files("[br0, br1]", MARKED) },
      { before: files("[br0]", RESTART), after: { ...files("[br0, br1]", ""), "site.yml": registered("written is changed") } },
      { before: { "enc/kvm1.json": answer("") }, after: { "enc/kvm1.json": answer(', ⟦"198.51.100.0/24"⟧: []') } },
    ],
    good: [
      { before: files("[br0]", RESTART), after: files("[br0, br1]", `${RESTART}      when: maintenance_approved | default(false)\n`) },
      // Nothing here sets these: only whoever starts the play can.
      { before: files("[br0]", RESTART), after: files("[br0, br1]", `${RESTART}      when: emptied is defined and emptied | bool\n`) },
      { before: asserting("[br0]"), after: asserting("[br0, br1]") },
      { before: { "enc/kvm1.json": answer("") }, after: { "enc/kvm1.json": answer(', "198.51.100.0/24": []', '"maintenance_approval": "needed", ') } },
    ],
    lookalike: [
      // No virtualisation host.
      { before: { "enc/web1.json": answer("").replaceAll("kvm", "web") }, after: { "enc/web1.json": answer(', "198.51.100.0/24": []').replaceAll("kvm", "web") } },
      // A reload interrupts nobody.
      {
        before: files("[br0]", RESTART.replace("restarted", "reloaded").replace("networking", "frr")),
        after: files("[br0, br1]", RESTART.replace("restarted", "reloaded").replace("networking", "frr")),
      },
      // Guests stay where they are while the firewall starts anew.
      {
        before: files("[br0]", RESTART.replace("networking", "nftables")),
        after: files("[br0, br1]", RESTART.replace("networking", "nftables")),
      },
    ],
  },
  compare({ before, after, report }) {
    const found = new Map<Task, { interruption: HostInterruption; hosts: Map<string, Host>; cause: Set<string> }>();
    for (const effect of effectsOf(before, after)) {
      for (const interruption of effect.interruptions) {
        if (!disturbsGuests(interruption)) continue;
        const hypervisors = interruption.hosts.filter((host) => after.fleet.trait(host, "hypervisor") !== undefined);
        if (hypervisors.length === 0 || isGated(after, interruption)) continue;
        const entry = found.get(interruption.task) ?? { interruption, hosts: new Map<string, Host>(), cause: new Set<string>() };
        for (const host of hypervisors) entry.hosts.set(host.name, host);
        entry.cause.add(effect.cause.kind === "file" ? effect.location.path : effect.cause.names.join(", "));
        found.set(interruption.task, entry);
      }
    }
    const edits = classifierNetworkEdits(before, after).filter(({ host }) => after.fleet.trait(host, "hypervisor") !== undefined && !asksForApproval(after, host));
    const [edit] = edits;
    if (edit !== undefined) {
      const hypervisors = new Map(edits.map(({ host }) => [host.name, host]));
      const number = hypervisors.size === 1 ? "a virtualisation host" : `${hypervisors.size} virtualisation hosts`;
      report({
        location: edit.location,
        key: "approval networks",
        confidence: "likely",
        message: `${networksInWords(edits)}: the interface is configured anew on ${number}, and nothing here asks a human first. Their guests have to move away, all at the next run. Hold the change back there until somebody agrees, with a parameter that maintenance.approval in premortem.yaml names.`,
        related: edits.slice(1, 4).map(({ location }) => ({ location, message: "The same here." })),
        data: { hypervisors: hypervisors.size, service: "networking" },
      });
    }
    for (const { interruption, hosts, cause } of found.values()) {
      const { task, service } = interruption;
      const certain = [...hosts.values()].every((host) => after.fleet.trait(host, "hypervisor")!.certain);
      const number = hosts.size === 1 ? "a virtualisation host" : `${hosts.size} virtualisation hosts`;
      report({
        location: namePlace(after, task),
        key: `approval ${task.name ?? task.module}`,
        confidence: certain ? "certain" : "likely",
        message: `The change of ${[...cause].sort().join(", ")} makes this step interrupt ${service} on ${number}, and nothing asks a human first. Their guests have to move away, all in one run. Make the step wait for an approval.`,
        fixes: fixes(after, task),
        data: { hypervisors: hosts.size, service },
      });
    }
  },
});

/** Adds a condition as the task's last keyword. */
function fixes(workspace: Workspace, task: Task): Fix[] {
  if (task.keywords.has("when")) return [];
  const { path, range } = task.location;
  const text = workspace.text(path) ?? "";
  const indent = indentOf(text, range.start);
  if (indent === undefined) return [];
  const variable = workspace.configuration.maintenance.approval ?? "maintenance_approved";
  const end = range.start + text.slice(range.start, range.end).trimEnd().length;
  const newText = `\n${indent}when: ${variable} | default(false) | bool`;
  return [{ title: "Wait for an approval before this step", safety: "unsafe", edits: [{ path, range: { start: end, end }, newText }] }];
}
