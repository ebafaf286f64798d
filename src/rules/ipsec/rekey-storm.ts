import type { Range } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { meshPairs, spoken } from "../../model/ipsec/timing.ts";
import { rule } from "../rule.ts";

/** Fewer hosts than this renew all their associations in less than a second of a daemon's work. */
const LARGE = 20;

/** As many peers as make a storm, for the examples. */
function peers(each: (name: string, address: string) => string): string {
  return Array.from({ length: LARGE }, (_, index) => each(`site-${index + 1}`, `198.51.100.${index + 1}`)).join("");
}

export default rule({
  what: "Many associations are renewed at the same moment, since nothing spreads their renewals.",
  why: "After a restart of the fleet all associations are of one age. With no random part in their lifetimes they are renewed together, again and again, and each wave is as heavy as the restart.",
  instead: "Keep the random part of the renewal time (`rand_time`, `rekeyfuzz`); where the daemon has none, give hosts different lifetimes.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["ipsec"],
  severity: "info",
  fix: "safe",
  fixSafety: "Each renewal begins earlier than now by a random part, as it does by default; nothing else changes.",
  lifecycle: "stable",
  sources: ["swanctl.conf(5)", "ipsec.conf(5)", "ipsec-tools: libipsec, PFKEY_SOFT_LIFETIME_RATE"],
  data: { associations: "associations that are renewed together", renewalsPerSecond: "their mean number per second, if they were spread evenly" },
  examples: {
    bad: [
      {
        "inventory.ini": "[mesh]\nnode[01:60].example.net\n",
        "site.yml": "- hosts: mesh\n  serial: 1\n  tasks:\n    - template: src=templates/racoon.conf.j2 dest=/etc/racoon/racoon.conf\n",
        "templates/racoon.conf.j2": "remote anonymous\n{\n\texchange_mode main;\n\tdpd_delay 20;\n}\n\nsainfo anonymous\n{\n\t⟦lifetime time 1 hour;⟧\n\tencryption_algorithm aes 256;\n}\n",
      },
      { "swanctl.conf": `branch {\n  dpd_delay = 30s\n  children {\n    lan {\n      rekey_time = 1h\n      ⟦rand_time = 0s⟧\n    }\n  }\n}\n\nconnections {\n${peers((name, address) => `  ${name} : branch {\n    remote_addrs = ${address}\n  }\n`)}}\n` },
      { "etc/ipsec.conf": `# strongSwan\nconn %default\n    keyexchange=ikev2\n    dpdaction=restart\n    ⟦rekeyfuzz=0%⟧\n    auto=start\n\n${peers((name, address) => `conn ${name}\n    right=${address}\n\n`)}` },
    ],
    good: "connections {\n  mesh {\n    remote_addrs = 192.0.2.0/24\n    dpd_delay = 30s\n    children {\n      host {\n        rekey_time = 1h\n      }\n    }\n  }\n}\n",
    lookalike: [
      // Many connections with the random part that is the default, and few without one.
      { "swanctl.conf": `connections {\n${peers((name, address) => `  ${name} {\n    dpd_delay = 30s\n    remote_addrs = ${address}\n    children { lan { rekey_time = 1h } }\n  }\n`)}}\n` },
      { "racoon.conf": "remote 192.0.2.1\n{\n\tdpd_delay 20;\n}\n\nsainfo anonymous\n{\n\tlifetime time 1 hour;\n}\n" },
    ],
  },
  check({ ipsec, path, workspace, report }) {
    const scope = workspace.fleet.scopeOf(path);
    const hosts = isUnknown(scope) ? 0 : scope.hosts.length;
    const rigid = ipsec.connections.filter(({ childRenewal }) => !isUnknown(childRenewal) && childRenewal.window !== undefined && childRenewal.window.earliest === childRenewal.window.latest);
    const [first] = rigid;
    if (first === undefined || isUnknown(first.childRenewal)) return;
    // A connection to anybody, on hosts that all have it, is a mesh; else each connection is one association of each host.
    const mesh = rigid.length === 1 && /anonymous|\{\{/.test(first.name);
    const associations = mesh ? meshPairs(hosts) : rigid.length * Math.max(1, hosts);
    // With one peer, the hosts that all have it meet there.
    if (mesh ? hosts < LARGE : associations < LARGE) return;
    const every = first.childRenewal.window!.latest;
    const places = [first.childRenewal.rigid, first.childRenewal.location];
    const removed = rigid.flatMap(({ childRenewal }) => (isUnknown(childRenewal) || childRenewal.rigid?.path !== path ? [] : [childRenewal.rigid.range]));
    const edits = [...new Map(removed.map((range) => [range.start, range])).values()].map((range) => ({ path, range: wholeLine(workspace.text(path)!, range), newText: "" }));
    report({
      location: places.find((place) => place?.path === path) ?? first.location,
      message: `${associations} associations are renewed every ${spoken(every)} with nothing that spreads them: once they are of one age, all renewals come in the same moment instead of ${pace(associations / every)}. ${first.syntax === "racoon.conf" ? "racoon has no random part: give hosts different lifetimes" : "Keep the random part of the renewal time"}.`,
      fixes: edits.length === 0 ? [] : [{ title: "Spread renewals at random, as by default", safety: "safe", edits }],
      data: { associations, renewalsPerSecond: Math.round((associations / every) * 100) / 100 },
    });
  },
});

/** A setting with its whole line, where nothing else stands in it. */
function wholeLine(text: string, { start, end }: Range): Range {
  const before = /(?:^|\n)[ \t]*$/.exec(text.slice(Math.max(0, start - 500), start));
  const after = /^[ \t]*(?:\r?\n|$)/.exec(text.slice(end, end + 500));
  return before && after ? { start: start - before[0].replace(/^\n/, "").length, end: end + after[0].length } : { start, end };
}

/** Renewals per second in words; fewer than one as the time between two. */
function pace(perSecond: number): string {
  return perSecond >= 1 ? `${perSecond.toFixed(1)} a second` : `one every ${Math.round(1 / perSecond)} s`;
}
