import type { Fix } from "../../engine/fix.ts";
import type { Report } from "../../engine/rule.ts";
import { isUnknown } from "../../engine/unknown.ts";
import { statefulPlace } from "../../model/firewall/tracking/index.ts";
import { beside } from "../../model/kernel/beside.ts";
import { LINGERING, PER_PAIR, attempts } from "../../model/kernel/conntrack/demand.ts";
import type { TrackedHost } from "../../model/kernel/conntrack/hosts.ts";
import { CONNTRACK_BUCKETS, CONNTRACK_MAX, tableOf, trackedHosts } from "../../model/kernel/conntrack/hosts.ts";
import { ENTRIES_PER_BUCKET, LEAST_DEFAULT, MOST_BUCKETS, sizeFor, tableBytes } from "../../model/kernel/conntrack/size.ts";
import { effectiveSysctl } from "../../model/kernel/effective.ts";
import { sizeText } from "../../model/kernel/memory.ts";
import { parseInteger } from "../../model/kernel/number.ts";
import type { SysctlSetting } from "../../model/kernel/sysctl.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

const RULES = `table inet filter {
  chain input {
    type filter hook input priority 0; policy drop;
    iif lo accept
    ⟦ct state established,related⟧ accept
    tcp dport { 22, 3300, 6789, 6800-7568 } accept
  }
}
`;
const unmarked = (text: string): string => text.replace(/[⟦⟧]/g, "");
const cluster = (sysctl: string, rules: string, facts = "memory_gb=128 kernel=5.10.0"): Record<string, string> => ({
  "hosts.ini": `[ceph_osds]\nstore[01:20].example.net osds=24 ${facts}\n\n[kvm]\nkvm[01:10].example.net\n\n[kvm:vars]\nvms=60\n`,
  "site.yml": "- hosts: ceph_osds\n  tasks:\n    - copy:\n        src: nftables.conf\n        dest: /etc/nftables.conf\n    - copy:\n        src: storage.sysctl.conf\n        dest: /etc/sysctl.d/60-storage.conf\n",
  "files/nftables.conf": rules,
  "files/storage.sysctl.conf": sysctl,
});

export default rule({
  what: "The table of connections is too small for what the host can open.",
  why: "When the table is full, the kernel drops every packet that would open another connection, while the old ones go on. On a storage host that happens when OSDs restart: every peer and client tries again and again, and each attempt keeps an entry for two minutes. Connections are then refused at random, in the midst of a recovery.",
  instead: "Exempt Ceph's ports from tracking (notrack), or set net.netfilter.nf_conntrack_max to the sum and nf_conntrack_buckets to a quarter of it.",
  lessons: ["2014-osd-restart-corruption", "stackhpc-2024-conntrack-on-ceph"],
  reads: ["firewall", "sysctl"],
  severity: "warning",
  fix: "unsafe",
  fixSafety: "A larger table takes more of the kernel's memory when it fills, 320 bytes an entry; whether it fills is a matter of the host's load.",
  lifecycle: "stable",
  sources: [
    "kernel: net/netfilter/nf_conntrack_core.c, nf_conntrack_init_start and __nf_conntrack_alloc",
    "kernel: Documentation/networking/nf_conntrack-sysctl.rst, timeouts",
    "Ceph: src/ceph_osd.cc, the OSD's messengers; ms_initial_backoff, ms_max_backoff",
    "Ceph: doc/rados/troubleshooting/troubleshooting-osd.rst, nf_conntrack_max",
  ],
  data: { max: "entries that the table holds", least: "entries that the kernel gives by itself, at the least; absent where the load is the reason", steady: "connections while nothing fails", worst: "entries while the OSDs of one host are away", hosts: "hosts with this table" },
  examples: {
    bad: [
      { ...cluster("net.netfilter.nf_conntrack_max = ⟦131072⟧\nnet.netfilter.nf_conntrack_buckets = 65536\n", unmarked(RULES)) },
      { ...cluster("net.core.somaxconn = 4096\n", RULES) },
      { "hosts.ini": "[web]\nweb1 memory_gb=16 kernel=6.1.0\n", "hosts/web1/x": "", "site.yml": "- hosts: web\n  tasks:\n    - ansible.posix.sysctl:\n        name: net.netfilter.nf_conntrack_max\n        value: ⟦4096⟧\n        sysctl_file: /etc/sysctl.d/60-net.conf\n" },
      { "etc/sysctl.d/60-net.conf": "net.netfilter.nf_conntrack_buckets = 16384\nnet.netfilter.nf_conntrack_max = ⟦1048576⟧\n" },
    ],
    good: [
      cluster("net.netfilter.nf_conntrack_max = 2097152\nnet.netfilter.nf_conntrack_buckets = 524288\n", unmarked(RULES)),
      cluster("net.core.somaxconn = 4096\n", `table inet raw {\n  chain pre {\n    type filter hook prerouting priority raw;\n    tcp dport { 3300, 6789, 6800-7568 } notrack\n    tcp sport { 3300, 6789, 6800-7568 } notrack\n  }\n  chain out {\n    type filter hook output priority raw;\n    tcp dport { 3300, 6789, 6800-7568 } notrack\n    tcp sport { 3300, 6789, 6800-7568 } notrack\n  }\n}\n${unmarked(RULES)}`),
    ],
    lookalike: [
      cluster("net.netfilter.nf_conntrack_max = 0\n", unmarked(RULES)),
      { ...cluster("net.core.somaxconn = 4096\n", unmarked(RULES)), "hosts.ini": "[ceph_osds]\nstore[1:3].example.net osds=4 memory_gb=64 kernel=6.1.0\n" },
      { "etc/sysctl.d/60-net.conf": "net.netfilter.nf_conntrack_max = 2000000\n" },
    ],
  },
  check(context) {
    const { path, workspace, report, notComputed } = context;
    const { found, hidden } = trackedHosts(workspace);
    const small = found.filter(({ demand, table }) => table.max > 0 && demand.worst > table.max);
    const here = small.filter(({ table, ruleset }) => (table.location?.path ?? ruleset.path) === path && (table.location === undefined) === (context.reads === "firewall"));
    for (const group of byPlace(here)) report(ofLoad(workspace, group));
    if (context.reads === "firewall") {
      const reason = hidden.get(path);
      if (reason !== undefined) notComputed(path, `whether its table of connections is large enough: ${reason}`);
      return;
    }
    const said = new Set(here.map(({ table }) => table.location!.range.start));
    for (const setting of context.sysctl.settings) {
      if (setting.key !== CONNTRACK_MAX || setting.source === "container" || said.has(setting.valueRange.start)) continue;
      const one = ofValue(workspace, path, setting) ?? ofBuckets(workspace, path, setting);
      if (one !== undefined) report(one);
    }
  },
});

function byPlace(found: readonly TrackedHost[]): [TrackedHost, ...TrackedHost[]][] {
  const groups = new Map<string, [TrackedHost, ...TrackedHost[]]>();
  for (const one of found) {
    const name = `${one.table.location?.range.start ?? ""} ${one.load.osds > 0}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [one]);
    else group.push(one);
  }
  return [...groups.values()];
}

function ofLoad(workspace: Workspace, group: readonly TrackedHost[]): Report {
  const worst = group.reduce((a, b) => (b.demand.worst > a.demand.worst ? b : a));
  const { table, demand, load, ruleset, whole } = worst;
  const location = table.location ?? { path: ruleset.path, range: statefulPlace(ruleset)! };
  const size = sizeFor(demand.worst);
  const hosts = `${group.length} ${group.length === 1 ? "host" : "hosts"}`;
  const origin = table.location !== undefined ? "as set here" : table.guessed ? "the least default of hosts with more than 1 GiB, since memory or kernel is not known" : "the default for its memory and kernel";
  const sum =
    load.osds > 0
      ? `${load.osds} OSDs × ${load.allOsds - 1} others × ${PER_PAIR} connections a pair + ${load.osds} OSDs × ${load.clients} clients = ${demand.steady}`
      : `${load.clients} guests × ${load.allOsds} OSDs = ${demand.steady}`;
  const certain = demand.steady > table.max;
  const sure = certain || (whole && !table.guessed);
  return {
    location,
    ...(sure ? { confidence: certain ? "certain" : "likely" } : { severity: "info", confidence: "possible" }),
    message: `The table of connections holds ${table.max} entries on ${hosts} (${origin}), and Ceph's connections are tracked: ${sum}${whole ? "" : " at least"}${certain ? "" : `; while the OSDs of a host are away each lost one is tried ${attempts()} times within the ${LINGERING} s that an entry stays, up to ${demand.worst} entries`}. A full table drops every new connection. Exempt Ceph's ports from tracking, or set ${CONNTRACK_MAX} = ${size} (${sizeText(tableBytes(size, size / 4))} when full) and ${CONNTRACK_BUCKETS} = ${size / 4}.`,
    related: [
      ...(table.location === undefined ? [] : [{ location: { path: ruleset.path, range: statefulPlace(ruleset)! }, message: "These rules track the connections." }]),
      ...(worst.from === undefined ? [] : [{ location: worst.from, message: `This says how many OSDs ${worst.host.name} has.` }]),
    ],
    data: { max: table.max, steady: demand.steady, worst: demand.worst, hosts: group.length },
    ...(table.location === undefined ? {} : { fixes: [larger(workspace, worst, size)] }),
  };
}

/** Both sizes, where both are set. */
function larger(workspace: Workspace, { host, table }: TrackedHost, size: number): Fix {
  const buckets = effectiveSysctl(workspace, host, CONNTRACK_BUCKETS);
  const edits = [{ ...table.location!, newText: String(size) }];
  if (buckets !== undefined && !isUnknown(buckets)) edits.push({ ...buckets.location, newText: String(size / 4) });
  return { title: `Set it to ${size}`, safety: "unsafe", edits };
}

/** A limit below what the kernel gives by itself is almost always a slip or a relic. */
function ofValue(workspace: Workspace, path: string, setting: SysctlSetting): Report | undefined {
  const max = typeof setting.value === "string" ? parseInteger(setting.value) : undefined;
  if (max === undefined || max <= 0) return undefined;
  const hosts = isUnknown(setting.scope) ? [] : setting.scope.hosts;
  const defaults = hosts.flatMap((host) => tableOf(workspace, host)?.byDefault?.max ?? []);
  const known = defaults.length > 0 && defaults.length === hosts.length;
  const least = known ? Math.min(...defaults) : LEAST_DEFAULT;
  if (max >= least) return undefined;
  return {
    location: { path, range: setting.valueRange },
    ...(known && !setting.conditional ? { confidence: "likely" } : { severity: "info", confidence: "possible" }),
    message: `${CONNTRACK_MAX} = ${max} is below the ${least} that the kernel gives ${known ? "these hosts" : "every host with more than 1 GiB of memory"} by itself: a full table drops every new connection. Remove the line, or set what the hosts need.`,
    data: { max, least },
    fixes: [{ title: `Set it to ${Math.max(least, LEAST_DEFAULT)}`, safety: "unsafe", edits: [{ path, range: setting.valueRange, newText: String(Math.max(least, LEAST_DEFAULT)) }] }],
  };
}

/** Long chains make every packet dearer, long before the table is full. */
function ofBuckets(workspace: Workspace, path: string, setting: SysctlSetting): Report | undefined {
  const max = typeof setting.value === "string" ? parseInteger(setting.value) : undefined;
  const set = beside(workspace, path, setting, CONNTRACK_BUCKETS);
  if (max === undefined || (set !== undefined && isUnknown(set))) return undefined;
  const buckets = set === undefined ? defaultBuckets(workspace, setting) : parseInteger(set.value);
  if (buckets === undefined || buckets <= 0 || max <= buckets * ENTRIES_PER_BUCKET) return undefined;
  const size = Math.ceil(max / 4);
  return {
    location: { path, range: setting.valueRange },
    severity: "info",
    confidence: set === undefined ? "possible" : "certain",
    message: `${CONNTRACK_MAX} = ${max} with ${buckets} buckets${set === undefined ? " (the kernel's default)" : ""} lets ${Math.round(max / buckets)} entries share a bucket, and every packet walks through them. Set ${CONNTRACK_BUCKETS} = ${size} (${sizeText(tableBytes(max, size))} when full).`,
    ...(set === undefined ? {} : { related: [{ location: set.location, message: "The buckets." }] }),
    data: { max },
    fixes: set === undefined ? [] : [{ title: `Set ${size} buckets`, safety: "unsafe", edits: [{ path: set.location.path, range: set.location.range, newText: String(size) }] }],
  };
}

function defaultBuckets(workspace: Workspace, { scope }: SysctlSetting): number | undefined {
  const hosts = isUnknown(scope) ? [] : scope.hosts;
  const tables = hosts.flatMap((host) => tableOf(workspace, host)?.byDefault ?? []);
  return tables.length > 0 && tables.length === hosts.length ? Math.min(...tables.map(({ buckets }) => buckets)) : MOST_BUCKETS;
}
