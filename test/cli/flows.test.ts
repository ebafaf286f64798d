import assert from "node:assert/strict";
import { join } from "node:path";
import { premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";

interface Side {
  readonly verdict: string;
  readonly possible?: readonly string[];
  readonly rule: { readonly path: string; readonly line: number; readonly text: string } | null;
}
interface Entry {
  readonly hook: string;
  readonly family: string;
  readonly text: string;
  readonly match: Readonly<Record<string, readonly string[]>>;
  readonly sample: Readonly<Record<string, unknown>>;
  readonly before: Side;
  readonly after: Side;
  readonly now: Side;
}
interface Answer {
  readonly version: number;
  readonly opened: readonly Entry[];
  readonly closed: readonly Entry[];
  readonly changed: readonly Entry[];
  readonly accepted: readonly Entry[];
  readonly notComputed: readonly { readonly reason: string; readonly text?: string }[];
}

const host = (...rules: readonly string[]): string => `flush ruleset
table inet filter {
  set admins { type ipv4_addr; flags interval; elements = { 192.0.2.0/28, 198.51.100.7 } }
  chain input {
    type filter hook input priority 0; policy drop;
    iifname "lo" accept
    ct state established,related accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
    tcp dport 22 ip saddr @admins accept
${rules.map((rule) => `    ${rule}\n`).join("")}  }
  chain forward {
    type filter hook forward priority 0; policy drop;
    ct state established,related accept
    iifname "lan0" oifname "wan0" accept
  }
}
`;
const dump = (...rules: readonly string[]): string => `*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
${rules.map((rule) => `${rule}\n`).join("")}COMMIT
`;

const PAIRS: readonly (readonly [name: string, before: readonly [file: string, text: string], after: readonly [file: string, text: string]])[] = [
  ["a port", ["a.nft", host()], ["b.nft", host("tcp dport 443 accept")]],
  ["a limit that rejects", ["a.nft", host("tcp dport 8080 accept", "limit rate 5/second reject")], ["b.nft", host("udp dport 123 accept", "limit rate 5/second reject")]],
  ["hardware addresses", ["a.nft", host("ether saddr 02:00:00:00:00:01 tcp dport 80 accept")], ["b.nft", host("ether saddr { 02:00:00:00:00:01, 02:00:00:00:00:ff } tcp dport 81 accept")]],
  ["hardware addresses of iptables", ["a.v4", dump()], ["b.v4", dump("-A INPUT -m mac --mac-source 02:00:00:00:00:01 -p tcp -m tcp --dport 22 -j ACCEPT")]],
  ["marks", ["a.nft", host("meta mark and 0xf0 == 0x10 tcp dport 80 accept")], ["b.nft", host("ct mark 7 tcp dport 80 accept")]],
  ["users", ["a.v4", dump()], ["b.v4", dump("-A OUTPUT -m owner --uid-owner 1000 -j DROP")]],
  ["flags", ["a.v4", dump()], ["b.v4", dump("-A INPUT -p tcp -m tcp --tcp-flags ALL NONE -j ACCEPT", "-A INPUT -p tcp -m tcp --tcp-flags SYN,RST SYN -j ACCEPT")]],
  ["policies", ["a.v4", dump()], ["b.v4", dump().replace("FORWARD DROP", "FORWARD ACCEPT").replace("OUTPUT ACCEPT", "OUTPUT DROP")]],
  ["tools", ["a.v4", dump("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT")], ["b.nft", host().replace("table inet", "table ip").replace(/.*icmpv6.*\n/, "")]],
  ["neighbours", ["a.nft", host()], ["b.nft", host("meta l4proto ipv6-icmp accept", "ip6 nexthdr ospf accept", "ip protocol vrrp accept")]],
  ["drop to reject", ["a.nft", host()], ["b.nft", host("reject")]],
  ["lengths and markers", ["a.nft", host()], ["b.nft", host("ip dscp 46 udp dport 5060 accept", "meta length 100-200 udp dport 53 accept", "meta skuid 5 accept")]],
];

async function run(before: readonly [string, string], after: readonly [string, string] | undefined, ...more: string[]): Promise<{ answer: Answer; text: string; files: string[] }> {
  const made = folder(Object.fromEntries(after ? [before, after] : [before]));
  const files = (after ? [before, after] : [before]).map(([name]) => join(made.path, name));
  const json = await premortem("flows", ...files, "--json", ...more);
  assert.equal(json.status, 0, json.err);
  const text = await premortem("flows", ...files, ...more);
  assert.equal(text.status, 0, text.err);
  return { answer: JSON.parse(json.out) as Answer, text: text.out, files };
}

/** What `verdict` says of a packet as `flows` prints it. */
async function pasted(file: string, spec: string): Promise<Side> {
  const ran = await premortem("verdict", file, "--packet", spec, "--json");
  assert.equal(ran.status, 0, `${spec}: ${ran.err}`);
  return JSON.parse(ran.out) as Side;
}

describe("premortem flows", () => {
  for (const [name, before, after] of PAIRS) {
    it(`prints samples that premortem verdict takes, and judges as it says: ${name}`, async () => {
      const { answer, text, files } = await run(before, after);
      const entries = [...answer.opened, ...answer.closed, ...answer.changed];
      assert.ok(entries.length > 0);
      for (const entry of entries) {
        const spec = Object.entries(entry.sample).flatMap(([key, value]) => (key === "fields" ? Object.entries(value as object).map(([field, one]) => `${field}=${String(one)}`) : [`${key}=${Array.isArray(value) ? value.join("+") || "none" : String(value)}`])).join(",");
        for (const [i, side] of [entry.before, entry.after].entries()) {
          const said = await pasted(files[i]!, spec);
          assert.deepEqual([said.verdict, said.possible], [side.verdict, side.possible], `${spec} in ${files[i]!}`);
        }
      }
      // Every line of the text, by what stands before and after the arrow.
      const lines = text.split("\n");
      let specs = 0;
      for (const [i, line] of lines.entries()) {
        const spec = /^ {8}e\.g\. (.+)$/.exec(line)?.[1];
        if (spec === undefined) continue;
        specs++;
        for (const [j, side] of lines[i - 1]!.split("  ->  ").entries()) {
          const { verdict, possible } = await pasted(files[j]!, spec);
          assert.ok(side.trim().startsWith(verdict === "unknown" ? possible!.join(" or ") : verdict), `${spec}: ${side}, but ${verdict}`);
        }
      }
      assert.ok(specs > 0);
      for (const { before: first, after: second } of answer.opened) {
        assert.ok([first.verdict, ...(first.possible ?? [])].every((one) => one !== "accept") && (first.verdict !== "unknown" || first.possible!.join() === "drop,reject"));
        assert.equal(second.verdict, "accept");
      }
      for (const { before: first, after: second } of answer.closed) assert.ok(first.verdict === "accept" && (second.verdict !== "unknown" || second.possible!.join() === "drop,reject"));
    });
  }

  it("calls what is refused in one of two ways refused", async () => {
    const { answer, text } = await run(PAIRS[1]![1], PAIRS[1]![2]);
    assert.deepEqual([...new Set(answer.opened.map((one) => [one.before.verdict, one.before.possible].join()))], ["unknown,drop,reject"]);
    assert.match(text, /drop or reject by .*a\.nft:\d+ limit rate 5\/second reject {2}-> {2}accept/);
    assert.deepEqual(answer.notComputed, []);
  });

  it("takes the sample's JSON too", async () => {
    const { answer, files } = await run(PAIRS[2]![1], PAIRS[2]![2]);
    assert.ok(answer.opened.some(({ sample }) => "fields" in sample));
    const { verdictCommand } = await import("../../src/cli/verdict.ts");
    let out = "";
    const lines = answer.opened.map(({ sample }) => JSON.stringify(sample));
    await verdictCommand([files[1]!], { packet: "-", trace: false }, { out: (text) => void (out += text), err: assert.fail, colour: false, interactive: false }, (async function* () { yield* lines; })());
    assert.deepEqual(out.trimEnd().split("\n").map((line) => (JSON.parse(line) as Side).verdict), lines.map(() => "accept"));
  });

  it("says nothing of what cannot exist", async () => {
    const { answer, text } = await run(["a.nft", host()], ["b.nft", host().replace("policy drop", "policy accept")]);
    assert.ok(!/type any but|130-136|143/.test(text + JSON.stringify(answer)), text);
    assert.ok(answer.opened.some(({ family, match }) => family === "ip6" && match["type"] === undefined && !(match["proto"] ?? []).includes("icmpv6")));
  });

  it("tells one file's flows without telling one twice for its states, new connections first", async () => {
    const { answer, text } = await run(["a.nft", host("tcp dport 443 accept")], undefined);
    for (const hook of ["input", "forward", "output"]) {
      for (const family of ["ip", "ip6"]) {
        const entries = answer.accepted.filter((one) => one.hook === hook && one.family === family);
        const keys = entries.map(({ match: { ct, ...rest } }) => [JSON.stringify(rest), ct]);
        assert.equal(new Set(keys.map(([key]) => key)).size, keys.length);
        const opens = entries.map(({ match }) => match["ct"] === undefined || match["ct"].includes("new"));
        assert.deepEqual(opens, [...opens].sort((a, b) => Number(b) - Number(a)));
      }
    }
    assert.match(text, /To this host, IPv4 and IPv6:\n {4}\+ TCP to port 443\n/);
    assert.match(text, /\+ lan0 -> wan0: Everything\n/);
  });

  it("prints the same bytes each time, and nothing where nothing changes", async () => {
    const made = folder({ "a.nft": host("tcp dport 80 accept"), "b.nft": host("udp dport 53 accept") });
    const [a, b] = [join(made.path, "a.nft"), join(made.path, "b.nft")];
    for (const more of [[], ["--json"]]) assert.equal((await premortem("flows", a, b, ...more)).out, (await premortem("flows", a, b, ...more)).out);
    assert.equal((await premortem("flows", a, a)).out, "No packet meets with another verdict.\n");
    assert.deepEqual(JSON.parse((await premortem("flows", a, a, "--json")).out), { version: 1, opened: [], closed: [], changed: [], notComputed: [] });
  });

  it("says of iptables that IPv6 is kept elsewhere", async () => {
    const { answer } = await run(["a.v4", dump("-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT")], ["b.nft", host("tcp dport 22 accept")]);
    assert.ok(answer.notComputed.some(({ reason }) => reason.includes("IPv6")));
    assert.ok(answer.opened.every(({ family }) => family === "ip"));
  });

  it("ends with 2 and one line on standard error where it cannot run", async () => {
    const made = folder({ "a.nft": host(), "empty.txt": "nothing here\n" });
    for (const [file, said] of [["missing.nft", /no file or directory/], ["empty.txt", /not recognised|holds no firewall rules/]] as const) {
      const { status, out, err } = await premortem("flows", join(made.path, "a.nft"), join(made.path, file));
      assert.deepEqual([status, out, err.trimEnd().split("\n").length], [2, "", 1], err);
      assert.match(err, said);
    }
  });
});
