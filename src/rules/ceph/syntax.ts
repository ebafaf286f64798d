import { rule } from "../rule.ts";

export default rule({
  what: "The daemons refuse this ceph.conf.",
  why: "An error anywhere makes every daemon and every client that reads the file exit at its next start, with \"error reading config file\". Running daemons go on, so it shows at the next restart or reboot.",
  instead: "Mend the line. `ceph-conf -c FILE --show-config-value fsid` tells whether the file is read.",
  lessons: [],
  reads: ["syntax"],
  severity: "error",
  fix: "safe",
  fixSafety: "A file that is refused as a whole can only get better; the mend adds what was evidently left out.",
  lifecycle: "stable",
  sources: ["Ceph: src/common/ConfUtils.cc (Octopus to Tentacle)"],
  examples: {
    bad: [
      { "ceph.conf": "[global]\nfsid = 5e9f3c1e-4a4e-4c7c-9a53-0e3c0f7b2a11\n⟦mon host = 192.0.2.11⟧" },
      { "ceph.conf": "[global]\nmon host = 192.0.2.11\n  ⟦[osd]⟧\nosd max backfills = 1\n" },
      { "etc/ceph/ceph.conf": "[global]\n⟦mon host: 192.0.2.11⟧\n" },
    ],
    good: { "ceph.conf": "[global]\n  mon host = 192.0.2.11 # the first\n\n[osd]\nosd max backfills = 1\n# end" },
    lookalike: { "templates/ceph.conf.j2": "[global]\nmon host = {{ mons | join(',') }}\n{% if rgw %}\n[client.rgw.{{ name }}]\nrgw frontends = beast port=8080\n{% endif %}" },
  },
  check({ syntax, path, report }) {
    if (syntax.language !== "ceph-conf") return;
    for (const { range, message, certain, edits } of syntax.errors) {
      report({
        location: { path, range },
        message,
        ...(certain ? {} : { severity: "warning" as const, confidence: "possible" as const }),
        ...(edits ? { fixes: [{ title: "Mend the line", safety: "safe" as const, edits: edits.map((edit) => ({ path, ...edit })) }] } : {}),
      });
    }
  },
});
