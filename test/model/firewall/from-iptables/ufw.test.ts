import assert from "node:assert/strict";
import { loadWorkspace } from "../../../../src/core.ts";
import type { Ruleset } from "../../../../src/model/firewall/ruleset.ts";

const DEFAULTS = 'IPV6=yes\nDEFAULT_INPUT_POLICY="REJECT"\nDEFAULT_OUTPUT_POLICY="ACCEPT"\nDEFAULT_FORWARD_POLICY="DROP"\nDEFAULT_APPLICATION_POLICY="SKIP"\n';
const BEFORE = "*filter\n:ufw-before-input - [0:0]\n:ufw-before-output - [0:0]\n:ufw-before-forward - [0:0]\n-A ufw-before-input -i lo -j ACCEPT\nCOMMIT\n*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 192.0.2.0/24 -j MASQUERADE\nCOMMIT\n";
const AFTER = "*filter\n:ufw-after-input - [0:0]\n-A ufw-after-input -p udp --dport 137 -j ufw-skip-to-policy-input\nCOMMIT\n";
const USER = "*filter\n:ufw-user-input - [0:0]\n:ufw-logging-deny - [0:0]\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n-A ufw-logging-deny -j LOG\n-I ufw-logging-deny -m conntrack --ctstate INVALID -j RETURN\nCOMMIT\n";

/** What before.rules means among a host's files, some of them replaced or (undefined) taken away. */
async function ruleset(changed: Readonly<Record<string, string | undefined>> = {}): Promise<Ruleset | undefined> {
  const files = { "etc/default/ufw": DEFAULTS, "etc/ufw/before.rules": BEFORE, "etc/ufw/after.rules": AFTER, "etc/ufw/user.rules": USER, ...changed };
  const texts = Object.entries(files).flatMap(([name, text]) => (text === undefined ? [] : [[`hosts/a/${name}`, text] as const]));
  return (await loadWorkspace(new Map(texts))).subject("firewall", "hosts/a/etc/ufw/before.rules");
}

/** The chains that the kernel itself calls. */
function hooked(of: Ruleset | undefined): string[] {
  return of!.tables.flatMap(({ name, chains }) => chains.filter(({ hook }) => hook !== undefined).map((chain) => `${name} ${chain.name} ${JSON.stringify(chain.policy)}`));
}

describe("ufw's files", () => {
  it("are one ruleset, as ufw loads them", async () => {
    const joined = await ruleset();
    assert.deepEqual(hooked(joined), ['filter INPUT "drop"', 'filter OUTPUT "accept"', 'filter FORWARD "drop"', 'nat POSTROUTING "accept"']);
    const chains = new Map(joined!.tables[0]!.chains.map((chain) => [chain.name, chain]));
    const targets = (name: string): unknown[] => chains.get(name)!.rules.map(({ statements }) => statements.flatMap((one) => (one.kind === "verdict" ? [one.verdict.kind === "jump" ? one.verdict.target : one.verdict.kind] : []))[0]);
    assert.deepEqual(targets("INPUT"), ["before-logging", "before", "after", "after-logging", "reject", "track"].map((part) => `ufw-${part}-input`));
    assert.deepEqual(targets("ufw-before-input"), ["accept", "ufw-user-input"]);
    assert.deepEqual(targets("ufw-reject-input"), ["reject"]);
    assert.deepEqual(targets("ufw-track-output"), ["accept", "accept"]);
    assert.deepEqual(targets("ufw-skip-to-policy-forward"), ["drop"]);
    assert.deepEqual(targets("ufw-logging-deny"), ["return", undefined]);
  });

  it("keep the places of the first file, and mark what is in another", async () => {
    const { chains } = (await ruleset())!.tables[0]!;
    const places = chains.find(({ name }) => name === "ufw-before-input")!.rules.map(({ range }) => (range.included ? "elsewhere" : BEFORE.slice(range.start, range.end)));
    assert.deepEqual(places, ["-A ufw-before-input -i lo -j ACCEPT", "elsewhere"]);
  });

  it("stay parts where a file is missing, ufw is off, or a file does what only the host can tell", async () => {
    const cases: Record<string, string | undefined>[] = [
      { "etc/default/ufw": undefined },
      { "etc/default/ufw": DEFAULTS.replace('"REJECT"', '"$POLICY"') },
      { "etc/ufw/user.rules": undefined },
      { "etc/ufw/ufw.conf": "ENABLED=no\n" },
      { "etc/ufw/before.init": "#!/bin/sh\n" },
      { "etc/ufw/before.rules": BEFORE.replace(":ufw-before-input", ":INPUT ACCEPT [0:0]\n:ufw-before-input") },
      { "etc/ufw/user.rules": USER.replace("-A ufw-user-input", "-I ufw-before-input") },
    ];
    for (const changed of cases) assert.deepEqual(hooked(await ruleset(changed)).filter((chain) => chain.startsWith("filter ufw") || /INPUT "drop"/.test(chain)), [], JSON.stringify(changed));
  });
});
