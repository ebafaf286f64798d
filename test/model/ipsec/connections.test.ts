import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import type { Connection } from "../../../src/model/ipsec/connection.ts";
import { spoken, unnoticed } from "../../../src/model/ipsec/timing.ts";

async function read(files: Record<string, string>, path = Object.keys(files)[0]!): Promise<readonly Connection[]> {
  const workspace = await loadWorkspace(new Map(Object.entries(files)));
  return workspace.subject("ipsec", path)?.connections ?? [];
}

/** `name: on|off|? (seconds until a dead peer is noticed)`. */
function show(connection: Connection): string {
  const { enabled } = connection.deadPeer;
  const time = unnoticed(connection);
  return `${connection.name}: ${isUnknown(enabled) ? "?" : enabled ? "on" : "off"} (${isUnknown(time) ? "?" : spoken(time.seconds)})`;
}

describe("ipsec: connections of swanctl.conf", () => {
  const child = (settings = ""): string => `children { lan { remote_ts = 10.2.0.0/16\n${settings}\n } }`;

  it("merge sections, inherit from others, and take what stands in conf.d", async () => {
    const files = {
      "etc/swanctl/swanctl.conf": `include conf.d/*.conf\nbase { dpd_delay = 20s }\nconnections { a : base { remote_addrs = 192.0.2.1\n ${child()} } }\nconnections { a { version = 2 } }\n`,
      "etc/swanctl/conf.d/b.conf": `connections { b : base { remote_addrs = 192.0.2.2\n ${child()} } }`,
      "etc/swanctl/conf.d/c.conf": `connections { c : missing { remote_addrs = 192.0.2.3\n ${child()} } }`,
    };
    const [a] = await read(files);
    assert.equal(show(a!), "a: on (3 min 5 s)");
    assert.equal(a!.ike, 2);
    assert.deepEqual((await read(files, "etc/swanctl/conf.d/b.conf")).map(show), ["b: on (3 min 5 s)"]);
    assert.deepEqual((await read(files, "etc/swanctl/conf.d/c.conf")).map(show), ["c: ? (?)"]);
  });
  it("take what an include names, in the tree of the same host", async () => {
    const files = {
      "hosts/a/etc/swanctl/swanctl.conf": "include /etc/swanctl/sites/*.conf\nbase { dpd_delay = 20s }\n",
      "hosts/a/etc/swanctl/sites/b.conf": `connections { b : base { remote_addrs = 192.0.2.2\n ${child()} } }`,
      "hosts/c/etc/swanctl/sites/b.conf": `connections { b : base { remote_addrs = 192.0.2.2\n ${child()} } }`,
      "hosts/a/etc/ipsec.conf": "config setup\n  charondebug=ike\ninclude vpn/[!x]*.conf\n",
      "hosts/a/etc/vpn/base.ipsec.conf": "conn %default\n  dpdaction=restart\n",
      "hosts/a/etc/vpn/one.ipsec.conf": "conn one\n  right=192.0.2.1\n  auto=start\n",
    };
    assert.deepEqual((await read(files, "hosts/a/etc/swanctl/sites/b.conf")).map(show), ["b: on (3 min 5 s)"]);
    assert.deepEqual((await read(files, "hosts/c/etc/swanctl/sites/b.conf")).map(show), ["b: ? (?)"]);
    assert.deepEqual((await read(files, "hosts/a/etc/vpn/one.ipsec.conf")).map(show), ["one: on (3 min 15 s)"]);
  });
  it("renew by their lifetimes", async () => {
    const off = async (settings: string, ike = ""): Promise<string> => show((await read({ "swanctl.conf": `connections { a { remote_addrs = 192.0.2.1\n${ike}\n${child(settings)} } }` }))[0]!);
    assert.equal(await off(""), "a: off (1 h 2 min)");
    assert.equal(await off("rekey_time = 2h"), "a: off (2 h 2 min)");
    assert.equal(await off("rekey_time = 8h", "rekey_time = 1h"), "a: off (1 h 2 min)");
    assert.equal(await off("rekey_time = 0s\nlife_time = 0s", "rekey_time = 0s"), "a: off (for ever)");
    assert.equal(await off("life_time = 66m"), "a: off (1 h 2 min)");
  });
  it("are none of shunts and of sections for others to inherit from", async () => {
    assert.deepEqual(await read({ "swanctl.conf": "connections { base { version = 2 }\n pass { children { a { mode = pass } } } }" }), []);
  });
});

describe("ipsec: connections of racoon.conf", () => {
  it("inherit, and count the lifetime of the association", async () => {
    const connections = await read({
      "racoon.conf": "remote anonymous { dpd_delay 20; }\nremote 192.0.2.1 inherit anonymous { passive off; }\nremote 192.0.2.2 { dpd_delay 0; }\nremote 192.0.2.3 { dpd off; dpd_delay 20; }\nsainfo anonymous { lifetime time 90 min; }",
    });
    assert.deepEqual(connections.map(show), ["remote anonymous: on (45 s)", "remote 192.0.2.1: on (45 s)", "remote 192.0.2.2: off (1 h 30 min)", "remote 192.0.2.3: off (1 h 30 min)"]);
  });
  it("take 28,800 seconds where no lifetime is written", async () => {
    assert.deepEqual((await read({ "racoon.conf": "remote anonymous { }\nsainfo anonymous { }" })).map(show), ["remote anonymous: off (8 h)"]);
  });
  it("follow a variable that is the same on all hosts that get the file", async () => {
    const files = {
      "roles/vpn/templates/racoon.conf.j2": "remote anonymous {\n  dpd_delay {{ vpn_probe }};\n}\nsainfo anonymous { lifetime time 1 hour; }\n",
      "roles/vpn/tasks/main.yml": "- template: src=racoon.conf.j2 dest=/etc/racoon/racoon.conf\n",
      "site.yml": "- hosts: gateways\n  roles: [vpn]\n",
      "inventory.ini": "[gateways]\ngw[1:3].example.net\n",
      "group_vars/gateways.yml": "vpn_probe: 0\n",
    };
    assert.deepEqual((await read(files)).map(show), ["remote anonymous: off (1 h)"]);
    assert.deepEqual((await read({ ...files, "group_vars/gateways.yml": "vpn_probe: 15\n" })).map(show), ["remote anonymous: on (40 s)"]);
  });
});

describe("ipsec: connections of ipsec.conf", () => {
  it("inherit by also= and %default, and know who reads them", async () => {
    const strongswan = await read({
      "ipsec.conf": "config setup\n  charondebug=ike\nconn %default\n  dpdaction=restart\nconn base\n  dpddelay=10s\n  right=192.0.2.1\nconn a\n  also=base\n  auto=start\nconn b\n  right=192.0.2.2\n  dpdaction=none\n  rekeyfuzz=0%\n  auto=start\n",
    });
    assert.deepEqual(strongswan.map(show), ["a: on (2 min 55 s)", "b: off (53 min 45 s)"]);
    const libreswan = await read({
      "ipsec.conf": "config setup\n  protostack=xfrm\nconn a\n  right=192.0.2.1\n  dpddelay=30\n  ikev2=insist\n  auto=start\nconn b\n  right=192.0.2.2\n  dpdaction=restart\n  auto=start\nconn c\n  right=192.0.2.3\n  ikev2=no\n  dpddelay=30\n  dpdtimeout=120\n  auto=start\n",
    });
    assert.deepEqual(libreswan.map(show), ["a: on (1 min 30 s)", "b: off (7 h 52 min)", "c: on (2 min)"]);
  });
  it("do not guess who reads them", async () => {
    const [a, b] = await read({ "ipsec.conf": "conn a\n  right=192.0.2.1\n  dpdaction=restart\n  auto=start\nconn b\n  right=192.0.2.2\n  auto=start\n" });
    assert.equal(show(a!), "a: ? (?)");
    assert.equal(show(b!), "b: off (?)");
  });
  it("know what a release of Libreswan ignores, where the repository says which it installs", async () => {
    const files = { "etc/ipsec.conf": "# Libreswan\nconn a\n  right=192.0.2.1\n  ikev2=insist\n  dpddelay=30\n  dpdaction=restart\n  keyingtries=3\n  auto=start\n" };
    const ignored = async (more: Record<string, string>): Promise<string[]> => (await read({ ...files, ...more }))[0]!.deadPeer.inert.map(({ name }) => name);
    assert.deepEqual(await ignored({}), []);
    assert.deepEqual(await ignored({ "site.yml": "- hosts: all\n  tasks:\n    - apt:\n        name: libreswan=4.10-2\n" }), []);
    assert.deepEqual(await ignored({ "site.yml": "- hosts: all\n  tasks:\n    - apt:\n        name: libreswan=5.1-1\n" }), ["dpdaction", "keyingtries"]);
  });
});
