import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { labMissing } from "./available.ts";
import { skip } from "../support/skip.ts";

/** What a shell script prints in a network namespace of its own, which goes with it. */
function run(script: string): string {
  return spawnSync("unshare", ["--net", "sh", "-c", script], { encoding: "utf8", timeout: 60_000 }).stdout;
}

const table = (rule: string, chain = "type filter hook input priority 0;"): string => `table inet guard {\n chain input { ${chain}\n ${rule}\n }\n}\n`;
const load = (...texts: string[]): string => texts.map((text) => `nft -f - <<'EOF'\n${text}EOF\necho "status $?"`).join("\n");
const COUNT = "\nnft list ruleset | grep -c 'accept$'";
const statuses = (out: string): number[] => [...out.matchAll(/^status (\d+)/gm)].map((match) => Number(match[1]));
const last = (out: string): number => Number(/(\d+)\s*$/.exec(out)![1]);

describe("lab: what loading rules does", function () {
  this.timeout(60_000);
  before(function () {
    const missing = labMissing(["nft", "iptables-restore", "unshare"]);
    if (missing !== undefined) skip(this, missing);
  });

  it("not-idempotent: rules double without a flush, and not with table, delete table, table", () => {
    const out = run(load(table("tcp dport 22 accept"), table("tcp dport 22 accept")) + COUNT);
    assert.deepEqual([statuses(out), last(out)], [[0, 0], 2]);
    const anew = `table inet guard\ndelete table inet guard\n${table("tcp dport 22 accept")}`;
    const twice = run(load(anew, anew) + COUNT);
    assert.deepEqual([statuses(twice), last(twice)], [[0, 0], 1]);
  });

  it("not-idempotent: a delete or flush that comes first is refused on an empty host, with all that follows", () => {
    for (const verb of ["delete", "flush"]) {
      const out = run(load(`${verb} table inet guard\n${table("tcp dport 22 accept")}`) + COUNT);
      assert.deepEqual([statuses(out), last(out)], [[1], 0], verb);
    }
    const created = run(load("create table inet guard\n", "create table inet guard\n"));
    assert.deepEqual(statuses(created), [0, 1]);
  });

  it("interface-at-boot: a missing interface refuses the whole file by iif and oif, not by name; lo is there", () => {
    const status = (rule: string): readonly [number[], number] => {
      const out = run(load(table(`tcp dport 22 accept\n ${rule} accept`)) + COUNT);
      return [statuses(out), last(out)];
    };
    assert.deepEqual(status("iif wg0"), [[1], 0]);
    assert.deepEqual(status('ct state new oif != "wg0"'), [[1], 0]);
    assert.deepEqual(status("iif . tcp dport { br0 . 22 }"), [[1], 0]);
    assert.deepEqual(status("iif vmap { br0 : accept }"), [[1], 0]);
    assert.deepEqual(status("iifname wg0"), [[0], 2]);
    assert.deepEqual(status("iif lo"), [[0], 2]);
    const named = run(load("table inet guard {\n set inside { type iface_index; elements = { wg0 }\n }\n}\n"));
    assert.deepEqual(statuses(named), [1]);
  });

  it("host-name-in-rule: without an answer nothing of the file, or of the table, is loaded", () => {
    const nft = run(load(table("tcp dport 22 accept\n ip saddr jump.example.net accept")) + COUNT);
    assert.deepEqual([statuses(nft), last(nft)], [[1], 0]);
    const save = "*filter\n-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -s jump.example.net -j ACCEPT\nCOMMIT\n";
    const restored = run(`iptables-restore <<'EOF'\n${save}EOF\necho "status $?"\niptables -S | grep -c dport`);
    assert.notEqual(statuses(restored)[0], 0);
    assert.equal(last(restored), 0);
    assert.deepEqual(statuses(run(load(table("ip saddr localhost accept")))), [0]);
  });

  it("half-applied: earlier tables stay when a later one is refused or has no COMMIT", () => {
    const mangle = "*mangle\n-A PREROUTING -p tcp --dport 443 -j MARK --set-mark 1\nCOMMIT\n";
    for (const filter of ["*filter\n-A INPUT -s jump.example.net -j ACCEPT\nCOMMIT\n", "*filter\n-A INPUT -p tcp --dport 22 -j ACCEPT\n"]) {
      const out = run(`iptables-restore <<'EOF'\n${mangle}${filter}EOF\necho "status $?"\niptables -S INPUT | grep -c -- -A\niptables -t mangle -S | grep -c MARK`);
      const [input, marks] = out.trim().split("\n").slice(-2).map(Number);
      assert.notEqual(statuses(out)[0], 0);
      assert.deepEqual([input, marks], [0, 1]);
    }
  });

  it("exact-set-of-flags: braces look whole values up, a list tests bits, and one element is a plain value", () => {
    const code = (match: string): string => run(`nft --debug=netlink -f - 2>&1 <<'EOF'\n${table(`${match} accept`)}EOF\n`);
    for (const match of ["tcp flags { syn, ack }", "ct status { snat, dnat }", "tcp flags != { syn, ack }"]) {
      assert.match(code(match), /\blookup\b/, match);
      assert.doesNotMatch(code(match), /\bbitwise\b/, match);
    }
    for (const match of ["tcp flags syn,ack", "ct status snat,dnat", "tcp flags ! syn,ack", "tcp flags { syn }"]) {
      assert.match(code(match), /\bbitwise\b/, match);
      assert.doesNotMatch(code(match), /\blookup\b/, match);
    }
  });
});
