import type { Location } from "../../engine/location.ts";
import type { Report } from "../../engine/rule.ts";
import { nearest } from "../../engine/similar.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { ShellTree } from "../../formats/shell/index.ts";
import type { Play } from "../../model/fleet/fleet.ts";
import { altersHosts, destruction, fallbackToAll, isEverything, isMadeAtRun, isTargetChecked, namesInPattern } from "../../model/fleet/target.ts";
import { onEveryHost } from "../../model/rollout/disruption.ts";
import { allLab } from "../../model/rollout/lab.ts";
import { emptyLimits } from "../../model/rollout/limits.ts";
import { interruptionsOf } from "../../model/rollout/services.ts";
import { reader } from "../../model/rollout/standing.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const INVENTORY = "[gateways]\ngw[01:12].example.net\n\n[databases]\ndb[1:4].example.net\n";

export default rule({
  what: "A target becomes every host, or loses its exclusion, by one slip.",
  why: "A variable that nobody gives, an empty limit or a mistyped group is no error: the same command that is meant for one host then runs on all of them.",
  instead: "Let the target have no default, so that Ansible refuses to start without it, or begin with an assertion that ansible_limit is defined.",
  lessons: [],
  reads: ["playbook", "syntax"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ansible: Patterns: targeting hosts and groups", "Ansible: lib/ansible/inventory/manager.py, `subset` and `_evaluate_patterns`"],
  data: { hosts: "hosts that the play then runs on; null: not known" },
  examples: {
    bad: [
      {
        "inventory.ini": INVENTORY,
        "reboot.yml": `- hosts: ⟦"{{ target | default('all') }}"⟧\n  tasks:\n    - reboot:\n`,
      },
      { "restart.yml": `- hosts: ⟦"{{ lookup('env', 'HOSTS') | default('all', true) }}"⟧\n  serial: 1\n  tasks:\n    - service: name=racoon state=restarted\n` },
      { "inventory.ini": INVENTORY, "wipe.yml": "- hosts: ⟦all⟧\n  tasks:\n    - name: Begin anew\n      command: wipefs --all /dev/sdb\n" },
      { "inventory.ini": INVENTORY, "motd.yml": "- hosts: all:!⟦database⟧\n  tasks:\n    - copy: src=motd dest=/etc/motd\n" },
      { "run.sh": '#!/bin/sh\nansible-playbook -i inventory.ini reboot.yml --limit ⟦"$TARGET"⟧\n' },
      { "run.sh": '#!/bin/bash\nhosts=$1\nsudo ansible-playbook ⟦--limit="${hosts}"⟧ site.yml\n' },
    ],
    good: {
      "inventory.ini": INVENTORY,
      "reboot.yml": `- hosts: "{{ target }}"\n  tasks:\n    - reboot:\n`,
      "restart.yml": `- hosts: "{{ target | default('all') }}"\n  pre_tasks:\n    - assert:\n        that: ansible_limit is defined\n  tasks:\n    - service: name=racoon state=restarted\n`,
      "run.sh": '#!/bin/sh\nansible-playbook reboot.yml --limit "${TARGET:?which hosts}"\n',
    },
    lookalike: [
      {
        "inventory.ini": INVENTORY,
        // A group by default, a look at all hosts, a person who is asked, an exclusion that is there, a reboot where one is needed.
        "site.yml": `- hosts: "{{ mon_group_name | default('mons') }}"
  tasks:
    - reboot:
- hosts: "{{ target | default('all') }}"
  tasks:
    - ping:
    - command: uname -r
      changed_when: false
- hosts: "{{ target }}"
  vars_prompt:
    - name: target
      prompt: Which host
      default: all
  tasks:
    - reboot:
- hosts: all:!databases
  tasks:
    - copy: src=motd dest=/etc/motd
- hosts: all
  tasks:
    - stat: path=/var/run/reboot-required
      register: needed
    - reboot:
      when: needed.stat.exists
- hosts: gateways:&{{ site | default('all') }}
  tasks:
    - copy: src=motd dest=/etc/motd
- hosts: all
  tasks:
    - group_by: key=os_{{ ansible_distribution }}
- hosts: all:!os_Debian
  tasks:
    - copy: src=motd dest=/etc/motd
`,
      },
      { "run.sh": '#!/bin/sh\n[ -n "$TARGET" ] || exit 1\nansible-playbook site.yml --limit "$TARGET"\necho "ansible-playbook --limit \\"\\""\nansible-playbook site.yml --limit gw01.example.net\n' },
    ],
  },
  check(context) {
    const { path, workspace, report } = context;
    if (context.reads === "syntax") {
      if (context.syntax.language === "shell") inScript(workspace, path, report);
      return;
    }
    const { plays } = context.playbook;
    for (const [index, play] of plays.entries()) {
      for (const one of [falls(workspace, play, plays.slice(0, index)) ?? everywhere(workspace, play, plays.slice(0, index)), ...mistyped(workspace, play)]) {
        if (one !== undefined) report(one);
      }
    }
  },
});

/** `{{ target | default('all') }}` in a play that changes something. */
function falls(workspace: Workspace, play: Play, earlier: readonly Play[]): Report | undefined {
  const found = fallbackToAll(writtenHosts(workspace, play));
  if (found === undefined || isTargetChecked(play, earlier, found.variable)) return undefined;
  const { variable, expression } = found;
  const given = play.variables.get(variable);
  if (given !== undefined) return undefined;
  const acting = [...play.tasks, ...play.handlers].filter(altersHosts);
  const unread = play.roles.length > play.ran.length;
  if (acting.length === 0 && !unread) return undefined;
  const harm = acting.map((task) => destruction(task) ?? interrupts(play, task)).find((one) => one !== undefined);
  const { hosts } = workspace.fleet;
  if (hosts.length > 0 && (hosts.length < 2 || allLab(workspace, hosts))) return undefined;
  const all = hosts.length === 0 ? "every host" : `all ${hosts.length} hosts`;
  return {
    location: play.hostsLocation,
    key: `${play.name} ${variable}`,
    severity: harm === undefined ? "info" : "warning",
    message: `Where nobody gives ${variable}, ${expression} makes this play run on ${all}${harm === undefined ? "" : `, and it ${harm}`}: one forgotten -e is enough. Leave the default out, so that Ansible refuses to start without it, or assert first that ansible_limit is defined.`,
    data: { hosts: hosts.length === 0 ? null : hosts.length },
  };
}

/** `hosts: all` with a task that ends or erases hosts, whatever their state. */
function everywhere(workspace: Workspace, play: Play, earlier: readonly Play[]): Report | undefined {
  if (!isEverything(play.hostsPattern) || isTargetChecked(play, earlier) || /^local$/.test(String(play.keywords.get("connection")?.value))) return undefined;
  const stepwise = play.keywords.has("serial") || Number(play.keywords.get("throttle")?.value) === 1;
  let harm: string | undefined;
  for (const task of play.tasks) {
    const what = destruction(task);
    if (what === undefined || task.keywords.has("when") || !onEveryHost(task) || (what === "reboots the host" && stepwise)) continue;
    harm = what;
    break;
  }
  const { hosts } = workspace.fleet;
  if (harm === undefined || (hosts.length > 0 && (hosts.length < 2 || allLab(workspace, hosts)))) return undefined;
  return {
    location: play.hostsLocation,
    key: play.name,
    message: `This play ${harm} on ${hosts.length === 0 ? "every host" : `all ${hosts.length} hosts`} of the inventory where it is started without a limit, and nothing asks for one. Name the group that is meant, or assert first that ansible_limit is defined.`,
    data: { hosts: hosts.length === 0 ? null : hosts.length },
  };
}

/** A group that is excluded, or asked for, and is not there under this name but under one like it. */
function mistyped(workspace: Workspace, play: Play): Report[] {
  const { fleet } = workspace;
  if (isUnknown(play.hostsPattern) || fleet.hosts.length === 0) return [];
  const written = workspace.textAt(play.hostsLocation);
  const known = [...fleet.groups.keys()];
  return namesInPattern(play.hostsPattern).flatMap(({ name, sign }): Report[] => {
    if (fleet.groups.has(name) || fleet.host(name) !== undefined || /^(?:all|localhost|ungrouped)$/.test(name) || isMadeAtRun(fleet.plays, name)) return [];
    const meant = nearest(name, known, sign === "!" && name.length > 5 ? 2 : 1);
    const at = written.search(new RegExp(`(?<![\\w.-])${name.replace(/[^\w]/g, "\\$&")}(?![\\w-])`));
    if (meant === undefined || at === -1) return [];
    const location: Location = { path: play.hostsLocation.path, range: { start: play.hostsLocation.range.start + at, end: play.hostsLocation.range.start + at + name.length } };
    const count = fleet.groups.get(meant)!.hosts.length;
    const hosts = count === 1 ? "the one host" : `the ${count} hosts`;
    const what = sign === "!" ? `so nothing is excluded: ${hosts} of ${meant} ${count === 1 ? "is" : "are"} in` : `so ${hosts} of ${meant} ${count === 1 ? "is" : "are"} left out, and Ansible only warns`;
    return [{ location, key: `${play.name} ${name}`, severity: sign === "!" ? "warning" : "info", confidence: "likely", message: `The inventory has no group ${name}, ${what}. Did you mean ${meant}?`, data: { hosts: count } }];
  });
}

function inScript(workspace: Workspace, path: string, report: (found: Report) => void): void {
  const document = workspace.document(path)!;
  for (const { range, variable } of emptyLimits(document.text, (document.tree as ShellTree).commands)) {
    report({
      location: { path, range },
      key: variable ?? "",
      ...(variable !== undefined && { confidence: "likely" as const }),
      message: `${variable === undefined ? "The limit is empty" : `Where ${/^\d$/.test(variable) ? `argument ${variable}` : variable} is not given, the limit is empty`}, and an empty limit is none: the playbook runs on all the hosts that it names. ${variable === undefined ? "Name the hosts." : `Write "\${${variable}:?which hosts}", which stops the script instead.`}`,
      data: { hosts: null },
    });
  }
}

function interrupts(play: Play, task: Play["tasks"][number]): string | undefined {
  const [first] = interruptionsOf(task, reader(play, task));
  if (first === undefined) return undefined;
  return first.action === "reboot" ? "reboots the host" : `${first.action === "stop" ? "stops" : `${first.action}s`} ${first.service}`;
}

/** `hosts:` as it is written, without the quotes. */
function writtenHosts(workspace: Workspace, play: Play): string {
  return workspace.textAt(play.hostsLocation).replace(/^(['"])([\s\S]*)\1$/, "$2");
}
