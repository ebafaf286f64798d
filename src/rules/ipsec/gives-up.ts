import { isUnknown } from "../../engine/unknown.ts";
import { spoken } from "../../model/ipsec/timing.ts";
import { rule } from "../rule.ts";

export default rule({
  what: "A connection that is started by itself stops trying after a number of attempts.",
  why: "If the peer is away for longer than the attempts last (a reboot, a fault in between), the daemon gives up. The connection then stays down after the peer is back, until someone starts it by hand.",
  instead: "Let it try for ever (`keyingtries = 0`, `%forever`), or start it on traffic with a trap policy.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["ipsec"],
  severity: "warning",
  fix: "safe",
  fixSafety: "The daemon goes on trying where it would have stopped; nothing else changes.",
  lifecycle: "stable",
  sources: ["swanctl.conf(5), keyingtries", "strongSwan: ipsec.conf(5), keyingtries"],
  data: { tries: "attempts before it gives up", seconds: "seconds that they last" },
  examples: {
    bad: `connections {
  site-b {
    remote_addrs = 198.51.100.1
    dpd_delay = 30s
    keyingtries = ⟦3⟧
    children {
      lan {
        start_action = start
        dpd_action = restart
      }
    }
  }
}
`,
    good: `connections {
  site-b {
    remote_addrs = 198.51.100.1
    dpd_delay = 30s
    keyingtries = 0
    children {
      lan {
        start_action = start
      }
    }
  }
}
`,
    lookalike: `connections {
  site-b {
    remote_addrs = 198.51.100.1
    dpd_delay = 30s
    keyingtries = 3
    children {
      lan {
        start_action = trap
      }
    }
  }
  roadwarriors {
    remote_addrs = %any
    dpd_delay = 30s
    keyingtries = 1
    children {
      lan {
        local_ts = 10.1.0.0/16
      }
    }
  }
}
`,
  },
  check({ ipsec, path, workspace, report }) {
    for (const { tries, attempt, startup, name, anyPeer, syntax } of ipsec.connections) {
      // The default is finite too; only a number that someone wrote is a decision against trying on.
      if (tries?.location === undefined || tries.location.path !== path || isUnknown(tries.value) || tries.value === 0 || startup !== "start" || anyPeer) continue;
      const { range } = tries.location;
      const text = workspace.textAt(tries.location);
      const at = text.lastIndexOf(String(tries.value));
      const seconds = attempt === undefined || isUnknown(attempt) ? undefined : tries.value * attempt;
      report({
        location: tries.location,
        key: name,
        message: `${name} gives up after ${tries.value} ${tries.value === 1 ? "attempt" : "attempts"}${seconds === undefined ? "" : `, about ${spoken(seconds)}`}. If the peer is away for longer, the connection stays down until someone starts it by hand. Set keyingtries to ${syntax === "ipsec.conf" ? "%forever" : "0"}.`,
        data: { tries: tries.value, seconds: seconds === undefined ? null : Math.round(seconds) },
        fixes: [
          {
            title: "Try for ever",
            safety: "safe",
            edits: [{ path, range: { start: range.start + at, end: range.start + at + String(tries.value).length }, newText: syntax === "ipsec.conf" ? "%forever" : "0" }],
          },
        ],
      });
    }
  },
});
