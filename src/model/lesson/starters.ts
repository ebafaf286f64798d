import type { ElementName } from "../../formats/lesson/index.ts";

/** How a lesson about an element may begin: a condition, a message and examples that behave. */
const BODIES: { readonly [E in ElementName]: string } = {
  "firewall-rule": `when: rule.verdict == "accept" && covers(rule.destinationPorts, 6789) && rule.sources.exists(s, s == "0.0.0.0/0")
message: "Rule {rule.position} of chain {rule.chain} accepts port 6789 from anywhere. Name the networks of the cluster."
examples:
  bad:
    - |
      table inet filter {
        chain input {
          type filter hook input priority 0; policy drop;
          ⟦tcp dport 6789 accept⟧
        }
      }
  good:
    - |
      table inet filter {
        chain input {
          type filter hook input priority 0; policy drop;
          ip saddr 192.0.2.0/24 tcp dport 6789 accept
        }
      }
`,
  "sysctl-entry": `when: sysctl.key == "net.core.somaxconn" && sysctl.number < 4096
message: "Only {sysctl.number} connections may wait to be accepted. Set 4096."
fix:
  replace: "4096"
  safety: unsafe
  why: A longer queue takes more memory.
examples:
  bad:
    - ⟦net.core.somaxconn = 128⟧
  good:
    - net.core.somaxconn = 4096
`,
  "ceph-option": `when: option.name == "osd_max_backfills" && option.number > 4.0
at: value
message: "{option.name} is {option.value}: recovery takes the disks from clients. Set 1 to 4."
fix:
  replace: "1"
  safety: unsafe
  why: Recovery takes longer.
examples:
  bad:
    - |
      [osd]
      osd max backfills = ⟦16⟧
  good:
    - |
      [osd]
      osd max backfills = 1
`,
  host: `when: '"ceph_mon" in host.groups && "ceph_osd" in host.groups'
message: "{host.name} is a monitor and stores data: one failure takes both. Move the monitor."
examples:
  bad:
    - |
      [ceph_mon]
      ⟦node1⟧
      [ceph_osd]
      node1
      node2
  good:
    - |
      [ceph_mon]
      mon1
      [ceph_osd]
      node1
`,
  network: `when: has(network.vlan) && network.vlan == 1
message: "{network.prefix} is in VLAN 1, where every unconfigured port is. Give it a VLAN of its own."
examples:
  bad:
    - |
      networks:
        - name: storage
          prefix: 192.0.2.0/24
          vlan: 1
  good:
    - |
      networks:
        - name: storage
          prefix: 192.0.2.0/24
          vlan: 12
`,
  interface: `when: interface.kind == "bond" && has(interface.mtu) && interface.mtu < 9000
message: "{interface.name} has an MTU of {interface.mtu} bytes, and the storage network 9000. Set 9000."
examples:
  bad:
    - |
      network:
        version: 2
        bonds:
          bond0:
            interfaces: [eno1, eno2]
            mtu: 1500
  good:
    - |
      network:
        version: 2
        bonds:
          bond0:
            interfaces: [eno1, eno2]
            mtu: 9000
`,
  "wireguard-peer": `when: size(peer.taken) > 0
at: allowed
message: "{peer.taken} is also of peer {peer.takenBy}, which gets it. Give each peer networks of its own."
examples:
  bad:
    - |
      [Interface]
      Address = 192.0.2.1/24
      [Peer]
      AllowedIPs = ⟦192.0.2.2/32⟧
      [Peer]
      AllowedIPs = 192.0.2.2/32
  good:
    - |
      [Interface]
      Address = 192.0.2.1/24
      [Peer]
      AllowedIPs = 192.0.2.2/32
      [Peer]
      AllowedIPs = 192.0.2.3/32
`,
  variable: `when: variable.name == "ntp_servers" && variable.isList && size(variable.texts) < 4
message: "{variable.name} names {size(variable.texts)} servers: one that is wrong is not outvoted. Name four."
examples:
  bad:
    - |
      ntp_servers: ⟦[192.0.2.1, 192.0.2.2]⟧
  good:
    - |
      ntp_servers: [192.0.2.1, 192.0.2.2, 198.51.100.1, 198.51.100.2]
`,
  resource: `when: resource.kind == "Deployment" && has(resource.spec.replicas) && resource.spec.replicas == 1
message: "{resource.name} has one replica: a drained node takes it away. Set two."
examples:
  bad:
    - |
      apiVersion: apps/v1
      ⟦kind: Deployment⟧
      metadata:
        name: api
      spec:
        replicas: 1
  good:
    - |
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: api
      spec:
        replicas: 2
`,
  play: `when: play.tasks.exists(t, t.module == "reboot") && !has(play.keywords.serial)
message: "The play {play.name} reboots {size(play.hosts)} hosts at once. Set serial: 1."
examples:
  bad:
    - site.yml: |
        - ⟦name: Reboot⟧
          hosts: all
          tasks:
            - ansible.builtin.reboot:
      inventory/hosts.ini: |
        node1
        node2
  good:
    - site.yml: |
        - name: Reboot
          hosts: all
          serial: 1
          tasks:
            - ansible.builtin.reboot:
      inventory/hosts.ini: |
        node1
        node2
`,
  task: `when: task.command.contains("ceph osd purge") && !task.isConditional
message: "This purges an OSD without asking whether it is safe. Ask ceph osd safe-to-destroy in a when."
examples:
  bad:
    - |
      - name: Clean up
        hosts: mon1
        tasks:
          - ⟦name: Purge⟧
            ansible.builtin.command: ceph osd purge 3 --yes-i-really-mean-it
  good:
    - |
      - name: Clean up
        hosts: mon1
        tasks:
          - name: Purge
            ansible.builtin.command: ceph osd purge 3 --yes-i-really-mean-it
            when: safe.rc == 0
`,
  change: `when: change.before.rules.exists(r, r.isLimited) && change.after.exists && !change.after.rules.exists(r, r.isLimited)
message: "{change.path} loses its last rate limit. Keep one on what anybody can reach."
examples:
  bad:
    - before: |
        table inet filter {
          chain input {
            type filter hook input priority 0; policy drop;
            tcp dport 22 limit rate 10/minute accept
          }
        }
      after: |
        table inet filter {
          chain input {
            type filter hook input priority 0; policy drop;
            ⟦tcp dport 22 accept⟧
          }
        }
  good:
    - before: |
        table inet filter {
          chain input {
            type filter hook input priority 0; policy drop;
            tcp dport 22 accept
          }
        }
      after: |
        table inet filter {
          chain input {
            type filter hook input priority 0; policy drop;
            tcp dport 22 limit rate 10/minute accept
          }
        }
`,
};

/** A lesson to begin with: the text of its file, which runs as it is. */
export function starter(id: string, reads: ElementName): string {
  return `# See premortem lesson schema ${reads} for what the condition can read, and run premortem lesson test.
id: ${id}
incident:
  organisation: Example
  date: 2024-03-01
  title: What the post-mortem is called
  link: https://example.net/post-mortem
  source: post-mortem
what: One sentence that says what is wrong.
why: What happened, and why it happens again.
instead: What to do instead.
reads: ${reads}
severity: warning
${BODIES[reads]}`;
}
