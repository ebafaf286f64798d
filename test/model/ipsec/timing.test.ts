import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import type { Connection } from "../../../src/model/ipsec/connection.ts";
import { marginWindow, meshPairs, pairsBroken, retransmission, spoken, unnoticed } from "../../../src/model/ipsec/timing.ts";

const near = (actual: number, expected: number, by = 0.006): void => assert.ok(Math.abs(actual - expected) < by, `${actual} is not ${expected}`);

describe("ipsec: timing", () => {
  it("knows when a dead peer is noticed", () => {
    near(retransmission(), 165.06);
    near(30 + retransmission(), 195.06);
  });
  it("knows when ipsec.conf renews", () => {
    assert.deepEqual(marginWindow(3600, 540, 1), { earliest: 2520, latest: 3060 });
    assert.deepEqual(marginWindow(3600, 540, 0), { earliest: 3060, latest: 3060 });
  });
  it("counts the pairs of a mesh", () => {
    assert.equal(meshPairs(100), 4950);
    near(meshPairs(500) / 3600, 34.65);
    for (const [down, broken] of [[0.05, 0.0975], [0.1, 0.19], [0.2, 0.36], [0.3, 0.51]] as const) near(pairsBroken(down), broken, 1e-9);
  });
  it("speaks times", () => {
    assert.deepEqual([0, 45, 195.06, 3765.06, 43200, 60].map(spoken), ["0 s", "45 s", "3 min 15 s", "1 h 2 min", "12 h", "1 min"]);
  });
});

describe("ipsec: the same figures as the daemons' own", () => {
  const windows = async (path: string, text: string): Promise<{ verdict: unknown; unnoticed: unknown; ike: unknown; child: unknown }> => {
    const workspace = await loadWorkspace(new Map([[path, text]]));
    const [connection] = workspace.subject("ipsec", path)!.connections;
    const window = (renewal: Connection["ikeRenewal"]): unknown => (isUnknown(renewal) ? renewal.unknown : renewal.window && [renewal.window.earliest, renewal.window.latest]);
    const time = unnoticed(connection!);
    return { verdict: connection!.deadPeer.verdict, unnoticed: isUnknown(time) ? time.unknown : time, ike: window(connection!.ikeRenewal), child: window(connection!.childRenewal) };
  };

  it("for swanctl.conf", async () => {
    const found = await windows("swanctl.conf", "connections { a { remote_addrs = 192.0.2.1\n dpd_delay = 30s\n children { x { } } } }");
    near((found.unnoticed as { seconds: number }).seconds, 195.06);
    assert.deepEqual([found.child, found.ike], [[3240, 3600], [12960, 14400]]);
    const off = await windows("swanctl.conf", "connections { a { remote_addrs = 192.0.2.1\n children { x { } } } }");
    assert.equal((off.unnoticed as { by: string }).by, "renewal");
    // charon does not derive rekey_time from life_time: the child ends before it would be renewed.
    const short = await windows("swanctl.conf", "connections { a { remote_addrs = 192.0.2.1\n rekey_time = 0\n children { x { life_time = 6m } } } }");
    assert.deepEqual(short.unnoticed, { seconds: 360, by: "expiry" });
    const half = await windows("swanctl.conf", "connections { a { remote_addrs = 192.0.2.1\n rekey_time = 10m\n over_time = 20m\n children { x { } } } }");
    assert.deepEqual(half.ike, [300, 600]);
  });
  it("for ipsec.conf of strongSwan and of Libreswan", async () => {
    const strongswan = await windows("etc/ipsec.conf", "# strongSwan\nconn a\n  right=192.0.2.1\n  dpdaction=restart\n  keyexchange=ikev2\n  lifetime=1h\n  auto=start\n");
    near((strongswan.unnoticed as { seconds: number }).seconds, 195.06);
    assert.deepEqual(strongswan.child, [2520, 3060]);
    const libreswan = await windows("etc/ipsec.conf", "# Libreswan\nconn a\n  right=192.0.2.1\n  ikev2=insist\n  dpddelay=30\n  auto=start\n");
    assert.equal(libreswan.verdict, 60);
    assert.deepEqual(libreswan.child, [28800 - 1080, 28800 - 540]);
  });
  it("for racoon.conf", async () => {
    const found = await windows("racoon.conf", "remote anonymous { dpd_delay 20; }\nsainfo anonymous { lifetime time 1 hour; }");
    assert.deepEqual([found.unnoticed, found.child], [{ seconds: 45, by: "probe" }, [2880, 2880]]);
  });
  it("where strongswan.conf sets how requests are repeated", async () => {
    const files = {
      "etc/swanctl/swanctl.conf": "connections { a { remote_addrs = 192.0.2.1\n dpd_delay = 30s\n children { x { } } } }",
      "etc/strongswan.conf": "charon {\n  retransmit_tries = 3\n  load_modular = yes\n}\ninclude strongswan.d/*.conf\n",
      "etc/strongswan.d/charon.conf": "charon {\n  retransmit_timeout = 2.0\n  retransmit_base = 1.0\n}\n",
    };
    const workspace = await loadWorkspace(new Map(Object.entries(files)));
    const [connection] = workspace.subject("ipsec", "etc/swanctl/swanctl.conf")!.connections;
    assert.equal(connection!.deadPeer.verdict, 8);
  });
});
