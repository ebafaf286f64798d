import { ipsecConfFaults } from "../../model/ipsec/ipsec-conf-faults.ts";
import { rule } from "../rule.ts";

const LANGUAGES: ReadonlySet<string> = new Set(["swanctl", "ipsec-conf", "racoon"]);

export default rule({
  what: "The keying daemon refuses this configuration, or a connection in it.",
  why: "It shows when the daemon is next restarted or told to read its files: charon unloads every connection of a file that it cannot read, and discards a connection with one wrong setting; Libreswan and racoon refuse the whole file. Running associations go on until then, so the fault waits for a restart.",
  instead: "Correct the place. swanctl --load-conns, ipsec addconn --checkconfig (Libreswan) and racoon -t tell whether a file is taken.",
  lessons: [],
  reads: ["syntax", "ipsec"],
  severity: "error",
  fix: "safe",
  fixSafety: "What is refused as it stands can only get better; the mend writes what was evidently meant.",
  lifecycle: "stable",
  sources: [
    "strongSwan: libcharon/plugins/vici/vici_config.c, libstrongswan/crypto/proposal/proposal.c (5.9.8, 6.0)", "strongSwan: starter/confread.c, starter/args.c",
    "Libreswan: libipsecconf/keywords.c, parser.y (4.10)", "ipsec-tools: racoon/cfparse.y, cftoken.l (0.8)",
  ],
  examples: {
    bad: [
      { "swanctl.conf": "connections {\n  site-b {\n    remote_addrs = 198.51.100.1\n    ⟦dpd_dely⟧ = 30s\n    ⟦childern⟧ {\n      lan {\n        remote_ts = 10.2.0.0/16\n      }\n    }\n  }\n}\n" },
      { "swanctl.conf": "connections {\n  site-b {\n    remote_addrs = 198.51.100.1\n    dpd_delay = ⟦5x⟧\n    proposals = aes256-sha256-modp2048, ⟦aes256-modp2048⟧\n    children { lan { remote_ts = ⟦10.2.0.0.0/16⟧ } }\n  }\n}\n" },
      { "swanctl.conf": "connections {\n  site-b {\n    ⟦keyingtries⟧ 0\n  }\n}\n" },
      { "swanctl.conf": "base {\n  dpd_delay = ⟦1h30m⟧\n}\nconnections {\n  site-b : base {\n    remote_addrs = 198.51.100.1\n    children { lan { ⟦dpd_delay⟧ = 30s\n      start_action = ⟦strat⟧ } }\n  }\n}\n" },
      { "etc/racoon/racoon.conf": "remote anonymous\n{\n\texchange_mode main;\n\t⟦dpd_dealy⟧ 20;\n}\n" },
      { "etc/racoon/racoon.conf": "remote anonymous\n{\n\texchange_mode main;\n\tdpd_delay ⟦on⟧;\n\tlifetime ⟦time 24⟧;\n}\n\n⟦sainfo⟧ anonymous\n{\n\tencryption_algorithm ⟦aes256⟧;\n\tauthentication_algorithm hmac_sha256;\n}\n" },
      { "etc/ipsec.conf": "config setup\n\tlogfile=/var/log/pluto.log\n\nconn site-b\n\tleft=192.0.2.1\n\tright=198.51.100.1\n\t⟦dpddeley⟧=30\n" },
      { "etc/ipsec.conf": "config setup\n\tlogfile=/var/log/pluto.log\n\nconn site-b\n\tleft=192.0.2.1\n\tright=198.51.100.1\n\tauto=⟦strat⟧\n\trekeyfuzz=⟦100⟧\n\tdpdaction=⟦hld⟧\n\talso=⟦base⟧\n" },
      { "etc/ipsec.conf": "# strongSwan\nconfig setup\n\tcharondebug=\"ike 1\"\n\nconn site-b\n\tleft=192.0.2.1\n\tright=198.51.100.1\n\tdpddelay=⟦30sec⟧\n\tkeyexchange=⟦ikev3⟧\n" },
    ],
    good: [
      { "swanctl.conf": "connections {\n  site-b {\n    version = 2\n    remote_addrs = 198.51.100.1\n    proposals = aes256gcm16-prfsha384-x25519, default\n    dpd_delay = 30 s\n    children {\n      lan {\n        remote_ts = 10.2.0.0/16[tcp/443], dynamic\n        start_action = trap|start\n      }\n    }\n  }\n}\n" },
      { "etc/ipsec.conf": "config setup\n\tlogfile=/var/log/pluto.log\n\nconn site-b\n\tleft=192.0.2.1\n\tright=198.51.100.1\n\tauto=ondemand\n\tdpddelay=30\n" },
    ],
    lookalike: [
      // A later line, or an heir, replaces the value that would be refused.
      { "swanctl.conf": "base {\n  dpd_delay = 5x\n}\nconnections {\n  site-b : base {\n    remote_addrs = 198.51.100.1\n    dpd_delay = 30s\n  }\n}\n" },
      { "templates/swanctl.conf.j2": "connections {\n  {{ name }} {\n    dpd_delay = {{ delay }}\n    {{ extra }}\n    proposals = aes256-sha256-{{ group }}\n  }\n}\n" },
      { "etc/racoon/racoon.conf.j2": "remote anonymous\n{\n\tdpd_delay {{ delay }};\n}\nsainfo anonymous\n{\n\tlifetime time 1 hour;\n{{ algorithms }}\n}\n" },
      // Only one of the two knows each of these; nothing tells which of them reads the file.
      { "etc/ipsec.conf": "conn site-b\n\tleft=192.0.2.1\n\tright=198.51.100.1\n\tdpdaction=none\n" },
    ],
  },
  check(context) {
    const { path, report } = context;
    if (context.reads === "ipsec") {
      for (const { range, message, certain, edits } of ipsecConfFaults(context.workspace, path)) {
        report({
          location: { path, range },
          message,
          ...(certain ? {} : { severity: "warning" as const, confidence: "possible" as const }),
          ...(edits ? { fixes: [{ title: `Write ${edits[0]!.newText}`, safety: "safe" as const, edits: edits.map((edit) => ({ path, ...edit })) }] } : {}),
        });
      }
      return;
    }
    if (!LANGUAGES.has(context.syntax.language)) return;
    for (const { range, message, certain, edits } of context.syntax.errors) {
      report({
        location: { path, range },
        message,
        ...(certain ? {} : { severity: "warning" as const, confidence: "possible" as const }),
        ...(edits ? { fixes: [{ title: `Write ${edits[0]!.newText}`, safety: "safe" as const, edits: edits.map((edit) => ({ path, ...edit })) }] } : {}),
      });
    }
  },
});
