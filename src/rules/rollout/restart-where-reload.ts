import { handlersOf } from "../../model/fleet/handlers.ts";
import type { Play, Task } from "../../model/fleet/fleet.ts";
import { reloadingOf } from "../../model/rollout/reloads.ts";
import { actionsOf } from "../../model/rollout/services.ts";
import { reader } from "../../model/rollout/standing.ts";
import { textAsWritten } from "../../model/fleet/values.ts";
import { tasksIn } from "../../model/rollout/tasks.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "A changed configuration restarts a daemon that could reload it, or reloads one that cannot.",
  why: "A restart of a keying or routing daemon throws away all that it holds: every association or session is built anew, with all peers at the same moment. Asking for a reload that the unit does not have makes the task fail, or people restart by hand.",
  instead: "Reload where only the configuration changed; keep the restart for a new version.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["playbook"],
  severity: "warning",
  fix: "safe",
  fixSafety: "The daemon reads the new configuration and keeps what it holds. A change of its listening addresses still needs a restart.",
  lifecycle: "stable",
  sources: ["racoon(8)", "strongswan.service", "frr.service", "bird.service", "keepalived.service"],
  examples: {
    bad: [
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": `- hosts: gateways
  serial: 1
  tasks:
    - name: Configuration
      copy: src=racoon.conf dest=/etc/racoon/racoon.conf
      notify: New configuration
  post_tasks:
    - command: racoonctl show-sa isakmp
  handlers:
    - name: New configuration
      service:
        name: racoon
        state: ⟦restarted⟧
`,
      },
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": `- hosts: gateways
  tasks:
    - copy: src=ipsec.conf dest=/etc/ipsec.conf
      notify: New configuration
  handlers:
    - name: New configuration
      service:
        name: ipsec
        state: ⟦reloaded⟧
`,
      },
    ],
    good: {
      "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
      "site.yml": `- hosts: gateways
  tasks:
    - copy: src=racoon.conf dest=/etc/racoon/racoon.conf
      notify: New configuration
  handlers:
    - name: New configuration
      service: name=racoon state=reloaded
`,
    },
    lookalike: {
      "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
      "site.yml": `- hosts: gateways
  serial: 1
  tasks:
    - apt: name=racoon=0.8.2-7 state=present
      notify: New version
    - copy: src=chrony.conf dest=/etc/chrony/chrony.conf
      notify: New time
  post_tasks:
    - command: racoonctl show-sa isakmp
  handlers:
    - name: New version
      service: name=racoon state=restarted
    - name: New time
      service: name=chrony state=restarted
`,
    },
  },
  check({ playbook, path, workspace, report }) {
    for (const { task, plays } of tasksIn(workspace, playbook)) {
      for (const { service, action, location, certain } of actionsOf(task, plays[0] === undefined ? textAsWritten : reader(plays[0], task))) {
        const known = reloadingOf(service);
        if (known === undefined || !certain || location.path !== path) continue;
        if (action === "reload" && !known.reload && location !== task.location && task.module !== "command" && task.module !== "shell") {
          report({ location, message: `The unit of ${service} has no reload, so this task fails and the new configuration is not read. Load it with the daemon's own command (ipsec update, ipsec auto --replace).` });
        }
        if (action !== "restart" || !known.reload || plays.length === 0 || !plays.every((play) => onlyConfiguration(play, task, service))) continue;
        const text = workspace.textAt(location);
        const edit = /^["']?restarted["']?$/.test(text) ? [{ path, range: location.range, newText: text.replace("restarted", "reloaded") }] : [];
        report({
          location,
          key: service,
          message: `Only a changed configuration leads to this restart of ${service}, which ${known.restartLoses}. A reload reads the configuration and keeps them. Use state: reloaded.`,
          fixes: edit.length > 0 ? [{ title: `Reload ${service}`, safety: "safe", edits: edit }] : [],
        });
      }
    }
  },
});

const CONFIGURATION = new Set(["template", "copy", "lineinfile", "blockinfile", "replace", "ini_file", "assemble"]);

/** True for a handler that only tasks notify which write the daemon's configuration, not its program, unit or defaults. */
function onlyConfiguration(play: Play, handler: Task, service: string): boolean {
  if (!play.handlers.includes(handler)) return false;
  const notifiers = play.tasks.filter((task) => handlersOf(play, task).includes(handler));
  // On older Debian strongswan.service is the starter's, which has no reload; only swanctl's configuration tells them apart.
  if (/strongswan/.test(service) && !notifiers.every((task) => /swanctl/.test(destination(task)))) return false;
  return notifiers.length > 0 && notifiers.every((task) => CONFIGURATION.has(task.module) && !/systemd\/|\/default\/|\/sysconfig\/|\/s?bin\//.test(destination(task)));
}

function destination({ args }: Task): string {
  return String(args.get("dest")?.value ?? args.get("path")?.value ?? "");
}
