import type { Figure } from "../../../../src/report/html/figure.ts";
import type { Texts } from "../../../support/reviewed.ts";

/** A change that is made for one thing to look at. */
export interface Case {
  readonly before: Texts;
  readonly after: Texts;
  readonly kinds: readonly Figure["kind"][];
}

/** Names as somebody writes them who wants to break the page. */
export const HOSTILE = `<script>alert(1)</script>"'&<svg onload=x>\u202Ecod.exe`;

const chain = (rules: readonly string[]): string => `flush ruleset\ntable inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    iif lo accept\n    ct state established,related accept\n${rules.map((rule) => `    ${rule}\n`).join("")}  }\n}\n`;
const zone = (interfaces: string, port: number): string => `<?xml version="1.0" encoding="utf-8"?>\n<zone target="DROP">\n  <short>Public</short>\n  ${interfaces}\n  <port port="22" protocol="tcp"/>\n  <port port="${port}" protocol="tcp"/>\n</zone>\n`;
const sources = (count: number, port: number): string[] => Array.from({ length: count }, (_, index) => `ip saddr 10.${index}.${(index * 7) % 256}.0/24 tcp dport ${port + index * 3} accept`);

/** Hosts in groups, a value that all inherit, and a service that restarts by it. */
export function fleet(groups: { readonly [name: string]: number }, value: string, { play = "", configuration = "", more = {} }: { readonly play?: string; readonly configuration?: string; readonly more?: Texts } = {}): Texts {
  const lists = Object.entries(groups).map(([name, hosts]) => `[${name}]\n${Array.from({ length: hosts }, (_, index) => `${name.replace(/_/g, "-")}${index + 1}.site.example.net`).join("\n")}\n`);
  return {
    "hosts.ini": lists.join("\n"),
    "group_vars/all.yml": `value: ${value}\n`,
    "site.yml": `- name: Everything\n  hosts: all\n${play}  tasks:\n    - name: Interfaces\n      ansible.builtin.template:\n        src: interfaces.j2\n        dest: /etc/network/interfaces\n      notify: Restart the network\n  handlers:\n    - name: Restart the network\n      ansible.builtin.service:\n        name: networking\n        state: restarted\n`,
    "templates/interfaces.j2": "# {{ value }}\n",
    ...(configuration === "" ? {} : { "premortem.yaml": configuration }),
    ...more,
  };
}

const change = (groups: { readonly [name: string]: number }, options: Parameters<typeof fleet>[2] = {}): Pick<Case, "before" | "after"> => ({ before: fleet(groups, "one", options), after: fleet(groups, "two", options) });
const guests = (count: number, gib: number): string => `guests:\n${Array.from({ length: count }, (_, index) => `  - name: guest${index}\n    memory_gib: ${gib}\n`).join("")}`;
const CLUSTER = "groups:\n  hypervisor: [kvm]\nvariables:\n  virtualMachines: guests\n  memory: ram\nmigration:\n  bandwidth: 1 Gbit/s\nmaintenance:\n  window: 30 min\n";
const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`group_${String(index).padStart(2, "0")}_with_a_name_that_goes_on_and_on`, 1 + (index % 9)]));

/** Changes that each picture is tried on. */
export const cases: { readonly [name: string]: Case } = {
  "many flows": { before: { "nftables.conf": chain(sources(40, 2000)) }, after: { "nftables.conf": chain([...sources(20, 2000), ...sources(30, 9000)]) }, kinds: ["flows"] },
  "flows of nftables": {
    before: { "nftables.conf": chain(["ip saddr 10.20.0.0/22 tcp dport { 3300, 6789, 6800-7300 } accept", "ip saddr 192.0.2.0/24 tcp dport 22 accept", 'iifname "wan0" udp dport { 500, 4500 } accept', "ip saddr { 203.0.113.5, 203.0.113.77, 198.51.100.3, 198.51.100.200, 192.0.2.99 } tcp dport 9100 accept"]) },
    after: { "nftables.conf": chain(["ip saddr 10.20.0.0/22 tcp dport { 3300, 6789 } accept", "tcp dport 22 accept", "ip saddr 192.0.2.0/24 tcp dport { 8000, 8080 } accept", 'iifname "wan0" tcp dport { 80, 443 } accept']) },
    kinds: ["flows"],
  },
  "flows of iptables": {
    before: { "rules.v4": "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\n-A FORWARD -i lan0 -o wan0 -j ACCEPT\nCOMMIT\n" },
    after: { "rules.v4": "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -s 192.0.2.0/24 -p tcp --dport 22 -j ACCEPT\n-A INPUT -p udp --dport 51820 -j ACCEPT\n-A FORWARD -i lan0 -o wan0 -p tcp -j ACCEPT\nCOMMIT\n" },
    kinds: ["flows"],
  },
  "flows of firewalld": { before: { "etc/firewalld/zones/public.xml": zone('<interface name="wan0"/>', 443) }, after: { "etc/firewalld/zones/public.xml": zone('<interface name="wan0"/>', 8443) }, kinds: ["flows"] },
  "flows of a zone whose interfaces are not told": { before: { "etc/firewalld/zones/public.xml": zone("", 443) }, after: { "etc/firewalld/zones/public.xml": zone("", 8443) }, kinds: ["flows"] },
  "flows that a template decides": { before: { "nftables.conf.j2": chain(["tcp dport 443 accept"]) }, after: { "nftables.conf.j2": chain(["tcp dport 443 accept", "tcp dport { {{ ports | join(', ') }} } accept"]) }, kinds: ["flows"] },
  "flows in ten files": {
    before: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`hosts/h${index}/etc/nftables.conf`, chain([`tcp dport ${100 + index} accept`])])),
    after: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`hosts/h${index}/etc/nftables.conf`, chain([`tcp dport ${200 + index} accept`])])),
    kinds: ["flows", "reach"],
  },
  "forty groups": { ...change(many), kinds: ["reach", "rollout"] },
  "a thousand hosts in growing batches": { ...change({ web: 900, db: 100 }, { play: '  serial: [1, 5, "10%"]\n  max_fail_percentage: 20\n' }), kinds: ["reach", "rollout"] },
  "a thousand hosts one by one": { ...change({ web: 1000 }, { play: "  serial: 1\n" }), kinds: ["reach", "rollout"] },
  "batches that a template decides": { ...change({ web: 20 }, { play: '  serial: "{{ batch }}"\n' }), kinds: ["reach", "rollout"] },
  "hypervisors with room": { ...change({ kvm: 6 }, { configuration: CLUSTER, more: { "group_vars/kvm.yml": `${guests(4, 16)}ram: 128 GiB\n` } }), kinds: ["reach", "maintenance", "rollout"] },
  "sixty hypervisors": { ...change({ kvm: 60 }, { configuration: CLUSTER, more: { "group_vars/kvm.yml": `${guests(6, 16)}ram: 112 GiB\n` } }), kinds: ["reach", "maintenance", "rollout"] },
  "hypervisors without a known memory": { ...change({ kvm: 6 }, { configuration: CLUSTER.replace("  memory: ram\n", ""), more: { "group_vars/kvm.yml": guests(4, 16) } }), kinds: ["reach", "maintenance", "rollout"] },
  "hypervisors of which nothing is known": { ...change({ kvm: 6 }, { configuration: "groups:\n  hypervisor: [kvm]\n" }), kinds: ["reach", "maintenance", "rollout"] },
  "a limit that goes down": { before: { "etc/sysctl.d/60-net.conf": "net.netfilter.nf_conntrack_max = 2000000\n" }, after: { "etc/sysctl.d/60-net.conf": "net.netfilter.nf_conntrack_max = 4096\n" }, kinds: ["demand"] },
  "hostile names": {
    before: { [`${HOSTILE}/nftables.conf`]: chain(["tcp dport 1 accept"]), ...fleet({ web: 4 }, "one"), "group_vars/web.yml": "x: 1\n" },
    after: {
      [`${HOSTILE}/nftables.conf`]: chain([`iifname "<b>&wan0" tcp dport 2 accept`]),
      ...fleet({ web: 4 }, "two"),
      "group_vars/web.yml": "x: 1\n",
      "more.yml": `- name: ${JSON.stringify(HOSTILE)}\n  hosts: web\n  serial: 2\n  tasks:\n    - ansible.builtin.service: {name: ${JSON.stringify(HOSTILE)}, state: restarted}\n    - ansible.builtin.service: {name: networking, state: restarted}\n`,
    },
    kinds: ["flows", "reach", "rollout"],
  },
};
