import assert from "node:assert/strict";
import { DEFAULT_CONFIGURATION } from "../../../src/engine/configuration.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { loadYaml } from "../../../src/formats/yaml/load.ts";
import { reloadsOf } from "../../../src/model/firewall/reload/index.ts";
import { Workspace } from "../../../src/model/workspace.ts";

const workspaceOf = (files: { readonly [path: string]: string }): Workspace => new Workspace(new Map(Object.entries(files)), DEFAULT_CONFIGURATION);
const RULES = "flush ruleset\ntable inet f {\n\tchain i {\n\t\ttype filter hook input priority 0; policy drop;\n\t\tct state established,related accept\n\t}\n}\n";

describe("fleet: hosts that only their trees show", () => {
  before(loadYaml);

  it("are known by the folders that are laid out as on a machine, with their host_vars", () => {
    const { fleet } = workspaceOf({
      "hosts/a/etc/nftables.conf": RULES,
      "hosts/b.example.net/usr/local/sbin/x": "#!/bin/sh\n",
      "hosts/common/etc/motd": "hello\n",
      "hosts/README": "the hosts\n",
      "host_vars/a.yml": "kernel: 4.15.0-20\n",
    });
    assert.deepEqual(fleet.hosts.map(({ name }) => name), ["a", "b.example.net"]);
    const scope = fleet.scopeOf("hosts/a/etc/nftables.conf");
    assert.deepEqual(isUnknown(scope) ? scope : scope.hosts.map(({ name }) => name), ["a"]);
    const kernel = fleet.kernel(fleet.host("a")!);
    assert.ok(!isUnknown(kernel) && kernel.minor === 15);
  });

  it("count only where there is no inventory", () => {
    const { fleet } = workspaceOf({ "hosts.ini": "[web]\nweb1\n", "hosts/a/etc/nftables.conf": RULES });
    assert.deepEqual(fleet.hosts.map(({ name }) => name), ["web1"]);
  });

  it("are reloaded by their own scripts alone", () => {
    const workspace = workspaceOf({
      "hosts/a/etc/nftables.conf": RULES,
      "hosts/a/usr/local/sbin/load": "#!/bin/sh\nnft flush ruleset\nnft -f /etc/nftables.conf\n",
      "hosts/b/etc/nftables.conf": RULES,
      "hosts/b/usr/local/sbin/load": "#!/bin/sh\nnft -f /etc/nftables.conf\n",
    });
    assert.deepEqual(reloadsOf(workspace, "hosts/a/etc/nftables.conf").map(({ method }) => method), ["two-step"]);
    assert.deepEqual(reloadsOf(workspace, "hosts/b/etc/nftables.conf").map(({ method }) => method), ["atomic"]);
  });
});
