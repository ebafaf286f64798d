import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import type { CephSettings } from "../../../src/model/ceph/settings.ts";

async function read(path: string, text: string): Promise<CephSettings> {
  const workspace = await loadWorkspace(new Map([[path, text]]));
  const ceph = workspace.subject("ceph", path);
  assert.ok(ceph);
  // Every place is the text of what it stands for, wherever it was embedded.
  for (const { value, valueRange, valueText } of ceph.settings) {
    if (!isUnknown(value)) assert.ok(text.slice(valueRange.start, valueRange.end).includes(valueText), valueText);
  }
  return ceph;
}

const told = ({ settings }: CephSettings): unknown[] => settings.map(({ kind, section, option, value }) => [kind, isUnknown(section) ? "?" : section, option, isUnknown(value) ? "?" : value]);
const words = ({ commands }: CephSettings): string[] => commands.map((command) => command.words.map(({ text }) => text).join(" "));

describe("model/ceph: where settings are written", () => {
  it("Rook's ConfigMap of overrides", async () => {
    const ceph = await read("override.yaml", "kind: ConfigMap\nmetadata:\n  name: rook-config-override\ndata:\n  config: |\n    [global]\n    osd pool default size = 2\n\n    [osd]\n      osd_max_backfills = 3 # more\n");
    assert.deepEqual(told(ceph), [["conf", "global", "osd_pool_default_size", "2"], ["conf", "osd", "osd_max_backfills", "3"]]);
  });

  it("a ceph.conf inside a copy task", async () => {
    const ceph = await read("site.yml", "- hosts: osds\n  tasks:\n    - copy:\n        dest: /etc/ceph/ceph.conf\n        content: |\n          [mon]\n          mon allow pool delete = {{ x }}\n");
    assert.deepEqual(told(ceph), [["conf", "mon", "mon_allow_pool_delete", "?"]]);
  });

  it("cephConfig of a CephCluster, and config of a service specification", async () => {
    const cluster = await read("cluster.yaml", "apiVersion: ceph.rook.io/v1\nkind: CephCluster\nmetadata: { name: a }\nspec:\n  cephConfig:\n    global:\n      osd_pool_default_size: \"2\"\n  mon: { count: 3 }\n");
    assert.deepEqual(told(cluster), [["override", "global", "osd_pool_default_size", "2"]]);
    assert.equal(cluster.resources[0]?.kind, "CephCluster");
    const specs = await read("specs.yaml", "service_type: rgw\nservice_id: a\nplacement: { label: rgw }\nconfig:\n  rgw_thread_pool_size: 1024\n---\nservice_type: mon\nplacement: { count: 3 }\n");
    assert.deepEqual(told(specs), [["command", "client.rgw.a", "rgw_thread_pool_size", "1024"]]);
    assert.deepEqual(specs.specs.map(({ type }) => type), ["rgw", "mon"]);
  });

  it("commands: wrapped, folded, as lists, in loops and inside of others", async () => {
    assert.deepEqual(words(await read("a.sh", "#!/bin/sh\nsudo docker exec mon ceph --cluster c -k /k osd set noout\nssh mon1 'ceph osd unset noout'\ncephadm shell -- ceph health mute OSD_DOWN\necho ceph osd set nodown\n# ceph osd set noin\n")), ["osd set noout", "osd unset noout", "health mute OSD_DOWN"]);
    const tasks = await read("t.yml", "- hosts: mons\n  tasks:\n    - command: \"{{ exec }} ceph osd set {{ item }}\"\n      loop: [noout, norebalance]\n    - command:\n        argv: [ceph, osd, set, nodown]\n    - shell: >\n        ceph osd\n        set noin\n    - ceph_osd_flag: { name: noup, cluster: c }\n      when: x\n");
    assert.deepEqual(words(tasks), ["osd set noout", "osd set norebalance", "osd set nodown", "osd set noin", "osd set noup"]);
    assert.deepEqual(tasks.commands.map(({ conditional }) => conditional), [false, false, false, false, true]);
  });

  it("pools and options that commands and modules set", async () => {
    assert.deepEqual(told(await read("a.sh", "#!/bin/sh\nceph osd pool create a 32 --size=2\nceph osd pool create b 32 32 replicated --size 3\nceph config set osd/class:ssd osd_memory_target 8Gi\nceph config set global $name 1\n")), [
      ["pool", "a", "size", "2"],
      ["pool", "b", "size", "3"],
      ["command", "osd/class:ssd", "osd_memory_target", "8Gi"],
    ]);
    assert.deepEqual(told(await read("t.yml", "- hosts: mons\n  tasks:\n    - ceph_config:\n        action: set\n        who: osd\n        option: osd_max_backfills\n        value: 4\n    - ceph_config: { action: get, who: osd, option: osd_max_backfills }\n")), [["command", "osd", "osd_max_backfills", "4"]]);
  });
});
