import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { openFilesSums } from "../../../src/model/ceph/open-files.ts";
import { optionFacts, optionNames, releaseName } from "../../../src/model/ceph/options.ts";
import { osdsOf } from "../../../src/model/ceph/osds.ts";
import { releaseFor } from "../../../src/model/ceph/release.ts";
import type { CephSetting } from "../../../src/model/ceph/settings.ts";
import { effectiveSetting } from "../../../src/model/ceph/settings.ts";

async function settings(path: string, text: string): Promise<readonly CephSetting[]> {
  const workspace = await loadWorkspace(new Map([[path, text]]));
  return workspace.subject("ceph", path)?.settings ?? [];
}

const told = ({ kind, section, option, value }: CephSetting): unknown[] => [kind, isUnknown(section) ? "?" : section, option, isUnknown(value) ? "?" : value];

describe("model/ceph", () => {
  it("knows the options of seven releases", () => {
    assert.ok(optionNames().length > 2300);
    assert.deepEqual(optionFacts("max_open_files")?.releases, [10]);
    assert.equal(optionFacts("osd_max_backfills")?.releases.length, 7);
    assert.equal(optionFacts("osd_pool_default_size")?.max, 10);
    assert.equal(optionFacts("constructor"), undefined);
    assert.equal(releaseName(18), "Reef (18)");
  });

  it("takes a type's section before [global], and the last line", async () => {
    const found = await settings("ceph.conf", "[mon]\nosd_pool_default_size = 3\n[global]\nosd pool default size = 2\nosd pool default size = 4\n");
    assert.equal(effectiveSetting(found, "mon", "osd_pool_default_size")?.value, "3");
    assert.equal(effectiveSetting(found, "osd", "osd_pool_default_size")?.value, "4");
  });

  it("reads overrides of variables", async () => {
    const found = await settings("group_vars/all.yml", "ceph_conf_overrides:\n  global:\n    osd pool default size: 2\n    mon_allow_pool_delete: yes\nother:\n  global:\n    x: 1\n");
    assert.deepEqual(found.map(told), [["override", "global", "osd_pool_default_size", "2"], ["override", "global", "mon_allow_pool_delete", "True"]]);
  });

  it("reads commands of tasks and scripts, but not comments", async () => {
    const text = `- hosts: mons
  tasks:
    - command: ceph --cluster prod osd pool set images size 2
    - shell: |
        # ceph osd pool set old size 1
        ceph osd pool create ec 32 32 erasure profile && ceph osd pool set ec min_size 5
        ceph config set global osd_pool_default_size 2
    - debug:
        msg: ceph osd pool set images size 1
    - ceph_pool:
        name: vms
        size: "{{ size }}"
        min_size: 2
`;
    const found = await settings("pools.yml", text);
    assert.deepEqual(found.map(told), [
      ["pool", "images", "size", "2"],
      ["pool", "ec", "min_size", "5"],
      ["command", "global", "osd_pool_default_size", "2"],
      ["pool", "vms", "size", "?"],
      ["pool", "vms", "min_size", "2"],
    ]);
    for (const { valueRange, valueText } of found) assert.equal(text.slice(valueRange.start, valueRange.end), valueText);
    assert.equal(found[1]!.erasure, true);
    assert.deepEqual((await settings("pools.sh", "#!/bin/sh\nfor p in a b; do\n  ceph osd pool set $p size 2\ndone\n")).map(told), [["pool", "$p", "size", "2"]]);
  });

  it("finds the release", async () => {
    const of = async (files: Record<string, string>): Promise<number | undefined> => {
      const workspace = await loadWorkspace(new Map(Object.entries({ "ceph.conf": "[global]\nfsid = x\n", ...files })));
      return releaseFor(workspace, "ceph.conf", { unknown: "none" })?.major;
    };
    assert.equal(await of({}), undefined);
    assert.equal(await of({ "premortem.yaml": "cephRelease: squid\n" }), 19);
    assert.equal(await of({ "group_vars/all.yml": "ceph_stable_release: reef\n" }), 18);
    assert.equal(await of({ "group_vars/all.yml": "ceph_container_image: quay.io/ceph/ceph:v17.2.7\n" }), 17);
    assert.equal(await of({ "group_vars/all.yml": "ceph_container_image: quay.io/ceph/ceph:latest\n" }), undefined);
    assert.equal(await of({ "cluster.yaml": "apiVersion: ceph.rook.io/v1\nkind: CephCluster\nspec:\n  cephVersion:\n    # image: quay.io/ceph/ceph:v17.2.0\n    image: quay.io/ceph/ceph:v19.2.0\n" }), 19);
    assert.equal(await of({ "install.sh": "#!/bin/sh\napt-get install -y ceph-osd=18.2.4-1bookworm\n" }), 18);
    assert.equal(await of({ "roles/x/tasks/main.yml": "- apt_repository:\n    repo: deb https://download.ceph.com/debian-squid/ bookworm main\n" }), 19);
    assert.equal(await of({ "a.sh": "#!/bin/sh\npodman pull quay.io/ceph/ceph:v18\n", "b.sh": "#!/bin/sh\npodman pull quay.io/ceph/ceph:v19\n" }), undefined);
  });

  it("counts OSDs and adds up their files", async () => {
    const workspace = await loadWorkspace(
      new Map([
        ["hosts.ini", "[osds]\na\nb osd_count=3\nc\n"],
        ["group_vars/osds.yml", "devices: [/dev/sda, /dev/sdb]\nosds_per_device: 2\n"],
        ["hosts/a/etc/sysctl.d/60-a.conf", "fs.file-max = 1000000\nfs.nr_open = 200000\n"],
        ["hosts/a/etc/systemd/system/ceph-osd@.service.d/x.conf", "[Service]\nLimitNOFILE=infinity\n"],
        ["hosts/b/etc/sysctl.d/60-b.conf", "fs.file-max = 1000000\n"],
      ]),
    );
    assert.deepEqual(workspace.fleet.hosts.map((host) => osdsOf(workspace, host)?.count), [4, 3, 4]);
    assert.deepEqual(
      openFilesSums(workspace).map(({ host, limit, fileMax, total }) => [host.name, limit.value, limit.by, fileMax.value, total]),
      [
        ["a", 200000, "unit", 1000000, 800000],
        ["b", 1048576, "packaged", 1000000, 3145728],
      ],
    );
  });
});
