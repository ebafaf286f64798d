import assert from "node:assert/strict";
import type { Task, Value } from "../../../src/model/fleet/fleet.ts";
import { commandActions } from "../../../src/model/rollout/commands.ts";
import { gatesBehind, isGate } from "../../../src/model/rollout/gates.ts";
import { actionsOf, interruptionsOf, kindOf, packagesOf } from "../../../src/model/rollout/services.ts";

const location = { path: "site.yml", range: { start: 0, end: 1 } };
const placed = (values: Record<string, Value>): Task["args"] => new Map(Object.entries(values).map(([key, value]) => [key, { value, location }]));

function task(module: string, args: Record<string, Value> = {}, keywords: Record<string, Value> = {}, more: Partial<Task> = {}): Task {
  return { module, args: placed(args), keywords: placed(keywords), location, section: "tasks", ...more };
}

const show = (one: Task): string => actionsOf(one).map(({ action, kind, service, certain }) => `${action} ${kind} ${service}${certain ? "" : "?"}`).join(", ");

describe("rollout: what a task does to a service", () => {
  it("knows the units by name", () => {
    for (const [name, kind] of [
      ["racoon", "ipsec"], ["strongswan-starter.service", "ipsec"], ["netfilter-persistent", "firewall"], ["systemd-networkd", "network"],
      ["wg-quick@wg0", "network"], ["ceph-osd@12", "storage"], ["ceph.target", "storage"], ["libvirtd", "hypervisor"], ["chrony", undefined], ["nginx", undefined],
    ] as const) assert.equal(kindOf(name), kind, name);
  });
  it("by module", () => {
    assert.equal(show(task("service", { name: "racoon", state: "restarted" })), "restart ipsec racoon");
    assert.equal(show(task("systemd", { name: "frr.service", state: "reloaded" })), "reload network frr");
    assert.equal(show(task("service", { name: "nginx", state: "restarted" })), "");
    assert.equal(show(task("reboot")), "reboot host host");
    assert.equal(show(task("apt", { name: ["curl", "strongswan"], state: "latest" })), "upgrade ipsec strongswan");
    assert.equal(show(task("apt", { name: "racoon=1:0.8-1", state: "present" })), "upgrade ipsec racoon");
    assert.equal(show(task("apt", { name: "racoon={{ version }}", state: "present" })), "upgrade ipsec racoon");
    assert.equal(show(task("apt", { name: "racoon", state: "present" })), "");
  });
  it("by loop, and by the task's own name where a template hides it", () => {
    const hidden: Value = "{{ service }}";
    assert.equal(show(task("service", { name: "{{ item }}", state: "restarted" }, { loop: ["racoon", "chrony"] })), "restart ipsec racoon");
    assert.equal(show(task("service", { name: hidden, state: "restarted" }, {}, { name: "restart strongswan" })), "restart ipsec strongswan?");
    assert.equal(show(task("service", { name: hidden, state: "restarted" }, {}, { name: "restart the service" })), "");
  });
  it("by command", () => {
    assert.deepEqual(commandActions("cd /tmp && sudo systemctl --no-block restart racoon.service; /etc/init.d/nftables force-reload"), [
      { service: "racoon", action: "restart" }, { service: "nftables", action: "reload" },
    ]);
    assert.deepEqual(commandActions("ipsec restart\nservice libvirtd stop\nshutdown -r now"), [
      { service: "ipsec", action: "restart" }, { service: "libvirtd", action: "stop" }, { service: "host", action: "reboot" },
    ]);
    assert.deepEqual(commandActions("echo systemctl restart racoon > /tmp/x; cat /var/run/reboot-required"), []);
    assert.equal(show(task("command", { _raw_params: "ipsec restart" })), "restart ipsec ipsec");
  });
  it("counts no reload as an interruption", () => {
    assert.deepEqual(interruptionsOf(task("service", { name: "racoon", state: "reloaded" })), []);
  });
  it("reads versions from names and files", () => {
    assert.equal(packagesOf(task("apt", { deb: "/tmp/racoon_0.8.2-7_amd64.deb" }))[0]!.version, "0.8.2-7");
    assert.deepEqual(packagesOf(task("apt", { name: "racoon,curl" })).map(({ name, state }) => [name, state]), [["racoon", "present"], ["curl", "present"]]);
  });
});

describe("rollout: gates", () => {
  it("are tasks that fail where something is not well", () => {
    assert.ok(isGate(task("wait_for", { port: 4500 })));
    assert.ok(isGate(task("command", { _raw_params: "ceph health" })));
    assert.ok(isGate(task("command", { _raw_params: "/usr/local/bin/peers" }, { until: "peers.rc == 0" })));
    assert.ok(!isGate(task("command", { _raw_params: "ceph health" }, { ignore_errors: true })));
    assert.ok(isGate(task("command", { _raw_params: "ceph health" }, { ignore_errors: true, register: "health" })));
    assert.ok(!isGate(task("template", { src: "a", dest: "b" }, {}, { name: "Check list" })));
  });
  it("count only behind the restart", () => {
    const check = task("command", { _raw_params: "racoonctl show-sa isakmp" });
    const copy = task("copy", {}, { notify: "r" });
    const handler = task("service", { name: "racoon", state: "restarted" }, {}, { section: "handlers", name: "r" });
    const play = (tasks: Task[]): Parameters<typeof gatesBehind>[0] => ({ tasks, handlers: [handler] }) as unknown as Parameters<typeof gatesBehind>[0];
    assert.equal(gatesBehind(play([copy, check]), handler, [copy]).length, 0);
    assert.equal(gatesBehind(play([copy, { ...check, section: "post_tasks" }]), handler, [copy]).length, 1);
    assert.equal(gatesBehind(play([copy, task("meta", { _raw_params: "flush_handlers" }), check]), handler, [copy]).length, 1);
  });
});
