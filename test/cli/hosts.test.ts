import assert from "node:assert/strict";
import { premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";

const SITE = {
  "ansible.cfg": "[defaults]\ninventory = inventory/hosts.ini\n",
  "inventory/hosts.ini": "[ceph_osd]\nosd1 kernel=4.15.0\nosd2\n\n[web]\nweb1\n\n[production:children]\nceph_osd\n",
  "inventory/host_vars/web1.yml": "vms:\n  - name: shop\n    memory_gib: 8\n  - name: mail\n    memory_gib: 4\n",
  "inventory/group_vars/all.yml": "kernel: 5.4.0\nmemory_mb: 4096\n",
  "inventory/group_vars/ceph_osd.yml": "memory_mb: 65536\ndisks: \"{{ lookup('env', 'DISKS') }}\"\n",
  "site.yml": "- hosts: ceph_osd\n  roles:\n    - firewall\n",
  "roles/firewall/tasks/main.yml": "- name: Rules\n  template:\n    src: nftables.conf.j2\n    dest: /etc/nftables.conf\n",
  "roles/firewall/templates/nftables.conf.j2": "table inet filter {\n}\n",
  "premortem.yaml": "groups:\n  storage: [ceph_osd]\nvariables:\n  kernel: kernel\n",
};

interface Hosts {
  readonly hosts: readonly { name: string; groups: string[]; kernel?: unknown; memory?: number; guests?: unknown; plays: { path: string; name: string }[]; traits: { trait: string; certain: boolean }[]; variables: Record<string, { value: unknown; path: string; line: number }>; files: string[] }[];
  readonly groups: readonly { name: string; hosts: string[] }[];
  readonly files: readonly { path: string; hosts?: string[]; unknown?: string }[];
}

const hosts = async (path: string): Promise<Hosts> => JSON.parse((await premortem("hosts", path, "--json")).out) as Hosts;

describe("premortem hosts", () => {
  it("tells hosts, groups, effective variables with their place, and which file reaches which host", async () => {
    const { hosts: all, groups, files } = await hosts(folder(SITE).path);
    assert.deepEqual(all.map(({ name }) => name), ["osd1", "osd2", "web1"]);
    const [first, second] = all;
    assert.deepEqual(first!.groups.filter((group) => group !== "all").sort(), ["ceph_osd", "production"]);
    assert.equal(first!.variables["kernel"]!.value, "4.15.0");
    assert.deepEqual([second!.variables["kernel"]!.value, second!.variables["kernel"]!.path, second!.variables["kernel"]!.line], ["5.4.0", "inventory/group_vars/all.yml", 1]);
    assert.equal(second!.variables["memory_mb"]!.value, 65536);
    assert.ok("unknown" in (second!.variables["disks"]!.value as object), "a template's value is not known");
    assert.ok(second!.traits.some(({ trait, certain }) => trait === "storage" && certain));
    assert.deepEqual([first!.kernel, second!.kernel, second!.memory, second!.guests], ["4.15.0", "5.4.0", 2 ** 36, undefined]);
    assert.deepEqual(all[2]!.guests, [{ name: "shop", memory: 2 ** 33 }, { name: "mail", memory: 2 ** 32 }]);
    assert.deepEqual([second!.plays, all[2]!.plays], [[{ path: "site.yml", name: "ceph_osd" }], []]);
    assert.deepEqual(groups.find(({ name }) => name === "production")!.hosts, ["osd1", "osd2"]);
    const template = "roles/firewall/templates/nftables.conf.j2";
    assert.deepEqual(files.find(({ path }) => path === template)!.hosts, ["osd1", "osd2"]);
    assert.ok(second!.files.includes(template) && !all[2]!.files.includes(template));
  });

  it("says the same to a person", async () => {
    const { out, status } = await premortem("hosts", folder(SITE).path);
    assert.equal(status, 0);
    assert.match(out, /^osd2\n {2}groups: .*ceph_osd/m);
    assert.match(out, /^ {2}kernel = 5\.4\.0 \(.*, inventory\/group_vars\/all\.yml\)$/m);
    assert.match(out, /^ {2}kernel: 5\.4\.0$/m);
    assert.match(out, /^ {2}memory: 64 GiB$/m);
    assert.match(out, /^ {2}guests: 2, with 12 GiB$/m);
    assert.match(out, /^ {2}play ceph_osd \(site\.yml\)$/m);
    assert.match(out, /^ {2}file roles\/firewall\/templates\/nftables\.conf\.j2 /m);
    assert.match(out, /^3 hosts in \d+ groups\.\n$/m);
  });

  it("says that there is no inventory", async () => {
    const { out, status } = await premortem("hosts", folder({ "nftables.conf": "" }).path);
    assert.equal(status, 0);
    assert.match(out, /^No hosts: there is no inventory here/);
    assert.match(out, /^ {2}nftables\.conf: hosts not known: /m);
  });
});
