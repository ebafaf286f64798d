import type { Severity } from "../../engine/finding.ts";
import type { Fix } from "../../engine/fix.ts";
import type { Location } from "../../engine/location.ts";
import type { OpenFilesSum } from "../../model/ceph/open-files.ts";
import { PACKAGED_LIMIT, openFilesSums, openFilesUnknown } from "../../model/ceph/open-files.ts";
import type { Workspace } from "../../model/workspace.ts";
import { rule } from "../rule.ts";

/** What an OSD of a large cluster has open while it recovers; a fix never goes below. */
const LEAST = 32_768;

const INVENTORY = "[storage]\nstor[1:3].example.net osds=8\n";
const PLAY = `- name: Storage servers
  hosts: storage
  tasks:
    - name: Kernel settings
      ansible.builtin.copy:
        src: files/60-ceph.conf
        dest: /etc/sysctl.d/60-ceph.conf
    - name: Limits of the OSDs
      ansible.builtin.copy:
        src: files/limits.conf
        dest: /etc/systemd/system/ceph-osd@.service.d/limits.conf
`;

export default rule({
  what: "The OSDs of a host may open more files than its kernel allows.",
  why: "Recovery makes every OSD open files and connections at once. When the sum reaches fs.file-max, open() and accept() fail with ENFILE for every process on the host that is not root: updates are not written, connections are refused.",
  instead: "Keep OSDs per host × LimitNOFILE below fs.file-max. Since systemd 240 the kernel's table is unlimited unless a sysctl lowers it: best remove that line.",
  lessons: ["2014-osd-restart-corruption"],
  reads: ["limits", "ceph", "sysctl"],
  severity: "warning",
  fix: "unsafe",
  fixSafety: "It changes how many files every OSD may open; a limit that is too low stops OSDs while they recover.",
  lifecycle: "stable",
  sources: ["systemd.exec(5), LimitNOFILE=", "proc(5), /proc/sys/fs/file-max", "Ceph: systemd/ceph-osd@.service.in", "systemd: NEWS 240"],
  data: { osds: "OSDs of the fullest host", openFiles: "files that one OSD may open", fileMax: "fs.file-max", total: "files that all OSDs of the fullest host may open", hosts: "hosts concerned" },
  examples: {
    bad: [
      {
        "hosts.ini": INVENTORY,
        "site.yml": PLAY.replace("ceph-osd@.service.d/limits.conf", "ceph-osd@.service"),
        "files/60-ceph.conf": "fs.file-max = 1000000\n",
        "files/limits.conf": "[Service]\nExecStart=/usr/bin/docker run --rm --ulimit nofile=⟦262144:262144⟧ --name osd-%i quay.example.net/ceph osd\n",
      },
      {
        "hosts.ini": INVENTORY,
        "site.yml": "- hosts: storage\n  tasks:\n    - ansible.posix.sysctl: {name: fs.file-max, value: '1000000'}\n    - community.docker.docker_container:\n        name: ceph-osd-{{ item }}\n        image: quay.example.net/ceph\n        ulimits:\n          - nofile:⟦262144:262144⟧\n      loop: [0, 1]\n",
      },
      {
        "hosts.ini": INVENTORY,
        "site.yml": PLAY,
        "files/60-ceph.conf": "fs.file-max = 1000000\n",
        "files/limits.conf": "[Service]\nLimitNOFILE=⟦262144⟧\n",
      },
      {
        "inventory.yml": "all:\n  children:\n    osds:\n      hosts:\n        osd1:\n        osd2:\n",
        "group_vars/osds.yml": `lvm_volumes:\n${"  - data: data\n".repeat(12)}kernel_settings:\n  fs.file-max: 2000000\n`,
        "site.yml": `- hosts: osds
  tasks:
    - ansible.posix.sysctl:
        name: "{{ item.key }}"
        value: "{{ item.value }}"
      loop: "{{ kernel_settings | dict2items }}"
    - community.general.ini_file:
        path: /etc/systemd/system/ceph-osd@.service.d/limits.conf
        section: Service
        option: LimitNOFILE
        value: "⟦524288⟧"
`,
      },
    ],
    good: [
      // The unit is the site's own: what the package ships does not count.
      {
        "hosts.ini": INVENTORY,
        "site.yml": PLAY.replace("ceph-osd@.service.d/limits.conf", "ceph-osd@.service"),
        "files/60-ceph.conf": "fs.file-max = 1000000\n",
        "files/limits.conf": "[Service]\nExecStart=/usr/bin/podman run --rm --net=host quay.example.net/ceph osd\n",
      },
      {
        "hosts.ini": INVENTORY,
        "site.yml": PLAY,
        "files/60-ceph.conf": "fs.file-max = 26234859\n",
        "files/limits.conf": "[Service]\nLimitNOFILE=262144\n",
      },
    ],
    lookalike: [
      {
        "hosts.ini": INVENTORY,
        "site.yml": PLAY,
        "files/60-ceph.conf": "fs.file-max = 1000000\n",
        "files/limits.conf": "[Service]\nLimitNOFILE=65536\n",
      },
      {
        "hosts.ini": INVENTORY,
        "site.yml": PLAY.replace("ceph-osd@", "nginx"),
        "files/60-ceph.conf": "fs.file-max = 9223372036854775807\n",
        "files/limits.conf": "[Service]\nLimitNOFILE=1048576\n",
      },
    ],
  },
  check({ reads, path, workspace, report, notComputed }) {
    const hidden = openFilesUnknown(workspace).get(path);
    if (hidden !== undefined) notComputed(path, hidden);
    for (const group of workspace.data(overcommits)) {
      const { place, worst, hosts } = group;
      if (place.path !== path || subjectOf(workspace, path) !== reads) continue;
      const fix = mend(group);
      report({
        location: place,
        message: message(group),
        severity: severity(worst),
        confidence: worst.limit.by === "unit" && worst.limit.sure === true && worst.fileMax.sure ? "certain" : "likely",
        related: related(group),
        ...(fix ? { fixes: [fix] } : {}),
        data: { osds: worst.osds.count, openFiles: worst.limit.value, fileMax: worst.fileMax.value, total: worst.total, hosts: hosts.length },
        key: `${place.path} ${worst.limit.by}`,
      });
    }
  },
});

/** Hosts that exceed their table because of the same line. */
interface Overcommit {
  readonly place: Location;
  readonly worst: OpenFilesSum;
  readonly hosts: readonly string[];
}

function overcommits(workspace: Workspace): readonly Overcommit[] {
  const groups = new Map<string, { place: Location; worst: OpenFilesSum; hosts: string[] }>();
  for (const sum of openFilesSums(workspace)) {
    if (sum.total <= sum.fileMax.value) continue;
    const place = sum.limit.location ?? sum.fileMax.location;
    const key = `${place.path}\0${place.range.start}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { place, worst: sum, hosts: [sum.host.name] });
    else {
      group.hosts.push(sum.host.name);
      if (sum.total / sum.fileMax.value > group.worst.total / group.worst.fileMax.value) group.worst = sum;
    }
  }
  return [...groups.values()];
}

/** The first of the rule's respects in which the file says something, so that it reports there once. */
function subjectOf(workspace: Workspace, path: string): string | undefined {
  return (["limits", "ceph", "sysctl"] as const).find((reads) => workspace.subject(reads, path) !== undefined);
}

function severity({ limit, fileMax }: OpenFilesSum): Severity {
  if (!fileMax.sure || limit.sure === false) return "info";
  // What the package ships is far above what OSDs use, but a table that is too small for one of them helps nobody.
  return limit.by === "packaged" && fileMax.value >= limit.value ? "info" : "warning";
}

function message({ worst, hosts }: Overcommit): string {
  const { osds, limit, fileMax, nrOpen, total } = worst;
  const others = hosts.length === 1 ? worst.host.name : `${worst.host.name} and ${hosts.length - 1} more ${hosts.length === 2 ? "host" : "hosts"}`;
  const source = limit.by === "packaged" ? `${limit.value} open files each (what ceph-osd@.service ships)` : `${limit.value} open files each`;
  const capped = nrOpen !== undefined && nrOpen.value === limit.value ? ", which fs.nr_open allows" : "";
  const old =
    limit.by === "max open files"
      ? ` Since Luminous "max open files" has no effect where systemd starts the OSDs: its LimitNOFILE, ${PACKAGED_LIMIT} unless a drop-in lowers it, counts, and ${osds.count} × ${PACKAGED_LIMIT} is ${osds.count * PACKAGED_LIMIT}.`
      : "";
  return `${osds.count} OSDs with ${source}${capped} may open ${total} files, but fs.file-max is ${fileMax.value} on ${others}: when they recover, opens and connections fail on the whole host.${old} Lower LimitNOFILE of ceph-osd@.service, or raise or remove fs.file-max.`;
}

function related({ place, worst }: Overcommit): { location: Location; message: string }[] {
  const { osds, limit, fileMax, nrOpen } = worst;
  const places = [
    { location: osds.location, message: `${worst.host.name} runs ${osds.count} OSDs: ${osds.how}` },
    { location: fileMax.location, message: `fs.file-max = ${fileMax.value}` },
    ...(limit.location ? [{ location: limit.location, message: `${limit.value} open files for one OSD` }] : []),
    ...(limit.through ? [{ location: limit.through, message: limit.by === "unit" ? "LimitNOFILE takes the variable's value" : "max open files takes the variable's value" }] : []),
    ...(nrOpen ? [{ location: nrOpen.location, message: `fs.nr_open = ${nrOpen.value}` }] : []),
  ];
  return places.filter(({ location }) => location.path !== place.path || location.range.start !== place.range.start);
}

/** The largest power of two that fits; where the limit is the package's, a file-max that holds them all. */
function mend({ place, worst }: Overcommit): Fix | undefined {
  const { osds, limit, fileMax } = worst;
  const edit = (newText: string): Fix["edits"] => [{ path: place.path, range: place.range, newText }];
  if (limit.by === "packaged") {
    return { title: `Set fs.file-max to ${worst.total}`, safety: "unsafe", edits: edit(String(worst.total)) };
  }
  const fits = 2 ** Math.floor(Math.log2(fileMax.value / osds.count));
  if (limit.by !== "unit" || fits < LEAST) return undefined;
  return { title: `Let one OSD open ${fits} files`, safety: "unsafe", edits: edit(String(fits)) };
}
