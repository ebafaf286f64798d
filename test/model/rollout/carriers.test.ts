import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { readCarriers } from "../../../src/model/rollout/carriers/read.ts";
import { scheduledBy } from "../../../src/model/rollout/carriers/scheduled.ts";
import { daemonOf } from "../../../src/model/rollout/carriers/daemons.ts";

const does = (text: string): string => scheduledBy(text).map(({ action, service }) => `${action} ${service}`).join(", ");

describe("rollout: other carriers", () => {
  it("knows what a scheduled command does to every host", () => {
    assert.equal(does("/sbin/shutdown -r now"), "reboot host");
    assert.equal(does("apt-get update && apt-get -y dist-upgrade && reboot"), "upgrade all packages, reboot host");
    assert.equal(does("sh -c 'dnf -y upgrade; systemctl restart frr'"), "upgrade all packages, restart frr");
    assert.equal(does("test -f /var/run/reboot-required && reboot"), "reboot host");
    assert.equal(does("needs-restarting -r || shutdown -r +1"), "reboot host");
    assert.equal(does("if [ -f /var/run/reboot-required ]; then reboot; fi"), "reboot host");
  });

  it("leaves out what looks at the host first, or waits for a time of its own", () => {
    for (const text of [
      "pgrep bird || systemctl restart bird",
      "ping -c1 192.0.2.1 >/dev/null || /sbin/reboot",
      "sh -c 'pgrep bird || systemctl restart bird'",
      "if ! systemctl is-active frr; then systemctl restart frr; fi",
      "certbot renew && systemctl restart strongswan",
      "sleep $((RANDOM % 3600)); reboot",
      "perl -e 'sleep rand 600'; reboot",
      "etcdctl lock reboot reboot",
      "apt-get update",
      "apt-get -y install --only-upgrade ceph-common",
      "apt-get -s upgrade",
      "dnf -y upgrade firefox",
      "systemctl reload frr",
      "echo reboot",
    ]) assert.equal(does(text), "", text);
  });

  it("knows daemons by their images, with registries, tags and digests", () => {
    const name = (image: string): string | undefined => daemonOf(image)?.name;
    assert.equal(name("registry.example.net:5000/calico/node:v3.28.1"), "node");
    assert.equal(name("quay.example.net/cilium/cilium@sha256:0123456789abcdef"), "cilium");
    assert.equal(name("rancher/mirrored-flannelcni-flannel:v0.2"), undefined);
    assert.equal(name("cilium/operator-generic:v1.16"), undefined);
    assert.equal(name("calico/kube-controllers:v3.28"), undefined);
    assert.equal(name("prom/ceph-exporter"), undefined);
  });

  it("puts a timer together from its file and drop-ins, and reads spans of time", async () => {
    const spread = async (timer: string, dropIn?: string): Promise<number> => {
      const workspace = await loadWorkspace(new Map([
        ["hosts", "[kvm]\nkvm[1:4].example.net\n"],
        ["site.yml", "- hosts: kvm\n  tasks:\n    - copy: src=r.timer dest=/etc/systemd/system/r.timer\n"],
        ["files/r.timer", `[Timer]\n${timer}`],
        ["files/r.service", "[Service]\nExecStart=-/sbin/reboot\n"],
        ...(dropIn === undefined ? [] : [["files/r.timer.d/spread.conf", `[Timer]\n${dropIn}`] as [string, string]]),
      ]));
      return readCarriers(workspace, "files/r.timer")?.carriers.length ?? 0;
    };
    assert.equal(await spread("OnCalendar=daily\n"), 1);
    assert.equal(await spread("OnCalendar=daily\nRandomizedDelaySec=30\n"), 1);
    assert.equal(await spread("OnCalendar=daily\nRandomizedDelaySec=1h 30min\n"), 0);
    assert.equal(await spread("OnCalendar=daily\nAccuracySec=6h\n"), 0);
    assert.equal(await spread("OnCalendar=daily\n", "RandomizedDelaySec=2h\n"), 0);
    assert.equal(await spread("OnBootSec=1h\nOnUnitActiveSec=1d\n"), 0);
    assert.equal(await spread("OnCalendar=*-*-* 0{{ n }}:00\n"), 0);
  });
});
