import assert from "node:assert/strict";
import { recognise } from "../../../src/formats/index.ts";
import { versionPins } from "../../../src/formats/version-pins/index.ts";

const pins = (text: string): string[] =>
  versionPins.parse(text).tree.pins.map(({ name, nameRange, version, versionRange, selector, priority }) => {
    assert.equal(text.slice(nameRange.start, nameRange.end), name);
    if (versionRange !== undefined) assert.equal(text.slice(versionRange.start, versionRange.end), version);
    return [name, version ?? "-", selector, priority].filter((part) => part !== undefined).join(" ");
  });

describe("version pins", () => {
  it("reads apt's preferences", () => {
    assert.deepEqual(pins("Package: ceph* radosgw\nPin: version 18.2.1-*\nPin-Priority: 1001\n\nPackage: frr\nPin: release a=unstable\n"), [
      "ceph* 18.2.1-* version 1001",
      "radosgw 18.2.1-* version 1001",
      "frr a=unstable release",
    ]);
  });

  it("reads requirements, go.mod, submodules and container files", () => {
    assert.deepEqual(pins("# x\nansible==9.1.0\nnetaddr\nrequests[socks] == 2.31.0 ; python_version > '3.8'\n"), ["ansible 9.1.0", "netaddr -", "requests 2.31.0"]);
    assert.deepEqual(pins("module example.net/a\n\ngo 1.22\n\nrequire (\n\tgo.etcd.io/etcd/client/v3 v3.5.12\n)\n"), ["go.etcd.io/etcd/client/v3 v3.5.12"]);
    assert.deepEqual(pins('[submodule "frr"]\n\tpath = frr\n\turl = https://git.example.net/frr.git\n\tbranch = stable/10.0\n'), ["https://git.example.net/frr.git stable/10.0"]);
    assert.deepEqual(pins("FROM registry.example.net:5000/ceph/ceph:v18.2.1 AS base\nFROM frrouting/frr\n"), ["registry.example.net:5000/ceph/ceph v18.2.1", "frrouting/frr -"]);
  });

  it("is recognised by name, and apt's preferences by what is in them", () => {
    for (const path of ["etc/apt/preferences.d/ceph", "requirements-dev.txt", "src/go.mod", ".gitmodules", "docker/Dockerfile.frr"]) assert.equal(recognise(path, ""), "version-pins", path);
    assert.equal(recognise("roles/ceph/files/pin", "Package: ceph\nPin: version 18.2.1\nPin-Priority: 1001\n"), "version-pins");
    assert.equal(recognise("notes.txt", "Package: to be sent\n"), undefined);
  });
});
