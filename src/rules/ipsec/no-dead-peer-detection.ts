import { isUnknown } from "../../engine/unknown.ts";
import type { Connection } from "../../model/ipsec/connection.ts";
import { PROBE_DELAY } from "../../model/ipsec/connection.ts";
import { spoken, unnoticed } from "../../model/ipsec/timing.ts";
import { onlyLab } from "../../model/rollout/lab.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "A connection does not probe its peer, or says so in settings that have no effect.",
  why: "When the peer is lost abruptly (crash, hard reboot, a network fault), it says no goodbye. Without probes this end goes on using its associations, and all traffic between the two hosts is lost until a renewal fails or the lifetime ends.",
  instead: "Set a probe interval (`dpd_delay`, `dpddelay`) and an action that brings the association back.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["ipsec"],
  severity: "warning",
  fix: "safe",
  fixSafety: "A probe is sent only while the peer is silent. Peers that are alive answer it, so nothing changes for them.",
  lifecycle: "stable",
  sources: ["swanctl.conf(5)", "strongswan.conf(5), retransmission", "ipsec.conf(5) of strongSwan and of Libreswan", "racoon.conf(5)", "RFC 2407, section 4.5"],
  data: { secondsUnnoticed: "seconds that a dead peer goes unnoticed at worst", secondsWithProbes: "the same with the proposed probes" },
  examples: {
    bad: [
      `connections {
  site-b {
    version = 2
    local_addrs = 192.0.2.1
    remote_addrs = 198.51.100.1
    children {
      lan {
        remote_ts = 10.2.0.0/16
        start_action = trap
        ⟦dpd_action = restart⟧
      }
    }
  }
}
`,
      `connections {
  ⟦site-b⟧ {
    remote_addrs = 198.51.100.1
    local { auth = psk }
    children { lan { remote_ts = 10.2.0.0/16 } }
  }
  site-c {
    remote_addrs = 198.51.100.2
    ⟦dpd_delay=0s⟧  # off
    children { lan { remote_ts = 10.3.0.0/16 } }
  }
}
`,
      {
        "etc/racoon/racoon.conf": `path pre_shared_key "/etc/racoon/psk.txt";

⟦remote anonymous⟧
{
\texchange_mode main ;
\tlifetime time 24 hour ;
\tproposal {
\t\tencryption_algorithm aes 256;
\t\thash_algorithm sha256;
\t\tauthentication_method pre_shared_key;
\t\tdh_group 14;
\t}
}

sainfo anonymous
{
\tlifetime time 12 hour ;
\tencryption_algorithm aes 256;
\tauthentication_algorithm hmac_sha256;
\tcompression_algorithm deflate;
}
`,
      },
      {
        "etc/ipsec.conf": `# strongSwan
config setup
    uniqueids = yes

conn %default
    keyexchange=ikev2
    ikelifetime=8h

conn ⟦site-b⟧
    left=192.0.2.1
    right=198.51.100.1
    leftsubnet=10.1.0.0/16
    rightsubnet=10.2.0.0/16
    auto=start

conn site-c
    left=192.0.2.1
    right=198.51.100.2
    ⟦dpddelay=30s⟧
    rightsubnet=10.3.0.0/16
    auto=route
`,
      },
    ],
    good: [
      `connections {
  site-b {
    version = 2
    remote_addrs = 198.51.100.1
    dpd_delay = 30s
    children {
      lan {
        remote_ts = 10.2.0.0/16
        start_action = trap
        dpd_action = restart
      }
    }
  }
}
`,
      { "etc/racoon/racoon.conf": "remote 198.51.100.1\n{\n\texchange_mode main;\n\tdpd_delay 20;\n}\n" },
      { "etc/ipsec.conf": "config setup\n    virtual-private=%v4:10.0.0.0/8\n\nconn site-b\n    left=192.0.2.1\n    right=198.51.100.1\n    ikev2=insist\n    dpddelay=30\n    auto=start\n" },
    ],
    lookalike: [
      // The probes come with what is inherited, and a section that only others inherit from is no connection.
      `gateway-defaults {
  dpd_delay = 20s
}
connections {
  site-b : gateway-defaults {
    remote_addrs = 198.51.100.1
    children {
      lan {
        remote_ts = 10.2.0.0/16
      }
    }
  }
}
`,
      // A template decides; what it decides is not in the text.
      "connections {\n  site-b {\n    remote_addrs = {{ peer }}\n    dpd_delay = {{ vpn_dpd_delay }}\n    children {\n      lan {\n        remote_ts = 10.2.0.0/16\n      }\n    }\n  }\n}\n",
      // A bypass has no peer.
      "connections {\n  local-net {\n    remote_addrs = 127.0.0.1\n    children {\n      lan {\n        local_ts = 10.1.0.0/24\n        remote_ts = 10.1.0.0/24\n        mode = pass\n        start_action = trap\n      }\n    }\n  }\n}\n",
      { "etc/ipsec.conf": "config setup\n\nconn base\n    keyexchange=ikev2\n    dpdaction=restart\n    dpddelay=30s\n\nconn site-b\n    also=base\n    right=198.51.100.1\n    auto=start\n" },
    ],
  },
  check({ ipsec, path, workspace, report, notComputed }) {
    const lab = onlyLab(workspace, path);
    for (const connection of ipsec.connections) {
      const { deadPeer } = connection;
      if (isUnknown(deadPeer.enabled)) {
        notComputed(path, `${connection.name}: ${deadPeer.enabled.unknown}`);
        continue;
      }
      if (deadPeer.enabled) {
        for (const { name, location, reason } of deadPeer.inert) {
          if (location.path === path) report({ location, severity: "info", message: `${name} has no effect here: ${reason}. Remove it, or rely on the probes alone.` });
        }
        continue;
      }
      const minor = connection.anyPeer || connection.startup === "none" || lab;
      const location = [deadPeer.delay.location, ...deadPeer.inert.map((setting) => setting.location), deadPeer.action?.location].find((place) => place?.path === path);
      const time = unnoticed(connection);
      const seconds = isUnknown(time) ? null : time.seconds;
      const promised = withProbes(connection);
      report({
        location: location ?? connection.location,
        key: `${connection.name}`,
        ...(minor && { severity: "info" as const }),
        message: `${cause(connection)} ${effect(connection)} ${advice(connection, promised)}`,
        fixes: connection.probing.length > 0 ? [{ title: `Probe the peer every ${PROBE_DELAY} s`, safety: "safe", edits: connection.probing }] : [],
        data: { secondsUnnoticed: seconds === Infinity ? null : seconds === null ? null : Math.round(seconds * 100) / 100, secondsWithProbes: promised === undefined ? null : Math.round(promised * 100) / 100 },
      });
    }
  },
});

function cause({ name, deadPeer }: Connection): string {
  const inert = deadPeer.inert[0];
  const off = `${name} does not probe its peer`;
  if (inert) return `${off}: ${inert.name} has no effect, since ${inert.reason}.`;
  return deadPeer.delay.location === undefined ? `${off}: dead peer detection is off by default.` : `${off}: dead peer detection is switched off.`;
}

function effect(connection: Connection): string {
  const time = unnoticed(connection);
  if (isUnknown(time)) return "A peer that dies is not noticed before a renewal fails or the lifetime ends, and traffic to it is lost until then.";
  if (time.by === "nothing") return "A peer that dies is never noticed, and traffic to it is lost until someone steps in.";
  const how = time.by === "expiry" ? "when the association's lifetime ends" : "when a renewal fails";
  return `A peer that dies is noticed only ${how}, after up to ${spoken(time.seconds)}, and traffic to it is lost until then.`;
}

function advice({ syntax, deadPeer, probing }: Connection, seconds: number | undefined): string {
  const delayed = syntax === "ipsec.conf" && typeof deadPeer.delay.value === "number" && deadPeer.delay.location !== undefined && deadPeer.delay.value > 0;
  const missing = deadPeer.action?.value === "none" ? "dpdaction" : "dpdtimeout";
  if (delayed) return `Set ${missing}${seconds === undefined ? "." : `: it is then noticed within ${spoken(seconds)}.`}`;
  const setting = syntax === "swanctl.conf" ? `dpd_delay = ${PROBE_DELAY}s` : syntax === "racoon.conf" ? `dpd_delay ${PROBE_DELAY}` : `dpddelay=${PROBE_DELAY}s`;
  const action = syntax === "ipsec.conf" && probing.some(({ newText }) => /dpdaction|restart|hold|clear/.test(newText)) && deadPeer.action?.value === "none" ? " and a dpdaction" : "";
  return `Set ${setting}${action}${seconds === undefined ? "." : `: it is then noticed within ${spoken(seconds)}.`}`;
}

/** Seconds until a dead peer is noticed once the fix is in. */
function withProbes({ deadPeer }: Connection): number | undefined {
  return isUnknown(deadPeer.verdict) ? undefined : PROBE_DELAY + deadPeer.verdict;
}
