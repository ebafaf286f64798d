import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { effectiveSysctl } from "../../../src/model/kernel/effective.ts";

/** The sysctls of one file as `key = value`, with the source and the destination where they are known; ranges are checked. */
async function settings(path: string, text: string, more: Record<string, string> = {}): Promise<string[]> {
  const workspace = await loadWorkspace(new Map([[path, text], ...Object.entries(more)]));
  return (workspace.subject("sysctl", path)?.settings ?? []).map((one) => {
    assert.equal(text.slice(one.valueRange.start, one.valueRange.end), one.valueText);
    assert.ok(text.slice(one.keyRange.start, one.keyRange.end).includes(one.key.split(".").at(-1)!.replace("/", ".")), one.rawKey);
    const value = one.value === undefined ? "-" : isUnknown(one.value) ? "?" : one.value;
    return `${one.key} = ${value}${one.conditional ? " (maybe)" : ""} ${one.source}${isUnknown(one.destination) ? "" : ` ${one.destination}`}`;
  });
}

describe("model/kernel: where sysctls are written", () => {
  it("NixOS: attribute sets, paths, priorities and what is no literal", async () => {
    const text = `{ config, lib, pkgs, ... }:
let swap = 10; in
{
  # boot.kernel.sysctl."vm.overcommit_memory" = 1;
  boot.kernel.sysctl = {
    "net.ipv4.ip_forward" = 1;
    "net.ipv4.conf.all.rp_filter" = lib.mkForce 2;
    "net.core.default_qdisc" = "fq";
    "kernel.sysrq" = true;
    "vm.swappiness" = swap;
    "net.ipv4.tcp_rmem" = "4096 \${toString 131072} 16777216";
    "vm.dirty_ratio" = null;
    "kernel.panic" = -1;
  };
  boot.kernel.sysctl."fs.file-max" = lib.mkDefault 100000;
  boot = {
    kernel.sysctl."fs.file-max" = 200000;
    kernelModules = [ "tcp_bbr" ];
  };
  config = lib.mkIf config.services.web.enable {
    boot.kernel.sysctl = { "net.core.somaxconn" = 8192; };
  };
}
`;
    assert.deepEqual(await settings("hosts/web.nix", text), [
      "net.ipv4.ip_forward = 1 file /etc/sysctl.d/60-nixos.conf",
      "net.ipv4.conf.all.rp_filter = 2 file /etc/sysctl.d/60-nixos.conf",
      "net.core.default_qdisc = fq file /etc/sysctl.d/60-nixos.conf",
      "kernel.sysrq = 1 file /etc/sysctl.d/60-nixos.conf",
      "vm.swappiness = ? file /etc/sysctl.d/60-nixos.conf",
      "net.ipv4.tcp_rmem = ? file /etc/sysctl.d/60-nixos.conf",
      "kernel.panic = -1 file /etc/sysctl.d/60-nixos.conf",
      "fs.file-max = 200000 file /etc/sysctl.d/60-nixos.conf",
      "net.core.somaxconn = 8192 (maybe) file /etc/sysctl.d/60-nixos.conf",
    ]);
  });

  it("tuned: the section of sysctls, its quotes and operators", async () => {
    const text = '[main]\nsummary=Storage\ninclude=throughput-performance\n\n[sysctl]\n# none\nnet.ipv4.tcp_rmem="4096 131072 16777216"\nvm.dirty_ratio = 40\nnet.core.somaxconn=>2048\nkernel.numa_balancing = ${numa}\n\n[vm]\ntransparent_hugepages=never\n';
    assert.deepEqual(await settings("tuned/storage/tuned.conf", text), [
      "net.ipv4.tcp_rmem = 4096 131072 16777216 file /etc/tuned/storage/tuned.conf",
      "vm.dirty_ratio = 40 file /etc/tuned/storage/tuned.conf",
      "net.core.somaxconn = ? file /etc/tuned/storage/tuned.conf",
      "kernel.numa_balancing = ? file /etc/tuned/storage/tuned.conf",
    ]);
  });

  it("tuned gives way to sysctl.d, and a profile to those that include it", async () => {
    const files = {
      "hosts.ini": "[all]\nh1\n",
      "hosts/h1/etc/tuned/base/tuned.conf": "[sysctl]\nvm.swappiness=60\nvm.dirty_ratio=20\n",
      "hosts/h1/etc/sysctl.d/60-vm.conf": "vm.swappiness = 10\n",
    };
    const workspace = await loadWorkspace(new Map(Object.entries(files)));
    const value = (key: string): unknown => {
      const found = effectiveSysctl(workspace, workspace.fleet.host("h1")!, key);
      return found === undefined || isUnknown(found) ? found : found.value;
    };
    assert.equal(value("vm.swappiness"), "10");
    assert.equal(value("vm.dirty_ratio"), "20");
  });

  it("cephadm's tuned profiles, on the hosts of their placement", async () => {
    const text = "profile_name: osd-tuning\nplacement:\n  hosts:\n    - store1\nsettings:\n  fs.aio-max-nr: '1048576'\n  vm.swappiness: 10\n---\nprofile_name: all\nplacement:\n  host_pattern: 'store*'\nsettings:\n  kernel.pid_max: 4194304\n";
    assert.deepEqual(await settings("tuned.yml", text), [
      "fs.aio-max-nr = 1048576 file /etc/sysctl.d/osd-tuning-cephadm-tuned-profile.conf",
      "vm.swappiness = 10 file /etc/sysctl.d/osd-tuning-cephadm-tuned-profile.conf",
      "kernel.pid_max = 4194304 file /etc/sysctl.d/all-cephadm-tuned-profile.conf",
    ]);
    const workspace = await loadWorkspace(new Map([["tuned.yml", text], ["hosts.ini", "[all]\nstore1.example.net\nstore2.example.net\n"]]));
    const on = (host: string, key: string): unknown => effectiveSysctl(workspace, workspace.fleet.host(host)!, key) !== undefined;
    assert.deepEqual([on("store1.example.net", "vm.swappiness"), on("store2.example.net", "vm.swappiness")], [true, false]);
  });

  it("containers: Compose, Kubernetes and tasks", async () => {
    assert.deepEqual(await settings("compose.yaml", "services:\n  a:\n    image: a\n    sysctls:\n      net.core.somaxconn: 1024\n  b:\n    image: b\n    sysctls:\n      - net.ipv4.tcp_syncookies=0\n"), ["net.core.somaxconn = 1024 container", "net.ipv4.tcp_syncookies = 0 container"]);
    assert.deepEqual(await settings("pod.yaml", "apiVersion: v1\nkind: Pod\nspec:\n  securityContext:\n    sysctls:\n      - name: net.core.somaxconn\n        value: \"1024\"\n"), ["net.core.somaxconn = 1024 container"]);
    assert.deepEqual(await settings("site.yml", "- hosts: all\n  tasks:\n    - community.docker.docker_container:\n        name: web\n        image: web\n        sysctls:\n          net.core.somaxconn: 1024\n"), ["net.core.somaxconn = 1024 container"]);
  });

  it("units and tasks in one line", async () => {
    assert.deepEqual(await settings("etc/systemd/system/x.service", "[Service]\nType=oneshot\nExecStartPre=/sbin/sysctl -w net.ipv4.ip_forward=1\nExecStart=/bin/sh -c 'echo 2 > /proc/sys/net/ipv4/conf/all/rp_filter'\n"), ["net.ipv4.ip_forward = 1 command", "net.ipv4.conf.all.rp_filter = 2 command"]);
    assert.deepEqual(await settings("tasks/main.yml", "- name: forward\n  sysctl: name=net.ipv4.ip_forward value=1 state=present\n- ansible.posix.sysctl: name=kernel.shmmax value={{ shmmax }} sysctl_file=/etc/sysctl.d/60-db.conf\n  when: shmmax is defined\n"), [
      "net.ipv4.ip_forward = 1 task /etc/sysctl.conf",
      "kernel.shmmax = ? (maybe) task /etc/sysctl.d/60-db.conf",
    ]);
  });
});
