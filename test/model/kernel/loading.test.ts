import assert from "node:assert/strict";
import { load } from "../../../src/model/kernel/loading/load.ts";
import type { Loader } from "../../../src/model/kernel/loading/order.ts";
import { loadOrder } from "../../../src/model/kernel/loading/order.ts";

const lines = (...texts: string[]): { key: string; value: string | undefined }[] =>
  texts.map((text) => {
    const [key, value] = text.split("=");
    return { key: key!.replace(/^-/, ""), value };
  });

const valueOf = (loader: Loader, key: string, ...texts: string[]): unknown => load(lines(...texts), loader).lineOf(key)?.value;

describe("model/kernel/loading: order", () => {
  it("sorts by name across folders, 100- before 99-", () => {
    const paths = ["/etc/sysctl.d/99-a.conf", "/usr/lib/sysctl.d/50-b.conf", "/run/sysctl.d/100-c.conf"];
    assert.deepEqual(loadOrder(paths, "systemd"), ["/run/sysctl.d/100-c.conf", "/usr/lib/sysctl.d/50-b.conf", "/etc/sysctl.d/99-a.conf"]);
  });

  it("lets the stronger folder hide a whole file", () => {
    assert.deepEqual(loadOrder(["/usr/lib/sysctl.d/50-a.conf", "/etc/sysctl.d/50-a.conf", "/lib/sysctl.d/50-a.conf"], "procps"), ["/etc/sysctl.d/50-a.conf"]);
  });

  it("reads what its loader reads", () => {
    const paths = ["/etc/sysctl.conf", "/etc/sysctl.d/.x.conf", "/etc/sysctl.d/10-a", "/etc/sysctl.d/sub/a.conf", "/etc/sysctl.d/zz.conf"];
    assert.deepEqual(loadOrder(paths, "systemd"), ["/etc/sysctl.d/zz.conf"]);
    assert.deepEqual(loadOrder(paths, "procps"), ["/etc/sysctl.d/.x.conf", "/etc/sysctl.d/zz.conf", "/etc/sysctl.conf"]);
  });
});

describe("model/kernel/loading: lines", () => {
  const both = ["systemd", "procps"] as const;

  it("lets a key's own line beat globs, and the last of either win", () => {
    for (const loader of both) {
      assert.equal(valueOf(loader, "net.a.b", "net.a.b=1", "net.*.b=2"), "1");
      assert.equal(valueOf(loader, "net.a.b", "net.a.b=1", "net.a.b=2"), "2");
      assert.equal(valueOf(loader, "net.c.b", "net.*.b=1", "net.[cd].b=2"), "2");
    }
  });

  it("lets an exclusion take a key out of globs, and under systemd erase its value", () => {
    for (const loader of both) assert.equal(valueOf(loader, "net.a.b", "net.*.b=2", "-net.a.b"), undefined);
    assert.equal(valueOf("systemd", "net.a.b", "net.a.b=1", "-net.a.b"), undefined);
    assert.equal(valueOf("procps", "net.a.b", "net.a.b=1", "-net.a.b"), "1");
    assert.equal(valueOf("systemd", "net.a.b", "-net.a.b", "net.a.b=1"), "1");
  });

  it("takes an exclusion with a pattern as procps does, and not as systemd does", () => {
    assert.equal(valueOf("procps", "net.a.b", "net.*.b=2", "-net.*"), undefined);
    assert.equal(valueOf("systemd", "net.a.b", "net.*.b=2", "-net.*"), "2");
  });

  it("keeps the place of a repeated value, and moves a changed one", () => {
    const repeated = lines("a=1", "b=1", "a=1");
    const systemd = load(repeated, "systemd");
    assert.ok(systemd.positionOf(systemd.lineOf("a")!) < systemd.positionOf(systemd.lineOf("b")!));
    const changed = load(lines("a=1", "b=1", "a=2"), "systemd");
    assert.ok(changed.positionOf(changed.lineOf("a")!) > changed.positionOf(changed.lineOf("b")!));
  });
});
