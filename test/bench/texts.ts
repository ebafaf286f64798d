/** Files of any size, as firewalls and fleets have them. */
export type Texts = Map<string, string>;

const address = (i: number): string => `10.${(i >> 16) % 256}.${(i >> 8) % 256}.${i % 256}`;

/** An nft file of one base chain with `rules` rules, one in fifty with a set, since the kernel takes long over sets. */
export function nftables(rules: number): Texts {
  const rule = (i: number): string => `    iifname "eth${i % 7}" ip saddr ${address(i)} tcp dport ${i % 50 === 0 ? `{ 22, ${(i % 60_000) + 1} }` : (i % 60_000) + 1} ct state new counter accept`;
  const lines = Array.from({ length: rules }, (_, i) => rule(i)).join("\n");
  return new Map([["nftables.conf", `table inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    ct state established,related accept\n${lines}\n  }\n}\n`]]);
}

/** An iptables-save dump with `rules` rules, a tenth of them in chains of their own. */
export function iptables(rules: number): Texts {
  const chains = Math.ceil(rules / 100);
  const declared = Array.from({ length: chains }, (_, i) => `:svc-${i} - [0:0]`).join("\n");
  const rule = (i: number): string => (i % 10 === 0 ? `-A INPUT -p tcp -m tcp --dport ${(i % 60_000) + 1} -j svc-${i % chains}` : `-A svc-${i % chains} -s ${address(i)}/32 -p tcp -m multiport --dports 80,443,${(i % 60_000) + 1} -m comment --comment "rule ${i}" -j ACCEPT`);
  const lines = Array.from({ length: rules }, (_, i) => rule(i)).join("\n");
  return new Map([["rules.v4", `*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n${declared}\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n${lines}\nCOMMIT\n`]]);
}

/** `files` sysctl.d files, each of another host. */
export function sysctl(files: number): Texts {
  return new Map(Array.from({ length: files }, (_, i) => [`hosts/node${i}/etc/sysctl.d/60-net.conf`, `# ${i}\nnet.ipv4.ip_forward = 1\nnet.netfilter.nf_conntrack_max = ${262_144 + i}\nnet.core.somaxconn = 4096\nvm.swappiness = 10\n`]));
}

/** `files` ceph.conf files, each of another host. */
export function cephConf(files: number): Texts {
  return new Map(Array.from({ length: files }, (_, i) => [`hosts/node${i}/etc/ceph/ceph.conf`, `[global]\npublic network = 192.0.2.0/24\ncluster network = 198.51.100.0/24\nosd pool default size = 3\nosd pool default min size = 2\n\n[osd]\nosd memory target = ${4_294_967_296 + i}\nosd max backfills = 1\n`]));
}

/** A fleet of `hosts` hosts that get a firewall, sysctls and the daemons of a cluster by Ansible. */
export function fleet(hosts: number): Texts {
  const names = Array.from({ length: hosts }, (_, i) => `node${i} ansible_host=${address(i)} rack=r${i % 20}`).join("\n");
  const variables = Array.from({ length: Math.ceil(hosts / 10) }, (_, i): [string, string] => [`inventory/host_vars/node${i * 10}.yml`, `bond_slaves: [eth0, eth1]\nmtu: ${i % 2 === 0 ? 9000 : 1500}\n`]);
  return new Map<string, string>([
    ["inventory/hosts", `[storage]\n${names}\n\n[all:vars]\nansible_user=root\n`],
    ["inventory/group_vars/storage.yml", "kernel: 4.19.0\nconntrack_max: 262144\n"],
    ...variables,
    ["site.yml", "- hosts: storage\n  serial: 10%\n  roles:\n    - firewall\n    - ceph\n"],
    ["roles/firewall/tasks/main.yml", "- name: Install the rules\n  ansible.builtin.template:\n    src: nftables.conf.j2\n    dest: /etc/nftables.conf\n  notify: Load the rules\n- name: Size the table of connections\n  ansible.posix.sysctl:\n    name: net.netfilter.nf_conntrack_max\n    value: \"{{ conntrack_max }}\"\n"],
    ["roles/firewall/handlers/main.yml", "- name: Load the rules\n  ansible.builtin.service:\n    name: nftables\n    state: reloaded\n"],
    ["roles/firewall/templates/nftables.conf.j2", "flush ruleset\ntable inet filter {\n  chain input {\n    type filter hook input priority 0; policy drop;\n    ct state established,related accept\n{% for host in groups['storage'] %}\n    ip saddr {{ hostvars[host].ansible_host }} tcp dport 6800-7300 accept\n{% endfor %}\n    tcp dport 22 accept\n  }\n}\n"],
    ["roles/ceph/tasks/main.yml", "- name: Install the settings\n  ansible.builtin.template:\n    src: ceph.conf.j2\n    dest: /etc/ceph/ceph.conf\n- name: Start the daemons\n  ansible.builtin.service:\n    name: ceph-osd.target\n    state: started\n"],
    ["roles/ceph/templates/ceph.conf.j2", "[global]\npublic network = 192.0.2.0/24\nosd pool default size = 3\nosd pool default min size = 2\n"],
  ]);
}

/** The same with another limit in the group's variables, so that a review has all hosts to think of. */
export function changed(texts: Texts): Texts {
  return new Map([...texts].map(([path, text]) => [path, text.replace("conntrack_max: 262144", "conntrack_max: 524288").replace("mtu: 9000", "mtu: 8900")]));
}
