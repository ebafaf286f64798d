import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Host } from "../../model/fleet/fleet.ts";
import type { Purpose } from "../../model/rollout/branches.ts";
import { branchesOf } from "../../model/rollout/branches.ts";
import type { Cut } from "../../model/rollout/cuts.ts";
import { cutsOf } from "../../model/rollout/cuts.ts";
import { disruptivePlays, spokenDisruptions } from "../../model/rollout/disruption.ts";
import { rule } from "../rule.ts";

/** From this many hosts on, a batch of more than half of the play is the fleet, not a step. */
const MANY = 5;

const mesh = (serial: string): { [path: string]: string } => ({
  "inventory.ini": "[mesh]\ningest[01:12].example.net\nlogs1.example.net\n\n[mesh:vars]\nlog_host=logs1.example.net\n",
  "site.yml": `- hosts: mesh\n${serial}  tasks:\n    - template: src=ipsec-tools.conf.j2 dest=/etc/ipsec-tools.conf\n    - template: src=central.conf.j2 dest=/etc/rsyslog.d/central.conf\n    - service: name=racoon state=RESTARTED\n    - command: racoonctl show-sa isakmp\n`,
  "ipsec-tools.conf.j2": "#!/usr/sbin/setkey -f\n{% for host in groups['mesh'] if host != inventory_hostname %}\nspdadd {{ ansible_default_ipv4.address }} {{ hostvars[host].ansible_default_ipv4.address }} any -P out ipsec esp/transport//require;\n{% endfor %}\n",
  "central.conf.j2": "*.* @@{{ log_host }}:6514\n",
});
const with_ = (files: { [path: string]: string }, from: string, to: string): { [path: string]: string } =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll(from, to)]));
const wireguard = (address: string): { [path: string]: string } => ({
  "hosts.yml": `edge:\n  hosts:\n${[1, 2, 3, 4, 5, 6].map((n) => `    edge${n}.example.net:\n      ansible_host: ${address.replace("N", String(n))}\n`).join("")}`,
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`host_files/hosts/edge${n}.example.net/etc/wireguard/wg0.conf`, `[Interface]\nAddress = 10.44.0.${n}/24\nPrivateKey = x\n\n[Peer]\nPublicKey = y\nEndpoint = 192.0.2.1:51820\nAllowedIPs = 10.44.0.0/24\n`])),
});

export default rule({
  what: "A play interrupts what its own hosts are managed, logged or supplied over.",
  why: "When the change fails, the hosts that it broke are those that cannot be reached, that send no logs and fetch no packages. The damage looks smaller than it is, and the tools that would mend it stand on the other side.",
  instead: "Keep a way beside it, such as an address outside the overlay in `ansible_host`; or take the hosts in batches and check that the log server and the hosts can still be reached behind each.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["playbook"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["setkey(8)", "swanctl.conf(5), remote_ts", "wg-quick(8)", "Ansible: Connection variables, ansible_host"],
  data: { hosts: "hosts that are cut off", purposes: "what is cut", paths: "each place with what carries it, and the number of hosts" },
  examples: {
    bad: [
      with_(mesh(""), "RESTARTED", "⟦restarted⟧"),
      // The hosts are reached over the tunnel that the play takes down.
      { ...wireguard("10.44.0.N"), "site.yml": "- hosts: edge\n  tasks:\n    - systemd:\n        name: wg-quick@wg0\n        state: ⟦restarted⟧\n" },
      // The jump host goes down with those behind it.
      {
        "hosts.ini": "[kvm]\nkvm[1:6].example.net\n[kvm:vars]\nansible_ssh_common_args='-o ProxyJump=admin@jump.example.net'\n[entry]\njump.example.net\n",
        "reboot.yml": "- hosts: all\n  tasks:\n    - ⟦reboot⟧:\n",
      },
      // DNS and packages are fetched over a policy of swanctl.conf.
      {
        "hosts.yml": "sites:\n  hosts:\n    site[1:8].example.net:\n",
        "site.yml": "- hosts: sites\n  tasks:\n    - copy: src=swanctl.conf dest=/etc/swanctl/swanctl.conf\n    - copy: src=resolv.conf dest=/etc/resolv.conf\n    - apt_repository: repo='deb http://10.60.0.5/debian bookworm main'\n    - service: name=strongswan state=⟦restarted⟧\n",
        "swanctl.conf": "connections {\n  centre {\n    remote_addrs = 192.0.2.10\n    dpd_delay = 30s\n    children {\n      net {\n        remote_ts = 10.60.0.0/16\n      }\n    }\n  }\n}\n",
        "resolv.conf": "nameserver 10.60.0.53\n",
      },
    ],
    good: with_(mesh("  serial: [1, 3]\n  max_fail_percentage: 0\n"), "RESTARTED", "restarted"),
    lookalike: [
      // The log server is outside; ansible_host is an address beside the tunnel; only the clock is restarted.
      { ...with_(with_(mesh(""), "RESTARTED", "restarted"), "log_host=logs1.example.net", "log_host=logs.example.com") },
      { ...wireguard("192.0.2.10N"), "site.yml": "- hosts: edge\n  tasks:\n    - systemd: name=wg-quick@wg0 state=restarted\n" },
      with_(with_(mesh(""), "RESTARTED", "restarted"), "name=racoon", "name=chrony"),
      // Another name server stays in reach.
      {
        "hosts.yml": "sites:\n  hosts:\n    site[1:8].example.net:\n",
        "site.yml": "- hosts: sites\n  tasks:\n    - copy: src=swanctl.conf dest=/etc/swanctl/swanctl.conf\n    - copy: src=resolv.conf dest=/etc/resolv.conf\n    - service: name=strongswan state=restarted\n",
        "swanctl.conf": "connections {\n  centre {\n    remote_addrs = 192.0.2.10\n    dpd_delay = 30s\n    children {\n      net {\n        remote_ts = 10.60.0.0/16\n      }\n    }\n  }\n}\n",
        "resolv.conf": "nameserver 10.60.0.53\nnameserver 192.0.2.53\n",
      },
      // The tunnel's hosts, and a daemon that has nothing to do with it.
      { ...wireguard("10.44.0.N"), "site.yml": "- hosts: edge\n  tasks:\n    - systemd: name=libvirtd state=restarted\n" },
      // A reload keeps what is there.
      with_(mesh(""), "RESTARTED", "reloaded"),
    ],
  },
  check({ path, workspace, report }) {
    for (const { play, hosts, total, sizes, assumed, disruptions } of disruptivePlays(workspace, path)) {
      if (hosts === undefined || branchesOf(workspace).length === 0) continue;
      if (isUnknown(sizes)) continue;
      const largest = Math.max(...sizes);
      // In steps, each with its own way to stop, only a step is out of reach at a time.
      if (largest < total && !(largest >= MANY && largest * 2 > total)) continue;
      const cuts = cutsOf(workspace, hosts, disruptions);
      if (cuts.length === 0) continue;
      const by = cuts[0]!.disruption;
      const place: Location = by.location.path === path ? by.location : play.hostsLocation;
      const cutOff = new Set(cuts.flatMap((cut) => cut.hosts.map(({ name }) => name)));
      report({
        location: place,
        key: play.name,
        confidence: assumed === undefined ? "likely" : "possible",
        ...((assumed !== undefined || !cuts.some(({ isOverlay }) => isOverlay)) && { severity: "info" as const }),
        message: `This play ${spokenDisruptions(disruptions)} on ${largest === total ? `all ${total}` : `${largest} of ${total}`} hosts at once, and cuts the branch that it sits on: ${spokenCuts(cuts)}. If it fails, ${consequence(cuts)}. Keep a way beside it, or take the hosts in batches and check the way behind each.`,
        data: {
          hosts: cutOff.size,
          purposes: [...new Set(cuts.map(({ purpose }) => purpose))],
          paths: cuts.map(({ purpose, target, carrier, hosts: some }) => ({ purpose, target: target ?? null, over: carrier, hosts: some.length })),
        },
        related: cuts.slice(0, 4).flatMap(({ location, over, purpose, target, carrier }) => [
          { location, message: `${NAMES[purpose]}${target === undefined ? "" : ` ${target}`}.` },
          { location: over, message: `It goes over ${carrier}.` },
        ]),
      });
    }
  },
});

const NAMES: Record<Purpose, string> = {
  management: "Ansible's own way",
  logging: "The log server",
  packages: "The package repository",
  names: "The name server",
  control: "The configuration management's server",
};
const SPOKEN: Record<Purpose, (target: string | undefined) => string> = {
  management: (target) => (target === undefined ? "Ansible reaches" : `Ansible reaches, through ${target},`),
  logging: (target) => `logs go to ${target ?? ""} from`,
  packages: (target) => `packages come from ${target ?? ""} to`,
  names: (target) => `${target ?? ""} answers names for`,
  control: (target) => `${target ?? ""} manages`,
};

function spokenCuts(cuts: readonly Cut[]): string {
  const parts = cuts.slice(0, 3).map(({ purpose, target, hosts, carrier }) => `${SPOKEN[purpose](target)} ${someHosts(hosts)} over ${carrier}`);
  return parts.join("; ") + (cuts.length > 3 ? `; and ${cuts.length - 3} more` : "");
}

function someHosts(hosts: readonly Host[]): string {
  return hosts.length === 1 ? hosts[0]!.name : `${hosts.length} hosts`;
}

function consequence(cuts: readonly Cut[]): string {
  const purposes = new Set(cuts.map(({ purpose }) => purpose));
  const lost = [
    ...(purposes.has("management") || purposes.has("control") ? ["nobody can reach the hosts to mend them"] : []),
    ...(purposes.has("logging") ? ["the damage is not seen in the logs"] : []),
    ...(purposes.has("packages") || purposes.has("names") ? ["nothing can be fetched to mend it"] : []),
  ];
  return lost.length > 1 ? `${lost.slice(0, -1).join(", ")} and ${lost.at(-1)!}` : lost[0]!;
}
