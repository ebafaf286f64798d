import { listNames } from "../../model/fleet/change/words.ts";
import { removedHosts } from "../../model/network/dangling/hosts.ts";
import { removedInterfaces } from "../../model/network/dangling/interfaces.ts";
import { removedNetworks } from "../../model/network/dangling/networks.ts";
import type { Dangling } from "../../model/network/dangling/place.ts";
import { undefinedReferences } from "../../model/network/dangling/undefined.ts";
import { removedVariables } from "../../model/network/dangling/variables.ts";
import type { Report } from "../../engine/rule.ts";
import { rule } from "../rule.ts";

/** So many further places are shown beside the first. */
const SHOWN = 9;
const HOSTS = "[gateways]\ngw01.example.net\ngw02.example.net\ngw03.example.net\n";
const TUNNELS = (mark: (name: string) => string): string => `tunnel_networks:
  - ipv4: 10.9.0.0/31
    peers:
      - gw01
      - gw02
  - ipv4: 10.9.0.2/31
    peers:
      - ${mark("gw03")}
      - gw01
  - ipv4: 10.9.0.4/31
    peers:
      - gw02
      - gw03
`;
const plain = (name: string): string => name;
const INTERFACES = "auto eno1\niface eno1 inet static\n    address 192.0.2.5/24\n";
const BRIDGE = (port: string): string => `auto br0\niface br0 inet static\n    address 10.1.0.1/24\n    bridge_ports ${port}\n`;

export default rule({
  what: "A host, network, interface or variable is gone, and something still refers to it.",
  why: "Ansible stops at a template that asks for a missing host or variable, with some hosts done and others not. Tunnels to a host that is gone stay configured and never come up, a bridge without its port carries nothing, and netplan refuses the whole file.",
  instead: "Remove the references together with the thing, or keep it until they are gone.",
  lessons: ["2017-network-added"],
  reads: ["network"],
  severity: "error",
  fix: "none",
  lifecycle: "stable",
  sources: ["Ansible: Special variables, hostvars and groups", "netplan(5)", "interfaces(5), bridge_ports", "nft(8), iifname"],
  data: { places: "places that refer to it", name: "what is gone", kind: "host, group, variable, interface or network" },
  examples: {
    bad: [
      { "hosts.ini": "kvm01 ports=eno1,eno2\nkvm02 ports=eno1,eno3\n", "site.yml": "- hosts: all\n  tasks:\n    - template: src=net.yaml.j2 dest=/etc/netplan/10.yaml\n", "templates/net.yaml.j2": "network:\n  version: 2\n  ethernets:\n{% for port in ports.split(',') %}\n    {{ port }}: {}\n{% endfor %}\n  bridges:\n    br0:\n      interfaces: [eno1, ⟦eno2⟧]\n" },
      {
        before: { "hosts.ini": HOSTS, "group_vars/all.yml": TUNNELS(plain) },
        after: { "hosts.ini": HOSTS.replace("gw03.example.net\n", ""), "group_vars/all.yml": TUNNELS((name) => `⟦${name}⟧`) },
      },
      {
        before: { "hosts.ini": HOSTS, "templates/peer.conf.j2": "peer {{ hostvars['gw03.example.net'].tunnel_address }};\n" },
        after: { "hosts.ini": HOSTS.replace("gw03.example.net\n", ""), "templates/peer.conf.j2": "peer {{ ⟦hostvars['gw03.example.net']⟧.tunnel_address }};\n" },
      },
      {
        before: { "hosts.ini": `${HOSTS}[relays]\nrelay01.example.net\n`, "templates/relays.j2": "{% for host in groups['relays'] %}\nrelay {{ host }}\n{% endfor %}\n" },
        after: { "hosts.ini": HOSTS, "templates/relays.j2": "{% for host in ⟦groups['relays']⟧ %}\nrelay {{ host }}\n{% endfor %}\n" },
      },
      {
        before: { "hosts.ini": HOSTS, "group_vars/gateways.yml": "tunnel_mtu: 1400\ntunnel_key: 7\n", "site.yml": "- hosts: gateways\n  tasks:\n    - template: src=gre.j2 dest=/etc/network/interfaces.d/gre\n", "templates/gre.j2": "iface gre1 inet tunnel\n    mode gre\n    mtu {{ tunnel_mtu }}\n" },
        after: { "hosts.ini": HOSTS, "group_vars/gateways.yml": "tunnel_key: 7\n", "site.yml": "- hosts: gateways\n  tasks:\n    - template: src=gre.j2 dest=/etc/network/interfaces.d/gre\n", "templates/gre.j2": "iface gre1 inet tunnel\n    mode gre\n    mtu {{ ⟦tunnel_mtu⟧ }}\n" },
      },
      {
        before: { "hosts.ini": `${HOSTS}[gateways:vars]\ntunnel_mtu=1400\n`, "site.yml": "- hosts: gateways\n  tasks:\n    - template: src=gre.j2 dest=/etc/network/interfaces.d/gre\n", "templates/gre.j2": "iface gre1 inet tunnel\n    mtu {{ tunnel_mtu }}\n" },
        after: { "hosts.ini": `${HOSTS}[gateways:vars]\ngre_mtu=1400\n`, "site.yml": "- hosts: gateways\n  tasks:\n    - template: src=gre.j2 dest=/etc/network/interfaces.d/gre\n", "templates/gre.j2": "iface gre1 inet tunnel\n    mtu {{ ⟦tunnel_mtu⟧ }}\n" },
      },
      // Its variables are gone, though the inventory still lists it.
      {
        before: { "hosts.ini": HOSTS, "group_vars/all.yml": TUNNELS(plain), "host_vars/gw03.example.net": "number: 3\n", "host_vars/gw01.example.net": "number: 1\n", "templates/wg.j2": "address 10.9.1.{{ number }}\n" },
        after: { "hosts.ini": HOSTS, "group_vars/all.yml": TUNNELS((name) => `⟦${name}⟧`), "host_vars/gw01.example.net": "number: 1\n", "templates/wg.j2": "address 10.9.1.{{ number }}\n" },
      },
      {
        before: { "etc/network/interfaces": `${INTERFACES}\nauto eno2\niface eno2 inet manual\n\n${BRIDGE("eno2")}` },
        after: { "etc/network/interfaces": `${INTERFACES}\n${BRIDGE("⟦eno2⟧")}` },
      },
      // netplan refuses what is not defined.
      { "etc/netplan/10-all.yaml": "network:\n  version: 2\n  ethernets:\n    eno1: {}\n    eno2: {}\n  bonds:\n    bond0:\n      interfaces: [eno1, ⟦en02⟧]\n" },
      { "etc/netplan/10-all.yaml": "network:\n  version: 2\n  ethernets:\n    eno1: {}\n  vlans:\n    servers: {id: 10, link: ⟦eno2⟧}\n" },
      { "hosts.ini": "[gateways]\ngw[01:06].example.net\n", "group_vars/all.yml": "tunnel_networks:\n  - {ipv4: 10.9.0.0/31, peers: [gw01, gw02]}\n  - {ipv4: 10.9.0.2/31, peers: [gw03, gw04]}\n  - {ipv4: 10.9.0.4/31, peers: [gw05, gw06]}\n  - {ipv4: 10.9.0.6/31, peers: [gw01, ⟦gw07⟧]}\n" },
    ],
    good: {
      before: { "hosts.ini": HOSTS, "group_vars/all.yml": TUNNELS(plain) },
      after: { "hosts.ini": HOSTS.replace("gw03.example.net\n", ""), "group_vars/all.yml": "tunnel_networks:\n  - ipv4: 10.9.0.0/31\n    peers:\n      - gw01\n      - gw02\n" },
    },
    lookalike: [
      { "hosts.ini": "kvm01 ports=eno1,eno2\n", "site.yml": "- hosts: all\n  tasks:\n    - template: src=net.yaml.j2 dest=/etc/netplan/10.yaml\n", "templates/net.yaml.j2": "network:\n  version: 2\n  ethernets:\n{% for port in ports.split(',') %}\n    {{ port }}: {}\n{% endfor %}\n  bridges:\n    br0:\n      interfaces: [eno1, eno2]\n" },
      // What is asked for first, or has a default, may be missing.
      {
        before: { "hosts.ini": `${HOSTS}[relays]\nrelay01.example.net\n`, "group_vars/all.yml": "relay_port: 7\n", "templates/relays.j2": "{% for host in groups['relays'] | default([]) %}\nrelay {{ host }} {{ relay_port | default(7) }}\n{% endfor %}\n" },
        after: { "hosts.ini": HOSTS, "group_vars/all.yml": "motd: hello\n", "templates/relays.j2": "{% for host in groups['relays'] | default([]) %}\nrelay {{ host }} {{ relay_port | default(7) }}\n{% endfor %}\n" },
      },
      // Moved to the role's defaults, and renamed with all that refers to it.
      {
        before: { "hosts.ini": HOSTS, "group_vars/gateways.yml": "tunnel_mtu: 1400\n", "roles/gre/tasks/main.yml": "- template: src=gre.j2 dest=/etc/network/interfaces.d/gre\n", "roles/gre/templates/gre.j2": "mtu {{ tunnel_mtu }}\n" },
        after: { "hosts.ini": HOSTS.replace("gw03", "gw04"), "roles/gre/defaults/main.yml": "tunnel_mtu: 1400\n", "roles/gre/tasks/main.yml": "- template: src=gre.j2 dest=/etc/network/interfaces.d/gre\n", "roles/gre/templates/gre.j2": "# gw03.example.net is gone\nmtu {{ tunnel_mtu }}\n" },
      },
      // The variable goes with the only host that had it.
      {
        before: { "hosts.ini": `${HOSTS}[relays]\nrelay01.example.net relay_port=7\n`, "site.yml": "- hosts: relays\n  tasks:\n    - template: src=relay.j2 dest=/etc/relay\n", "templates/relay.j2": "port {{ relay_port }}\n" },
        after: { "hosts.ini": `${HOSTS}[relays]\n`, "site.yml": "- hosts: relays\n  tasks:\n    - template: src=relay.j2 dest=/etc/relay\n", "templates/relay.j2": "port {{ relay_port }}\n" },
      },
      // A list of the hosts that are kept by hand from now on begins with the change that takes them out.
      {
        before: { "hosts.ini": HOSTS, "group_vars/all.yml": "motd: hello\n" },
        after: { "hosts.ini": HOSTS.replace("gw03.example.net\n", ""), "group_vars/all.yml": "motd: hello\nlegacy_gateways:\n  - gw03\n" },
      },
      // A word that a host was called by as well.
      {
        before: { "hosts.ini": "[services]\nolive.example.net\nmail.example.net\n", "group_vars/all.yml": "colour: olive\ntheme:\n  - olive\n  - teal\n" },
        after: { "hosts.ini": "[services]\nmail.example.net\n", "group_vars/all.yml": "colour: olive\ntheme:\n  - olive\n  - teal\n" },
      },
      { "etc/netplan/20-vlans.yaml": "network:\n  version: 2\n  vlans:\n    servers: {id: 10, link: eno1}\n" },
      { "etc/netplan/20-bridge.yaml": "network:\n  version: 2\n  bridges:\n    br0:\n      interfaces: [eno1]\n" },
    ],
  },
  check({ network, path, workspace, report }) {
    for (const one of undefinedReferences(workspace, network)) if (one.places[0]!.location.path === path) report(reportOf(one, false));
  },
  compare({ before, after, changed, report }) {
    const gone = [...removedHosts(before, after, changed), ...removedVariables(before, after, changed), ...removedInterfaces(before, after, changed), ...removedNetworks(before, after)];
    for (const one of gone) report(reportOf(one, true));
  },
});

function reportOf({ kind, name, places, was, lost }: Dangling, removed: boolean): Report {
  const [first, ...others] = places;
  const breaks = places.some((place) => place.breaks);
  const likely = kind === "variable" || kind === "network" || !removed || !breaks;
  return {
    location: first!.location,
    key: `${kind} ${name}`,
    ...(likely ? { severity: "warning" as const, confidence: "likely" as const } : {}),
    message: `${SUBJECT[kind](name)} ${removed ? goneText(was, lost) : MISSING[kind]}, and ${places.length === 1 ? "one place" : `${places.length} places`}${removed ? " still" : ""} ${places.length === 1 ? "refers" : "refer"} to it: ${kinds(places)}. ${!removed && kind === "interface" ? "netplan refuses the whole configuration." : CONSEQUENCE[kind]} ${removed ? `Remove ${places.length === 1 ? "the reference" : "the references"}, or keep it.` : "Correct the name, or define it."}`,
    related: others.slice(0, SHOWN).map(({ location, how }) => ({ location, message: `Here too, in ${how}.` })),
    data: { places: places.length, name, kind },
  };
}

function goneText(was: string | undefined, lost: readonly string[] | undefined): string {
  if (lost !== undefined) return `has no variables any more (${was ?? ""} is gone, with ${listNames(lost)}, which templates need)`;
  return `is gone${was === undefined ? "" : ` from ${was}`}`;
}

const SUBJECT: Record<Dangling["kind"], (name: string) => string> = {
  host: (name) => `The host ${name}`,
  group: (name) => `The group ${name}`,
  variable: (name) => `The variable ${name}`,
  interface: (name) => `The interface ${name}`,
  network: (name) => `The network ${name}`,
};
const MISSING: Record<Dangling["kind"], string> = {
  host: "is not in the inventory", group: "is not in the inventory", variable: "is not defined", interface: "is not defined", network: "is not in the list of networks",
};
const CONSEQUENCE: Record<Dangling["kind"], string> = {
  host: "What is built from them, tunnels and peers above all, has no other end, and a look-up of its variables fails.",
  group: "A look-up of its hosts fails, and a play for it runs nowhere.",
  variable: "The task or template that reads it fails on every host that nobody gives it otherwise.",
  interface: "What stands on it does not come up.",
  network: "Routes, rules and filters for it stay behind.",
};

/** The ways in which it is named, most first: `peers (14)`. */
function kinds(places: Dangling["places"]): string {
  const counts = new Map<string, number>();
  for (const { how } of places) counts.set(how, (counts.get(how) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([how, count]) => (count === 1 ? how : `${how} (${count})`)).join(", ");
}
