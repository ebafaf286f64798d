import { specFaults } from "../../model/ceph/spec-faults.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "The daemons refuse this ceph.conf, or the orchestrator this specification.",
  why: "An error anywhere makes every daemon and every client that reads the file exit at its next start, with \"error reading config file\". Running daemons go on, so it shows at the next restart or reboot. Of a specification with one fault, `ceph orch apply` takes nothing.",
  instead: "Mend the line. `ceph-conf -c FILE --show-config-value fsid` tells whether the file is read, `ceph orch apply -i FILE --dry-run` whether a specification is.",
  lessons: [],
  reads: ["syntax", "ceph"],
  severity: "error",
  fix: "safe",
  fixSafety: "A file that is refused as a whole can only get better; the mend adds what was evidently left out.",
  lifecycle: "stable",
  sources: ["Ceph: src/common/ConfUtils.cc (Octopus to Tentacle)", "Ceph: src/python-common/ceph/deployment/service_spec.py (Tentacle)"],
  examples: {
    bad: [
      { "ceph.conf": "[global]\nfsid = 5e9f3c1e-4a4e-4c7c-9a53-0e3c0f7b2a11\n⟦mon host = 192.0.2.11⟧" },
      { "ceph.conf": "[global]\nmon host = 192.0.2.11\n  ⟦[osd]⟧\nosd max backfills = 1\n" },
      { "etc/ceph/ceph.conf": "[global]\n⟦mon host: 192.0.2.11⟧\n" },
      { "osd.yaml": "service_type: osd\nservice_id: hdd\nplacement:\n  ⟦host_patern⟧: 'stor*'\nspec:\n  data_devices:\n    ⟦rotationl⟧: 1\n" },
      { "rgw.yaml": "service_type: ⟦rgw⟧\nplacement:\n  label: rgw\n---\nservice_type: mds\nservice_id: fs\nplacement: ⟦label:mds⟧\n" },
    ],
    good: { "ceph.conf": "[global]\n  mon host = 192.0.2.11 # the first\n\n[osd]\nosd max backfills = 1\n# end" },
    lookalike: [
      { "specs.yaml": "service_type: host\nhostname: stor1\naddr: 192.0.2.31\nlabels: [osd]\n---\nservice_type: osd\nservice_id: hdd\nplacement:\n  hosts: [stor1, 'stor2:192.0.2.0/24']\ndata_devices:\n  paths: [/dev/sdb]\nencrypted: true\n" },
      { "specs.yaml.j2": "service_type: rgw\nservice_id: {{ realm }}\nplacement:\n  {{ kind }}: x\nspec: {{ rgw_spec | to_json }}\n" },
      { "templates/ceph.conf.j2": "[global]\nmon host = {{ mons | join(',') }}\n{% if rgw %}\n[client.rgw.{{ name }}]\nrgw frontends = beast port=8080\n{% endif %}" },
    ],
  },
  check(context) {
    const { path, report } = context;
    if (context.reads === "ceph") {
      for (const { range, message, certain, instead } of context.ceph.specs.flatMap(specFaults)) {
        report({
          location: { path, range },
          message: `${message} ceph orch apply refuses the file. ${instead === undefined ? "Correct it." : `Did you mean ${instead}?`}`,
          ...(certain ? {} : { severity: "warning" as const, confidence: "likely" as const }),
          ...(instead === undefined ? {} : { fixes: [{ title: `Write ${instead}`, safety: "safe" as const, edits: [{ path, range, newText: instead }] }] }),
        });
      }
      return;
    }
    if (context.syntax.language !== "ceph-conf") return;
    for (const { range, message, certain, edits } of context.syntax.errors) {
      report({
        location: { path, range },
        message,
        ...(certain ? {} : { severity: "warning" as const, confidence: "possible" as const }),
        ...(edits ? { fixes: [{ title: "Mend the line", safety: "safe" as const, edits: edits.map((edit) => ({ path, ...edit })) }] } : {}),
      });
    }
  },
});
