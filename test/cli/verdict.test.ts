import assert from "node:assert/strict";
import { join } from "node:path";
import { verdictCommand } from "../../src/cli/verdict.ts";
import type { Ran } from "../support/command-line.ts";
import { premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";

const NFT = `#!/usr/sbin/nft -f
include "vars.nft"
table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    ct state vmap { established : accept, invalid : drop }
    iif lo accept
    include "web.nft"
    tcp dport $ssh jump operators
    icmp type echo-request limit rate 5/second accept
  }
  chain operators {
    ip saddr != 192.0.2.0/24 return
    accept
  }
}
`;
const SAVE = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\n-A INPUT -j REJECT\nCOMMIT\n";

interface Answer {
  readonly verdict: string;
  readonly rule: { readonly path: string; readonly line: number } | null;
  readonly chain: string | null;
  readonly reason: string;
  readonly trace: readonly { readonly path: string; readonly line: number; readonly matched: string; readonly effects: readonly string[] }[];
}

const site = (more: Readonly<Record<string, string>> = {}): { path: string; file: (name: string) => string } => {
  const made = folder({ "nftables.conf": NFT, "vars.nft": "define ssh = 22\n", "web.nft": "tcp dport { 80, 443 } accept\n", "rules.v4": SAVE, ...more });
  return { path: made.path, file: (name) => join(made.path, name) };
};
const ask = async (file: string, packet: string, ...more: string[]): Promise<Ran & { answer: Answer }> => {
  const ran = await premortem("verdict", file, "--packet", packet, "--json", ...more);
  return { ...ran, answer: (ran.status === 0 ? JSON.parse(ran.out) : {}) as Answer };
};

/** Runs with those lines on standard input. */
async function piped(file: string, lines: Iterable<string>): Promise<Ran> {
  let [out, err] = ["", ""];
  const status = await verdictCommand([file], { packet: "-", trace: false }, { out: (text) => void (out += text), err: (text) => void (err += text), colour: false, interactive: false }, (async function* () { yield* lines; })());
  return { status, out, err };
}

describe("premortem verdict", () => {
  it("tells the verdict, the rule that decides, and every rule on the way", async () => {
    const { file } = site();
    const { answer, status } = await ask(file("nftables.conf"), "hook=input,iif=eth0,saddr=192.0.2.1,proto=tcp,dport=22,ct=new");
    assert.deepEqual([status, answer.verdict, answer.rule, answer.chain], [0, "accept", { path: file("nftables.conf"), line: 14 }, "operators"]);
    assert.deepEqual(answer.trace.map(({ line, matched, effects }) => [line, matched, effects.join()]), [[6, "no", ""], [7, "no", ""], [1, "no", ""], [9, "yes", "jump operators"], [13, "no", ""], [14, "yes", "accept"]]);
    const { out } = await premortem("verdict", file("nftables.conf"), "--packet", "iif=eth0,proto=udp,dport=53");
    assert.match(out, /^drop: the policy of chain input/);
    assert.ok(out.includes("no: meta l4proto is udp"), out);
  });

  it("reads the files that a ruleset includes, and points into them", async () => {
    const { file } = site();
    const { answer } = await ask(file("nftables.conf"), "iif=eth0,proto=tcp,dport=443");
    assert.deepEqual([answer.verdict, answer.rule], ["accept", { path: file("web.nft"), line: 1 }]);
    const { err } = await ask(site({ "nftables.conf": `include "gone.nft"\n${NFT}` }).file("nftables.conf"), "iif=lo");
    assert.match(err, /“gone.nft” is not among the files/);
  });

  it("says why a verdict is unknown", async () => {
    const { answer } = await ask(site().file("nftables.conf"), "iif=eth0,proto=icmp,type=echo-request");
    assert.deepEqual([answer.verdict, answer.rule?.line], ["unknown", 10]);
    assert.match(answer.reason, /limit/);
    const open = await ask(site({ "nftables.conf": NFT.replace("iif lo", "iifname wan0") }).file("nftables.conf"), "proto=tcp,dport=25");
    assert.match(open.answer.reason, /incoming interface is not told/);
    const outside = await premortem("verdict", site().file("nftables.conf"), "--packet", "proto=tcp,dport=25");
    assert.match(outside.out, /^drop: .*meta iifname is some interface other than lo$/ms);
  });

  it("reads iptables, scripts and templates, and whatever --as says", async () => {
    const { file } = site({ "fw.sh": "#!/bin/sh\niptables -P INPUT DROP\niptables -A INPUT -p tcp --dport 22 -j ACCEPT\n", "nftables.conf.j2": NFT.replace("$ssh", "{{ ssh_port }}"), "notes.txt": SAVE, "six.txt": SAVE });
    const ssh = "iif=eth0,proto=tcp,dport=22";
    assert.deepEqual((await ask(file("rules.v4"), ssh)).answer.rule, { path: file("rules.v4"), line: 3 });
    assert.equal((await ask(file("rules.v4"), "iif=eth0,proto=tcp,dport=23")).answer.verdict, "reject");
    assert.equal((await ask(file("fw.sh"), ssh)).answer.verdict, "accept");
    assert.equal((await ask(file("nftables.conf.j2"), `${ssh},saddr=192.0.2.1`)).answer.verdict, "unknown");
    assert.equal((await ask(file("notes.txt"), ssh, "--as", "iptables")).answer.verdict, "accept");
    assert.equal((await ask(file("six.txt"), `${ssh},saddr=2001:db8::1`, "--as", "ip6tables")).answer.verdict, "accept");
    assert.equal((await ask(file("rules.v4"), `${ssh},saddr=2001:db8::1`)).answer.reason, "the text has no chain that the kernel calls for IPv6 packets of hook input");
  });

  it("judges a packet by several rulesets of one host together", async () => {
    const { file } = site({ "other.nft": "table ip later { chain input { type filter hook input priority 10; policy accept; tcp dport 22 drop; } }\n" });
    const { out } = await premortem("verdict", file("rules.v4"), file("other.nft"), "--packet", "iif=eth0,proto=tcp,dport=22", "--json");
    const answer = JSON.parse(out) as Answer;
    assert.deepEqual([answer.verdict, answer.rule], ["drop", { path: file("other.nft"), line: 1 }]);
  });

  it("does not complain of what a template writes, and shows the first place of each end", async () => {
    const rules = "table inet f { chain input { type filter hook input priority 0; policy {{ policy | default('drop') }};\n{% if open %}\ntcp dport 22 accept\n{% endif %}\ntcp dport {{ ssh }} accept\n} }\n";
    const { out, err } = await premortem("verdict", site({ "a.nft.j2": rules }).file("a.nft.j2"), "--packet", "proto=tcp,dport=22");
    assert.equal(err, "");
    assert.match(out, /^unknown: .*\nIt may end in accept or drop\.\n.*\n[^\n]*:3 tcp dport 22 accept \(accept\)\n/);
    assert.match(out, /\? [^\n]*:1 input: -> policy unknown/);
  });

  it("warns where two files have one table", async () => {
    const { file } = site({ "more.nft": "table inet filter { chain input { tcp dport 25 accept; } }\n" });
    const warned = async (...files: string[]): Promise<string> => (await premortem("verdict", ...files.map(file), "--packet", "proto=tcp,dport=25")).err;
    assert.match(await warned("nftables.conf", "more.nft"), /both have the table inet filter: the verdict takes them for two; name a file that includes both/);
    assert.match(await warned("rules.v4", "rules.v4"), /both have the table ip filter: loading the second takes the first away/);
    assert.equal(await warned("nftables.conf", "rules.v4"), "");
  });

  it("says so where no chain sees the packet", async () => {
    const { file } = site({ "user.rules": "*filter\n:ufw-user-input - [0:0]\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT\nCOMMIT\n" });
    assert.match((await premortem("verdict", file("user.rules"), "--packet", "proto=tcp,dport=22")).out, /^accept: the text has no chain that the kernel calls for IPv4 packets of hook input$/m);
  });

  it("rather names what filters than what translates", async () => {
    const { file } = site({ "nat.v4": "*nat\n:INPUT ACCEPT [0:0]\nCOMMIT\n*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n" });
    assert.match((await premortem("verdict", file("nat.v4"), "--packet", "proto=tcp,dport=22")).out, /^accept: the policy of chain INPUT of table ip filter is accept$/m);
  });

  it("takes addresses, protocols, ICMP types, flags and marks in the notation that people write", async () => {
    const rules = `table inet f { chain input { type filter hook input priority 0; policy drop;
tcp flags & (syn | ack) == syn | ack accept
meta mark 0x10 accept
icmpv6 type packet-too-big accept
meta l4proto 132 accept
} }`;
    const { file } = site({ "a.nft": rules });
    for (const [packet, line] of [["proto=tcp,flags=syn+ack", 2], ["mark=0x10", 3], ["mark=16", 3], ["proto=icmpv6,type=2", 4], ["proto=ipv6-icmp,type=packet-too-big", 4], ["proto=SCTP,sport=1", 5], ["proto=132", 5]] as const) {
      assert.equal((await ask(file("a.nft"), packet)).answer.rule?.line, line, packet);
    }
  });

  it("answers one line for each line of standard input, in order, and goes on after a bad one", async () => {
    const { file } = site();
    const { status, out, err } = await piped(file("nftables.conf"), ['\ufeff{"iif":"lo"}', '{"iif":"eth0","proto":"tcp","dport":"80","flags":["syn"]}', "{", '{"iif":"eth0","prot":"tcp"}', "", '{"iif":"eth0","proto":"tcp","dport":25,"ct":"invalid"}']);
    const answers = out.trimEnd().split("\n").map((line) => JSON.parse(line) as Answer);
    assert.deepEqual(answers.map(({ verdict }) => verdict), ["accept", "accept", "unknown", "unknown", "drop"]);
    assert.match(answers[3]!.reason, /Did you mean proto\?/);
    assert.equal(status, 2);
    assert.match(err, /^premortem: 2 lines are no packets; the first is line 3: [^\n]+\n$/);
  });

  it("does not gather what it reads before it answers", async () => {
    const { file } = site();
    let [read, answered, most] = [0, 0, 0];
    const lines = (async function* () {
      for (; read < 5000; read++) {
        most = Math.max(most, read - answered);
        yield '{"iif":"eth0","proto":"tcp","dport":80}';
      }
    })();
    const status = await verdictCommand([file("rules.v4")], { packet: "-", trace: true }, { out: () => void answered++, err: () => {}, colour: false, interactive: false }, lines);
    assert.deepEqual([status, answered], [0, 5000]);
    assert.ok(most <= 1, `${most} packets waited`);
  });

  it("says in one line what to do where it cannot answer", async () => {
    const { path, file } = site({ "notes.md": "no rules\n", "empty.nft": "# nothing\n", "play.yml": "- hosts: all\n" });
    for (const [args, message] of [
      [[path, "--packet", "iif=lo"], /is a directory; name the ruleset's file/],
      [[file("missing.nft"), "--packet", "iif=lo"], /There is no file/],
      [[file("notes.md"), "--packet", "iif=lo"], /--as nftables, iptables or ip6tables/],
      [[file("play.yml"), "--packet", "iif=lo"], /--as nftables, iptables or ip6tables/],
      [[file("empty.nft"), "--packet", "iif=lo"], /holds no firewall rules/],
      [[file("rules.v4"), "--as", "iptable", "--packet", "iif=lo"], /Allowed choices are nftables, iptables, ip6tables/],
      [[file("rules.v4")], /--packet/],
      [[file("rules.v4"), "--packet", "sadr=192.0.2.1"], /Did you mean saddr\?/],
      [[file("rules.v4"), "--packet", "src=192.0.2.1"], /Did you mean saddr\?/],
      [[file("rules.v4"), "--packet", "saddr=192.0.2.0/24"], /without a prefix/],
      [[file("rules.v4"), "--packet", "saddr=192.0.2.1,daddr=2001:db8::1"], /one family/],
      [[file("rules.v4"), "--packet", "proto=icmp,saddr=2001:db8::1"], /icmpv6/],
      [[file("rules.v4"), "--packet", "proto=tpc"], /Did you mean tcp\?/],
      [[file("rules.v4"), "--packet", "dport=65536"], /from 0 to 65535/],
      [[file("rules.v4"), "--packet", "ct=establshed"], /Did you mean established\?/],
      [[file("rules.v4"), "--packet", "hook=imput"], /Did you mean input\?/],
      [[file("rules.v4"), "--packet", "flags=syn,ack"], /TCP flags by \+/],
      [[file("rules.v4"), "--packet", "iif"], /KEY=VALUE/],
      [[file("rules.v4"), "--packet", "iif=a,iif=b"], /twice/],
      [[file("rules.v4"), "--packet", "proto=icmp,type=nothing"], /no ICMP type/],
    ] as const) {
      const { status, out, err } = await premortem("verdict", ...args);
      assert.deepEqual([status, out], [2, ""], args.join(" "));
      assert.match(err, /^premortem: [^\n]+\n$/, args.join(" "));
      assert.match(err, message);
    }
  });
});
