import type { Texts } from "./texts.ts";

/** What a large fleet is made of. */
export interface Size {
  readonly hosts: number;
  readonly groups: number;
  /** Files of `group_vars` and `host_vars` together. */
  readonly variableFiles: number;
}

/** The fleet that the bounds are for. */
export const LARGE: Size = { hosts: 10_000, groups: 500, variableFiles: 5_000 };
/** A group of some hundred hosts, and its file. */
export const GROUP_FILE = "inventory/group_vars/rack007.yml";

/** Roles that every host gets; the rest are of the services that a group of hosts is for. */
const COMMON = ["base", "network", "sysctl", "firewall", "monitoring", "ssh", "chrony", "logging"];
const SERVICES = ["ceph", "kvm", "web", "database", "queue", "cache", "router", "registry", "mail", "dns", "proxy", "search"];

/**
 * A fleet as an Ansible repository has it: sites over racks over hosts, services across them, variables of groups and hosts,
 * plays of roles with templates and handlers.
 */
export function largeFleet({ hosts, groups, variableFiles }: Size = LARGE): Texts {
  const racks = Math.max(1, groups - SERVICES.length - 10);
  const rackOf = (i: number): number => i % racks;
  const name = (i: number): string => `node${String(i).padStart(6, "0")}.example.net`;
  const texts: Texts = new Map([
    ["ansible.cfg", "[defaults]\ninventory = inventory\nroles_path = roles\n"],
    ["premortem.yaml", "groups:\n  hypervisor: [kvm]\n  storage: [ceph]\n"],
    ["inventory/hosts", inventory(hosts, racks, name, rackOf)],
    ["site.yml", COMMON_PLAY + SERVICES.map(servicePlay).join("")],
    ["inventory/group_vars/all.yml", ALL],
  ]);
  for (const role of [...COMMON, ...SERVICES]) for (const [path, text] of roleFiles(role)) texts.set(path, text);
  for (const service of SERVICES) texts.set(`inventory/group_vars/${service}.yml`, serviceVariables(service));
  for (let i = 0; i < racks; i++) texts.set(`inventory/group_vars/rack${String(i).padStart(3, "0")}.yml`, rackVariables(i));
  const own = variableFiles - SERVICES.length - racks - 1;
  for (let i = 0; i < own; i++) {
    const host = Math.floor((i * hosts) / own);
    texts.set(`inventory/host_vars/${name(host)}.yml`, hostVariables(host));
  }
  return texts;
}

/** The same with another value in one group's file. */
export function withGroupEdit(texts: Texts): Texts {
  return new Map(texts).set(GROUP_FILE, texts.get(GROUP_FILE)!.replace("- 198.51.100.7", "- 198.51.100.9"));
}

function inventory(hosts: number, racks: number, name: (i: number) => string, rackOf: (i: number) => number): string {
  const lines: string[] = [];
  const members = new Map<string, number[]>();
  for (let i = 0; i < hosts; i++) {
    for (const group of [`rack${String(rackOf(i)).padStart(3, "0")}`, SERVICES[i % SERVICES.length]!]) {
      const list = members.get(group);
      if (list === undefined) members.set(group, [i]);
      else list.push(i);
    }
  }
  for (const [group, list] of members) {
    lines.push(`[${group}]`);
    for (const i of list) lines.push(group.startsWith("rack") ? `${name(i)} ansible_host=${address(i)} asset=${1000 + i}` : name(i));
    lines.push("");
  }
  for (let site = 0; site < 10; site++) {
    lines.push(`[site${site}:children]`);
    for (let rack = site; rack < racks; rack += 10) lines.push(`rack${String(rack).padStart(3, "0")}`);
    lines.push("");
  }
  return lines.join("\n");
}

const address = (i: number): string => `10.${(i >> 16) % 256}.${(i >> 8) % 256}.${i % 256}`;

const ALL = `domain: example.net
ntp_servers: [192.0.2.123, 198.51.100.123]
resolvers: [192.0.2.53, 198.51.100.53]
admin_networks: [192.0.2.0/24]
kernel: 5.10.0
ssh_port: 22
log_host: "log.{{ domain }}"
monitoring_host: "metrics.{{ domain }}"
hostname_long: "{{ inventory_hostname }}"
conntrack_max: 262144
net_core_somaxconn: 4096
mtu: 1500
packages: [chrony, rsyslog, nftables]
`;

function serviceVariables(service: string): string {
  return `${service}_port: ${8000 + service.length * 10}\n${service}_user: ${service}\n${service}_workers: 8\n${service}_listen: "{{ ansible_host }}:{{ ${service}_port }}"\n${service}_clients:\n  - 192.0.2.0/24\n  - 198.51.100.0/24\nopen_ports: [22, ${8000 + service.length * 10}]\nmemory_mb: 65536\n`;
}

function rackVariables(rack: number): string {
  return `rack: ${rack}\nrack_switch: switch${rack}.example.net\nrack_gateway: 198.51.100.1\nrack_vlan: ${100 + (rack % 3000)}\nrack_routes:\n  - 198.51.100.7\n  - 198.51.100.8\nmtu: ${rack % 3 === 0 ? 9000 : 1500}\n`;
}

function hostVariables(host: number): string {
  return `serial_number: "SN${host}"\nbond_slaves: [eth0, eth1]\ninterfaces:\n  - name: eth0\n    address: ${address(host)}\n  - name: eth1\n    address: 198.51.100.${host % 250}\nbmc_address: 192.0.2.${host % 250}\ncontact: ops@example.net\n`;
}

const COMMON_PLAY = `- name: Everything
  hosts: all
  serial: 10%
  roles:
${COMMON.map((role) => `    - ${role}`).join("\n")}
`;

function servicePlay(service: string): string {
  return `- name: ${service}\n  hosts: ${service}\n  serial: "20%"\n  max_fail_percentage: 5\n  roles:\n    - ${service}\n`;
}

/** What each role's template reads; the edited variable is read by the network's. */
const READS: Readonly<Record<string, string>> = {
  network: "{% for route in rack_routes | default([]) %}\nup ip route add {{ route }} via {{ rack_gateway }}\n{% endfor %}\nmtu {{ mtu }}\n{% for interface in interfaces | default([]) %}\nauto {{ interface.name }}\n{% endfor %}\n",
  chrony: "{% for server in ntp_servers %}\nserver {{ server }} iburst\n{% endfor %}\n",
  logging: "*.* @{{ log_host }}\n",
  monitoring: "server={{ monitoring_host }}\nname={{ hostname_long }}\n",
  ssh: "Port {{ ssh_port }}\n",
};

function roleFiles(role: string): [string, string][] {
  const folder = `roles/${role}`;
  const destination = role === "firewall" ? "/etc/nftables.conf" : role === "network" ? "/etc/network/interfaces" : `/etc/${role}/${role}.conf`;
  const unit = role === "network" ? "networking" : role === "firewall" ? "nftables" : role === "kvm" ? "libvirtd" : role;
  const template = role === "firewall" ? FIREWALL : (READS[role] ?? `listen {{ ${role}_listen | default('') }}\nworkers {{ ${role}_workers | default(1) }}\n`);
  const tasks = [
    `- name: Install ${role}\n  ansible.builtin.package:\n    name: "{{ ${role}_packages }}"\n    state: present\n`,
    `- name: Configure ${role}\n  ansible.builtin.template:\n    src: ${role}.conf.j2\n    dest: ${destination}\n    mode: "0644"\n  notify: Restart ${role}\n`,
    `- name: Configure ${role} for large racks\n  ansible.builtin.template:\n    src: extra.conf.j2\n    dest: "/etc/${role}.d/{{ rack }}.conf"\n  when: mtu == 9000\n  notify: Restart ${role}\n`,
    `- name: Start ${role}\n  ansible.builtin.service:\n    name: ${unit}\n    state: started\n    enabled: true\n`,
    ...(role === "sysctl" ? [`- name: Size the table of connections\n  ansible.posix.sysctl:\n    name: net.netfilter.nf_conntrack_max\n    value: "{{ conntrack_max }}"\n- name: Backlog\n  ansible.posix.sysctl:\n    name: net.core.somaxconn\n    value: "{{ net_core_somaxconn }}"\n`] : []),
  ];
  return [
    [`${folder}/tasks/main.yml`, tasks.join("")],
    [`${folder}/handlers/main.yml`, `- name: Restart ${role}\n  ansible.builtin.service:\n    name: ${unit}\n    state: restarted\n`],
    [`${folder}/defaults/main.yml`, `${role}_packages: [${role}]\n${role}_extra: "{{ domain }}"\n`],
    [`${folder}/templates/${role}.conf.j2`, template],
    [`${folder}/templates/extra.conf.j2`, `gateway {{ rack_gateway }}\nextra {{ ${role}_extra }}\n`],
  ];
}

const FIREWALL = `flush ruleset
table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    ct state established,related accept
    iif lo accept
    ip protocol icmp accept
    meta l4proto ipv6-icmp accept
{% for network in admin_networks %}
    ip saddr {{ network }} tcp dport {{ ssh_port }} accept
{% endfor %}
{% for port in open_ports | default([]) %}
    tcp dport {{ port }} accept
{% endfor %}
  }
}
`;
