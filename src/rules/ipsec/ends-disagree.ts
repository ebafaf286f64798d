import { disagreements } from "../../model/ipsec/disagreement.ts";
import { pairsOf } from "../../model/ipsec/peerings.ts";
import { onlyLab } from "../../model/rollout/lab.ts";
import { rule } from "../rule.ts";

const END = (local: string, remote: string, more: string, child: string): string =>
  `connections {\n  peer {\n    local_addrs = ${local}\n    remote_addrs = ${remote}\n${more}    dpd_delay = 30s\n    children {\n      lan {\n${child}      }\n    }\n  }\n}\n`;
const [A, B] = ["192.0.2.1", "198.51.100.1"];

export default rule({
  what: "The two ends of one association contradict each other.",
  why: "An association comes up only if both ends agree on the version of IKE, a proposal, how each proves who it is, and which networks are carried. Running associations hide a contradiction until they are renewed or a daemon is restarted, and then the hosts no longer reach each other.",
  instead: "Change both ends together, and make the values the same: what is local here is remote there.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["ipsec"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["RFC 7296, sections 1.2, 2.7, 2.9, 2.15", "RFC 2409, section 5", "swanctl.conf(5), esp_proposals", "racoon.conf(5), proposal_check"],
  data: { about: "what they disagree on" },
  examples: {
    bad: [
      {
        "hosts/gw1/etc/swanctl/swanctl.conf": END(A, B, "    ⟦version = 1⟧\n    ⟦proposals = aes256-sha256-modp2048⟧\n", "        ⟦remote_ts = 10.2.0.0/16⟧\n"),
        "hosts/gw2/etc/swanctl/swanctl.conf": END(B, A, "    version = 2\n    proposals = aes256-sha256-x25519, aes128-sha256-modp2048\n", "        local_ts = 10.3.0.0/16\n"),
      },
      {
        "hosts/gw1/etc/swanctl/swanctl.conf": END(A, B, "    version = 2\n    local {\n      ⟦auth = psk⟧\n      ⟦id = gw1.example.net⟧\n    }\n", "        ⟦esp_proposals = aes256-sha256-modp2048⟧\n"),
        "hosts/gw2/etc/swanctl/swanctl.conf": END(B, A, "    version = 2\n    remote {\n      auth = pubkey\n      id = gw-1.example.net\n    }\n", "        esp_proposals = aes256-sha256\n"),
      },
      {
        "gw1/etc/ipsec.conf": "# Libreswan\nconn a-b\n    left=192.0.2.1\n    right=198.51.100.1\n    ⟦authby=secret⟧\n    auto=start\n    leftsubnet=10.1.0.0/16\n    ikev2=insist\n    dpddelay=30\n",
        "gw2/etc/ipsec.conf": "# Libreswan\nconn a-b\n    left=192.0.2.1\n    right=198.51.100.1\n    authby=rsasig\n    auto=add\n    leftsubnet=10.1.0.0/16\n    ikev2=insist\n    dpddelay=30\n",
      },
      {
        "hosts/gw1/etc/racoon/racoon.conf": "listen { isakmp 192.0.2.1; }\nremote 198.51.100.1 {\n  exchange_mode main;\n  proposal_check exact;\n  ⟦lifetime time 24 hour;⟧\n  dpd_delay 20;\n  ⟦proposal⟧ { encryption_algorithm aes 256; hash_algorithm sha256; dh_group 14; authentication_method pre_shared_key; }\n}\n",
        "hosts/gw2/etc/racoon/racoon.conf": "listen { isakmp 198.51.100.1; }\nremote 192.0.2.1 {\n  exchange_mode main;\n  lifetime time 12 hour;\n  dpd_delay 20;\n  proposal { encryption_algorithm aes 128; hash_algorithm sha256; dh_group 14; authentication_method pre_shared_key; }\n}\n",
      },
    ],
    good: {
      "hosts/gw1/etc/swanctl/swanctl.conf": END(A, B, "    version = 2\n    proposals = aes256-sha256-modp2048\n    local { auth = psk\n id = gw1.example.net }\n", "        local_ts = 10.1.0.0/16\n        remote_ts = 10.2.0.0/16\n        esp_proposals = aes256gcm128-x25519\n"),
      "hosts/gw2/etc/swanctl/swanctl.conf": END(B, A, "    proposals = aes256-sha2_256-modp2048, default\n    remote { auth = psk\n id = @gw1.example.net }\n", "        local_ts = 10.2.0.0/16\n        remote_ts = 10.1.0.0/16\n        esp_proposals = aes256gcm16-curve25519\n"),
    },
    lookalike: [
      // One end narrows what the other offers; versions and proposals that are left open agree with any.
      {
        "hosts/gw1/etc/swanctl/swanctl.conf": END(A, B, "    version = 2\n    proposals = aes256-sha256-modp2048\n", "        remote_ts = 10.2.0.0/16\n"),
        "hosts/gw2/etc/swanctl/swanctl.conf": END(B, A, "    version = 0\n", "        local_ts = 10.2.4.0/24\n"),
      },
      // Two sites that happen to use the same addresses: nothing says that these hosts speak to each other.
      {
        "site1/hosts/gw1/etc/swanctl/swanctl.conf": END(A, B, "    version = 1\n", ""),
        "site2/hosts/gw2/etc/swanctl/swanctl.conf": END(B, A, "    version = 2\n", ""),
      },
      // A template decides at one end.
      {
        "hosts/gw1/etc/swanctl/swanctl.conf.j2": END(A, B, "    version = {{ ike_version }}\n", ""),
        "hosts/gw2/etc/swanctl/swanctl.conf.j2": END(B, A, "    version = 2\n", ""),
      },
    ],
  },
  check({ path, workspace, report }) {
    for (const pair of pairsOf(workspace, path)) {
      const { one, other } = pair;
      for (const { about, here, there, words, effect } of disagreements(pair)) {
        report({
          location: here.path === path ? here : one.location,
          key: `${one.name} ${about}`,
          ...(onlyLab(workspace, path) && { severity: "info" as const }),
          message: `${one.name} and its other end, ${other.name} in ${other.path}, contradict each other: ${words}. ${effect}. Make both the same.`,
          related: [{ location: there, message: `What the other end says about ${about}.` }],
          data: { about },
        });
      }
    }
  },
});
