import { bypassedPorts, cutGuests } from "../../model/firewall/containers/bypassed.ts";
import { rangeOf } from "../../model/firewall/evaluate/index.ts";
import { hostsText } from "../../model/firewall/reload/words.ts";
import { rule } from "../rule.ts";

const RULES = (rules: string, more = ""): string => `table inet guard
delete table inet guard

table inet guard {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
		tcp dport 22 accept
${rules}
	}
${more}}
`;

const COMPOSE = (port: string): string => `services:\n  metrics:\n    image: example/metrics\n    ports:\n      - "${port}"\n`;

const host = (rules: string, compose: string): Record<string, string> => ({ "hosts/app01/etc/nftables.conf": rules, "hosts/app01/etc/metrics/docker-compose.yml": compose });

const RESTRICT = "\t\tip saddr 192.0.2.0/24 tcp dport 9090 accept";

const guests = (sysctl: string): Record<string, string> => ({
  "inventory.ini": "[kvm]\nvirt[01:02].example.net\n",
  "site.yml": "- hosts: kvm\n  tasks:\n    - copy:\n        src: rules.v4\n        dest: /etc/iptables/rules.v4\n    - copy:\n        src: 60-bridge.conf\n        dest: /etc/sysctl.d/60-bridge.conf\n",
  "files/60-bridge.conf": `net.bridge.bridge-nf-call-iptables = ${sysctl}\n`,
});

const SAVE = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\nCOMMIT\n";

export default rule({
  what: "Containers or guests do not pass the chain that is meant to decide about them.",
  why: "Docker and podman translate a published port ahead of routing: its packets go through forward to the container and never come to input, so an input rule about the port closes nothing. The other way round, with bridge filtering on, packets between guests of one bridge come to the forward chain, and a policy of drop cuts them off.",
  instead: "Publish on one address only (127.0.0.1:9090:9090), or filter in DOCKER-USER or a forward chain by the original port (ct original proto-dst). For guests set net.bridge.bridge-nf-call-iptables = 0, or accept what stays on the bridge.",
  lessons: [],
  reads: ["firewall"],
  severity: "info",
  fix: "none",
  lifecycle: "stable",
  sources: ["Docker's manual, packet filtering and firewalls: published ports bypass input rules", "podman-run(1), --publish", "Linux Documentation/networking/ip-sysctl.rst, bridge-nf-call-iptables"],
  data: { port: "the published port", hosts: "hosts whose guests are cut off" },
  examples: {
    bad: [
      host(RULES(`\t\t⟦ip saddr 192.0.2.0/24 tcp dport 9090 accept⟧`), COMPOSE("9090:9090")),
      host(RULES("").replace("policy drop", "⟦policy drop⟧"), COMPOSE("0.0.0.0:8080:80")),
      { ...guests("1"), "files/rules.v4": SAVE.replace(":FORWARD DROP", ":FORWARD ⟦DROP⟧") },
    ],
    good: [
      host(RULES(RESTRICT), COMPOSE("127.0.0.1:9090:9090")),
      host(RULES(RESTRICT, "\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tct state established,related accept\n\t\tip saddr 192.0.2.0/24 ct original proto-dst 9090 accept\n\t}\n"), COMPOSE("9090:9090")),
      { ...guests("0"), "files/rules.v4": SAVE },
    ],
    lookalike: [
      // Open to all in input as well: nothing is bypassed.
      host(RULES("\t\ttcp dport 9090 accept"), COMPOSE("9090:9090")),
      // Another host's containers.
      { "hosts/app02/etc/nftables.conf": RULES(RESTRICT), "hosts/app01/etc/metrics/docker-compose.yml": COMPOSE("9090:9090") },
      host(RULES(RESTRICT), "services:\n  metrics:\n    image: example/metrics\n    network_mode: host\n    ports:\n      - \"9090:9090\"\n"),
      { ...host(RULES(RESTRICT), COMPOSE("9090:9090")), "hosts/app01/etc/docker/daemon.json": '{ "iptables": false }\n' },
    ],
  },
  check({ firewall, path, workspace, report }) {
    for (const { published, place, named } of bypassedPorts(workspace, firewall)) {
      const { port, name, runtime, protocol, location } = published;
      report({
        location: { path, range: named?.range ?? rangeOf(place) },
        message: `${named ? "This rule does not decide" : `Chain ${place.chain.name} does not decide`} about ${protocol === "udp" ? "UDP" : "TCP"} port ${port}: ${runtime} publishes it for ${name}, and translates its packets before they come to input. It is open to everybody. Publish it on one address, or filter it in ${runtime === "Docker" ? "DOCKER-USER" : "a forward chain"}.`,
        related: [{ location, message: "This publishes the port." }],
        confidence: "likely",
        data: { port },
        key: `port ${port}`,
      });
    }
    const cut = cutGuests(workspace, firewall);
    if (cut === undefined) return;
    report({
      location: { path, range: rangeOf(cut.place) },
      message: `Packets between guests of one bridge are dropped here on ${hostsText(cut.hosts, "hypervisor")}: ${cut.why}, so bridged packets come to the forward chain. Set net.bridge.bridge-nf-call-iptables = 0, or accept what stays on the bridge.`,
      confidence: "possible",
      data: { hosts: cut.hosts.length },
      key: "guests",
    });
  },
});
