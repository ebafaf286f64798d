import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { brokenShare } from "../../model/forecast/mesh.ts";
import type { DisruptivePlay } from "../../model/rollout/disruption.ts";
import { disruptivePlays, spokenDisruptions } from "../../model/rollout/disruption.ts";
import { hasWayBack, isWayBack, overwrites, unversionedUpgrades } from "../../model/rollout/way-back.ts";
import { rule } from "../rule.ts";

/** From this many hosts on, a lost configuration is not set right by hand. */
const MANY = 5;

export default rule({
  what: "A play changes a daemon of the network or of storage on many hosts, and nothing leads back, or only a second restart of all.",
  why: "When the new build fails, the way back has to be found while the service is down. If it restarts everything once more, it breaks for a second time what had come back by itself.",
  instead: "Name the version, so that the earlier one is one edit away; keep the earlier configuration; and let the way back go in batches too.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["playbook"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ansible: Blocks, `rescue`", "ansible.builtin.copy, `backup` and `validate`", "apt-get(8), `pkg=version`"],
  data: { hosts: "hosts of the play", atOnce: "hosts of its largest batch", pairsBroken: "share of pairs of hosts without an association while one host in ten is down" },
  examples: {
    bad: [
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": "- hosts: gateways\n  tasks:\n    - apt:\n        name: strongswan\n        state: ⟦latest⟧\n    - service: name=strongswan state=restarted\n",
      },
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": "- hosts: gateways\n  serial: [1, 4]\n  tasks:\n    - shell: ⟦apt-get install -y racoon && systemctl restart racoon⟧\n    - command: racoonctl show-sa isakmp\n",
      },
      // The way back is there, and takes everything down at once.
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "rollback.yml": "- hosts: ⟦gateways⟧\n  tasks:\n    - apt: name=racoon=0.8.2-6 state=present force=true\n    - service: name=racoon state=restarted\n",
      },
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": "- hosts: gateways\n  tasks:\n    - ⟦template: src=racoon.conf.j2 dest=/etc/racoon/racoon.conf⟧\n    - service: name=racoon state=restarted\n",
        "racoon.conf.j2": "remote anonymous\n{\n\tdpd_delay 20;\n}\n",
      },
    ],
    good: {
      "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
      "group_vars/gateways.yml": 'strongswan_version: "5.9.8-5"\n',
      "site.yml": '- hosts: gateways\n  serial: [1, 4]\n  tasks:\n    - apt: name="strongswan={{ strongswan_version }}" state=present\n    - template: src=ipsec.conf.j2 dest=/etc/ipsec.conf backup=true\n    - service: name=strongswan state=restarted\n    - command: ipsec statusall\n',
    },
    lookalike: [
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": `- hosts: gateways
  serial: [1, 4]
  tasks:
    - block:
        - apt: name=strongswan state=latest
        - service: name=strongswan state=restarted
        - command: swanctl --list-sas
      rescue:
        - apt: name=strongswan=5.9.8-5 allow_downgrade=true
        - service: name=strongswan state=restarted
`,
      },
      // A second play that goes back in batches; a service that carries nobody's traffic; a configuration that is checked first.
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": "- hosts: gateways\n  tasks:\n    - apt: name=racoon state=latest\n    - service: name=racoon state=restarted\n",
        "back-out.yml": "- hosts: gateways\n  serial: 2\n  tasks:\n    - apt: name=racoon=0.8.2-6\n    - service: name=racoon state=restarted\n    - command: racoonctl show-sa isakmp\n",
      },
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": "- hosts: gateways\n  tasks:\n    - command: cp -a /etc/racoon/racoon.conf /etc/racoon/racoon.conf.bak\n    - template: src=racoon.conf.j2 dest=/etc/racoon/racoon.conf\n    - service: name=racoon state=restarted\n",
        "racoon.conf.j2": "remote anonymous\n{\n\tdpd_delay 20;\n}\n",
      },
      { "inventory.ini": "[web]\nweb[01:12].example.net\n", "site.yml": "- hosts: web\n  tasks:\n    - apt: name=nginx state=latest\n    - service: name=nginx state=restarted\n" },
      {
        "inventory.ini": "[gateways]\ngw[01:12].example.net\n",
        "site.yml": "- hosts: gateways\n  tasks:\n    - template: src=nftables.conf.j2 dest=/etc/nftables.conf validate='nft -cf %s'\n    - service: name=nftables state=restarted\n",
        "nftables.conf.j2": "table inet filter {\n}\n",
      },
    ],
  },
  check({ path, workspace, report }) {
    for (const disruptive of disruptivePlays(workspace, path)) {
      const { play, hosts, total, sizes, disruptions } = disruptive;
      if (hosts === undefined) continue;
      const atOnce = isUnknown(sizes) ? undefined : Math.max(...sizes);
      const place = (location: Location): Location => (location.path === path ? location : play.hostsLocation);
      const common = { key: play.name, data: { hosts: hosts.length, ...(atOnce !== undefined && { atOnce }), ...(disruptions.some(({ kind }) => kind === "ipsec") && { pairsBroken: Math.round(100 * brokenShare(0.1)) / 100 }) } };
      if (isWayBack(play)) {
        if (atOnce === total && hosts.length >= MANY) {
          report({
            ...common,
            location: play.hostsLocation,
            message: `This way back ${spokenDisruptions(disruptions)} on all ${hosts.length} hosts at once: ${second(disruptive)}. Let it go in batches, those hosts first that are broken.`,
          });
        }
        continue;
      }
      if (hasWayBack(workspace, disruptive)) continue;
      const [upgrade] = unversionedUpgrades(disruptive);
      if (upgrade !== undefined) {
        report({
          ...common,
          location: place(upgrade.location),
          message: `This upgrades ${upgrade.service} on ${hosts.length} hosts to whatever is newest, and nothing here leads back: no earlier version is named, no block has a rescue, no play takes the upgrade back. Going back means finding the earlier version under pressure, and ${second(disruptive)}. Name the version, and write the way back before it is needed.`,
        });
        continue;
      }
      const [lost] = atOnce === total && hosts.length >= MANY ? overwrites(disruptive) : [];
      if (lost === undefined) continue;
      report({
        ...common,
        location: place((lost.task.args.get("dest") ?? lost.task.args.get("path"))?.location ?? lost.task.location),
        message: `This overwrites the configuration of ${lost.disruption.service} on ${hosts.length} hosts and restarts it at once. No copy is kept and nothing checks the new one, so that the way back is another run, and ${second(disruptive)}. Add validate or backup: true, and take the hosts in batches.`,
      });
    }
  },
});

function second({ hosts, disruptions }: DisruptivePlay): string {
  const reboot = disruptions.every(({ action }) => action === "reboot");
  return `a second ${reboot ? "reboot" : "restart"} on all ${hosts!.length}, also of what has come back by itself`;
}
