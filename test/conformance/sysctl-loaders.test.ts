import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import fc from "fast-check";
import { sysctl } from "../../src/formats/sysctl/index.ts";
import { normaliseKey } from "../../src/model/kernel/key.ts";
import { load } from "../../src/model/kernel/loading/load.ts";
import type { Loader } from "../../src/model/kernel/loading/order.ts";
import { loadOrder } from "../../src/model/kernel/loading/order.ts";
import { folder } from "../support/folder.ts";
import { skip } from "../support/skip.ts";

/** Keys that each network namespace has of its own, and that stand alone: writing one changes no other. */
const KEYS = ["net/ipv6/conf/all/hop_limit", "net/ipv6/conf/default/hop_limit", "net/ipv6/conf/lo/hop_limit", "net/ipv6/conf/e.1/hop_limit", "net/ipv4/tcp_keepalive_time", "net/ipv4/tcp_keepalive_probes"];
/** Where the helper mounts the folders of a tree. */
const MOUNTS: Record<string, string> = { "/etc/": "etc/", "/run/": "run/", "/usr/local/lib/": "local/", "/usr/lib/sysctl.d/": "vendor/" };
const TREES = 60;

const written = fc.constantFrom(
  ...["net.ipv6.conf.all.hop_limit", "net.ipv6.conf.lo.hop_limit", "net/ipv6/conf/lo/hop_limit", "net.ipv6.conf.e/1.hop_limit", "net/ipv6/conf/e.1/hop_limit", "net.ipv6.conf.e.1.hop_limit"],
  ...["net.ipv6.conf.*.hop_limit", "net.ipv6.conf.[le]*.hop_limit", "net.ipv6.conf.l?.hop_limit", "net/ipv6/conf/*/hop_limit", "net.ipv6.conf.*", "net.*.hop_limit"],
  ...["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_keepalive_*", "net.ipv4.tcp_keepalive_probes"],
);
const value = fc.integer({ min: 2, max: 120 }).map(String);
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(written, value, fc.constantFrom(" = ", "=", " =\t", "  =  "), fc.constantFrom("", "", "-", "  ")).map(([key, number, equals, before]) => `${before}${key}${equals}${number}`) },
  { weight: 2, arbitrary: written.map((key) => `-${key}`) },
  { weight: 1, arbitrary: fc.constantFrom("# net.ipv4.tcp_keepalive_time = 3", "; none", "", "net.ipv4.tcp_keepalive_time", "= 4", "-", "net.ipv4.tcp_keepalive_time = 5 # five", "  net.ipv4.tcp_keepalive_probes\t= 6  ") },
);
const text = fc.tuple(fc.array(line, { maxLength: 5 }), fc.constantFrom("\n", "\n", "\r\n")).map(([lines, end]) => lines.map((one) => one + end).join(""));
const place = fc.tuple(
  fc.constantFrom("/etc/sysctl.d/", "/etc/sysctl.d/", "/run/sysctl.d/", "/usr/local/lib/sysctl.d/", "/usr/lib/sysctl.d/"),
  fc.constantFrom("10-a.conf", "50-b.conf", "50-default.conf", "99-c.conf", "100-d.conf", "zz.conf", ".hidden.conf", "50-b", "60-e.conf.bak"),
);
/** Texts by path; undefined is a link to /dev/null. */
const tree = fc
  .tuple(fc.array(fc.tuple(place.map(([at, name]) => at + name), fc.option(text, { nil: undefined, freq: 8 })), { minLength: 1, maxLength: 5 }), fc.option(text, { nil: undefined }), fc.boolean())
  .map(([files, conf, linked]) => ({ files: new Map(files), conf, linked }));

type Tree = typeof tree extends fc.Arbitrary<infer T> ? T : never;

function put(root: string, { files, conf, linked }: Tree): void {
  for (const mount of ["etc/sysctl.d", "run/sysctl.d", "local/sysctl.d", "vendor"]) mkdirSync(join(root, mount), { recursive: true });
  const at = (path: string): string => {
    const [from, to] = Object.entries(MOUNTS).findLast(([mount]) => path.startsWith(mount))!;
    return join(root, to + path.slice(from.length));
  };
  for (const [path, content] of files) {
    mkdirSync(dirname(at(path)), { recursive: true });
    if (content === undefined) symlinkSync("/dev/null", at(path));
    else writeFileSync(at(path), content);
  }
  if (conf !== undefined) writeFileSync(at("/etc/sysctl.conf"), conf);
  if (linked) symlinkSync("../sysctl.conf", at("/etc/sysctl.d/99-sysctl.conf"));
}

/** What we say that a loader leaves behind; undefined: the value that was there before. */
function byUs({ files, conf, linked }: Tree, loader: Loader): (string | undefined)[] {
  const texts = new Map<string, string>([...files].map(([path, content]) => [path, content ?? ""]));
  if (conf !== undefined) texts.set("/etc/sysctl.conf", conf);
  if (linked) texts.set("/etc/sysctl.d/99-sysctl.conf", conf ?? "");
  const lines = loadOrder(texts.keys(), loader).flatMap((path) => sysctl.parse(texts.get(path)!).tree.lines.map((one) => ({ key: normaliseKey(one.key), value: one.value })));
  const loaded = load(lines, loader);
  return KEYS.map((key) => loaded.lineOf(normaliseKey(key))?.value?.replace(/\s.*/, ""));
}

/** Newer releases of procps take an exclusion for a pattern. */
function excludesByPattern(root: string): boolean {
  const file = join(root, "probe.conf");
  writeFileSync(file, "net.ipv4.conf.*.tag = 1\n-net.ipv4.conf.*\n");
  return !spawnSync("sysctl", ["--dry-run", "-p", file], { encoding: "utf8" }).stdout.includes("tag");
}

function withoutPatterns({ files, conf, linked }: Tree): Tree {
  const less = (content: string | undefined): string | undefined => content?.replace(/^-[^=\r\n]*[*?[][^=\r\n]*$/gm, "");
  return { files: new Map([...files].map(([path, content]) => [path, less(content)])), conf: less(conf), linked };
}

function missing(): string | undefined {
  if (!existsSync("/lib/systemd/systemd-sysctl")) return "systemd is not on this machine";
  if (spawnSync("sysctl", ["--dry-run", "-p", "/dev/null"]).status !== 0) return "procps 4 is not on this machine";
  const probe = spawnSync("unshare", ["-mn", "sh", "-c", "mount --make-rprivate / && mount --bind /etc /run && echo 1 >/proc/sys/net/ipv4/ip_forward && ip link add e.1 type veth"]);
  return probe.status === 0 ? undefined : "this machine gives no mount and network namespaces of one's own";
}

describe("sysctl: trees of files, as systemd-sysctl and procps apply them", () => {
  it("leave the values that we say", function () {
    const reason = missing();
    if (reason !== undefined) return skip(this, reason);
    this.timeout(120_000);
    const root = folder().path;
    const sampled = fc.sample(tree, { numRuns: TREES, seed: Number(process.env["PREMORTEM_SEED"] ?? 4) });
    const trees = excludesByPattern(root) ? sampled : sampled.map(withoutPatterns);
    writeFileSync(join(root, "keys"), `${KEYS.join("\n")}\n`);
    trees.forEach((one, i) => put(join(root, String(i)), one));
    const ran = spawnSync("unshare", ["-m", resolve("test/conformance/sysctl-trees.sh"), root], { encoding: "utf8" });
    assert.equal(ran.status, 0, ran.stderr);
    const read = (path: string): string[] => readFileSync(join(root, path), "utf8").trimEnd().split("\n");
    const none = read("none.out");
    trees.forEach((one, i) => {
      for (const loader of ["systemd", "procps"] as const) {
        const ours = byUs(one, loader).map((known, at) => known || none[at]);
        assert.deepEqual(ours, read(join(String(i), `${loader}.out`)), `tree ${i}, ${loader}: ${JSON.stringify({ ...one, files: [...one.files] }, undefined, 1)}`);
      }
    });
    return undefined;
  });
});
