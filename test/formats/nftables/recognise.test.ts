import assert from "node:assert/strict";
import { nftables } from "../../../src/formats/nftables/index.ts";

describe("formats/nftables recognise", () => {
  const table = "table inet filter {\n}\n";
  const cases: [path: string, head: string, expected: "name" | "content" | false][] = [
    ["etc/nftables.conf", "", "name"],
    ["roles/fw/templates/nftables.conf", "", "name"],
    ["etc/nftables.d/10-ssh.nft", "", "name"],
    ["etc/nftables.d/ssh.conf", table, "name"],
    ["etc/nftables/inet-filter.conf", "#!/usr/sbin/nft -f\n", "name"],
    ["roles/fw/files/firewall.rules", "#!/usr/sbin/nft -f\nflush ruleset\n", "content"],
    ["files/fw", "#!/usr/bin/env -S nft -f\n", "content"],
    ["files/fw.conf", table, "content"],
    ["files/fw.conf", "add table inet filter\nadd chain inet filter input\n", "content"],
    ["roles/nftables/tasks/main.yml", "- name: flush ruleset\n", false],
    ["roles/nftables/README.md", table, false],
    ["roles/nftables/defaults/main", "port: 22\n", false],
    ["nftables/Makefile", "all:\n\tnft -f x\n", false],
    ["scripts/fw.sh", "#!/bin/sh\nnft flush ruleset\n", false],
    ["docs/table.txt", "table of contents\n", false],
    ["app/schema.sql", "create table ip (id int);\n", false],
    ["iptables.rules", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n", false],
    ["lua/x.lua", "local table = {}\n", false],
    ["files/fw.conf", "table filter\n{\n}\n", "content"],
    ["etc/ferm/ferm.conf", "domain (ip ip6) {\n  table filter {\n    chain INPUT {\n      policy DROP;\n    }\n  }\n}\n", false],
    ["etc/fail2ban/action.d/nftables.conf", "# an action\n[INCLUDES]\n\n# more\nbefore = common.conf\n\n[Definition]\nactionstart = nft add table inet f\n", false],
    ["tests/ports.at", "START_TEST([ports])\nCHECK([dnl\ntable inet filter {\n}\n])\n", false],
    ["files/fw.tmpl", "{# managed #}\ntable inet filter {\n}\n", "content"],
    ["files/fw", "# ours\n\ndefine lan = { 192.0.2.0/24,\n 198.51.100.0/24 }\ntable inet filter {\n}\n", "content"],
    ["files/fw", "table filter {\n  chain INPUT {\n    policy DROP;\n    mod state state (ESTABLISHED RELATED) ACCEPT;\n  }\n}\n", false],
    ["etc/balancer.conf", "gateway a dev eth0 gw 192.0.2.1\n\ntable 2\n  default via a\n\ntable main\n  default via a\n", false],
  ];
  for (const [path, head, expected] of cases) it(`${path}: ${expected}`, () => assert.equal(nftables.recognise(path, head), expected));
});
