import assert from "node:assert/strict";
import { recognise } from "../../../src/formats/index.ts";

describe("networkd: recognise", () => {
  it("knows files by their names and sections", () => {
    const network = "[Match]\nName=eth0\n\n[Network]\nDHCP=yes\n";
    for (const [path, head] of [
      ["etc/systemd/network/10-lan.network", network],
      ["roles/net/templates/lan.network.j2", "{# lan #}\n[Match]\nName={{ lan }}\n"],
      ["files/gre1.netdev", "[NetDev]\nName=gre1\nKind=gre\n"],
      ["files/10.link", "[Match]\nOriginalName=*\n[Link]\nMTUBytes=9000\n"],
      ["etc/systemd/network/10-lan.network.d/mtu.conf", "[Link]\nMTUBytes=9000\n"],
      ["roles/net/templates/network.j2", network],
    ] as const) assert.equal(recognise(path, head), "networkd", path);
  });
  it("leaves Podman's networks and units alone", () => {
    assert.equal(recognise("etc/containers/systemd/lan.network", "[Network]\nSubnet=192.0.2.0/24\n"), undefined);
    assert.equal(recognise("quadlets/lan.network", "[Unit]\nDescription=x\n[Network]\nSubnet=192.0.2.0/24\n"), "systemd-unit");
    assert.equal(recognise("a.service", "[Service]\nExecStart=/bin/true\n"), "systemd-unit");
  });
});
