import assert from "node:assert/strict";
import { lintFiles, loadWorkspace } from "../../../src/core.ts";

type Files = Readonly<Record<string, string>>;

async function found(files: Files, id: string): Promise<string[]> {
  const { findings, failures } = lintFiles(await loadWorkspace(new Map(Object.entries(files))), undefined, { only: new Set([id]) });
  assert.deepEqual(failures, []);
  return findings.map(({ severity, location, data }) => `${severity} ${location.path} ${String(data["port"] ?? data["tunnel"] ?? data["programs"] ?? data["name"] ?? "")}`.trim());
}

const rules = (more = ""): string => `table inet guard
delete table inet guard
table inet guard {
	chain input {
		type filter hook input priority filter; policy drop;
		iif "lo" accept
		ct state established,related accept
		tcp dport 22 accept
	}
${more}}
`;

const play = (tasks: string): Files => ({
  "inventory.ini": "[apps]\napp[01:03].example.net\n[db]\ndb01.example.net\n",
  "site.yml": `- hosts: apps\n  tasks:\n    - ansible.builtin.copy:\n        src: nftables.conf\n        dest: /etc/nftables.conf\n${tasks}`,
  "files/nftables.conf": rules(),
});

describe("rules of what else is on a firewall's hosts", () => {
  const published = "firewall/bypassed-by-containers";

  it("ports that Ansible's docker_container publishes", async () => {
    const task = (ports: string): string => `    - name: metrics\n      community.docker.docker_container:\n        name: metrics\n        published_ports:\n          - ${ports}\n`;
    assert.deepEqual(await found(play(task('"9090:9090"')), published), ["info files/nftables.conf 9090"]);
    assert.deepEqual(await found(play(task('"127.0.0.1:9090:9090"')), published), []);
    assert.deepEqual(await found(play(task('"{{ port }}:9090"')), published), []);
    assert.deepEqual(await found(play(task('"22:22"')), published), []);
  });

  it("ports of a container on other hosts only", async () => {
    const files = { ...play(""), "db.yml": "- hosts: db\n  tasks:\n    - docker_container:\n        name: db\n        ports:\n          - 5432:5432\n" };
    assert.deepEqual(await found(files, published), []);
  });

  it("a compose file that a task copies, in the long form", async () => {
    const files = { ...play("    - copy: src=docker-compose.yml dest=/srv/shop/docker-compose.yml\n"), "files/docker-compose.yml": "services:\n  shop:\n    ports:\n      - target: 80\n        published: 8080\n        protocol: tcp\n" };
    assert.deepEqual(await found(files, published), ["info files/nftables.conf 8080"]);
  });

  it("a Quadlet in a host's tree", async () => {
    const files = { "hosts/app01/etc/nftables.conf": rules(), "hosts/app01/etc/containers/systemd/shop.container": "[Container]\nImage=example/shop\nPublishPort=8443:443\n" };
    assert.deepEqual(await found(files, published), ["info hosts/app01/etc/nftables.conf 8443"]);
  });

  it("a handler that starts Docker anew, packages on other hosts, and a loop over packages", async () => {
    const wipes = "firewall/flush-wipes-runtime-rules";
    const flushed = { "files/nftables.conf": `flush ruleset\n${rules()}` };
    assert.deepEqual(await found({ ...play('    - package:\n        name: "{{ item }}"\n      loop: [fail2ban, chrony]\n'), ...flushed }, wipes), ["warning files/nftables.conf fail2ban"]);
    assert.deepEqual(await found({ ...play(""), ...flushed, "db.yml": "- hosts: db\n  tasks:\n    - apt: name=docker.io\n" }, wipes), []);
    assert.deepEqual(await found({ ...play("    - apt: name=docker.io state=absent\n"), ...flushed }, wipes), []);
  });

  it("a tunnel that wg-quick makes, under a name of its own", async () => {
    const forward = "\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t\tct state established,related accept\n\t\tiifname \"lan0\" oifname \"office\" accept\n\t}\n";
    const files = { "hosts/gw01/etc/nftables.conf": rules(forward), "hosts/gw01/etc/wireguard/office.conf": "[Interface]\nPrivateKey = x\n" };
    assert.deepEqual(await found(files, "firewall/no-mss-clamp"), ["info hosts/gw01/etc/nftables.conf office"]);
    assert.deepEqual(await found({ "hosts/gw01/etc/nftables.conf": rules(forward), "hosts/gw02/etc/wireguard/office.conf": "[Interface]\nPrivateKey = x\n" }, "firewall/no-mss-clamp"), []);
  });

  it("an include that a task puts there, and one that nothing does", async () => {
    const files = {
      ...play("    - copy: src=base.nft dest=/etc/nftables.d/base.nft\n    - copy: src=web.nft dest=/etc/nftables.d/web.nft\n"),
      "files/nftables.conf": 'flush ruleset\ninclude "/etc/nftables.d/base.nft"\ninclude "/etc/nftables.d/web.nft"\n',
      "files/base.nft": "table inet filter {\n}\n",
      "files/web.nft": "table inet filter {\n}\n",
    };
    assert.deepEqual(await found(files, "firewall/undefined-reference"), []);
  });

  it("a unit of its own that waits for the network, and one that does not", async () => {
    const files = (after: string): Files => ({ "etc/guard.nft": `#!/usr/sbin/nft -f\n${rules("\tchain out {\n\t\ttype filter hook output priority 0;\n\t\toif wg0 accept\n\t}\n")}`, "etc/systemd/system/guard.service": `[Unit]\nAfter=${after}\n\n[Service]\nType=oneshot\nExecStart=/usr/sbin/nft -f /etc/guard.nft\n` });
    assert.deepEqual(await found(files("network-online.target"), "firewall/interface-at-boot"), []);
    assert.deepEqual(await found(files("network-pre.target"), "firewall/interface-at-boot"), ["warning etc/guard.nft"]);
  });
});
