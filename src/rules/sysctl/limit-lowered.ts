import type { Lowered } from "../../model/kernel/lowered.ts";
import { loweredLimits } from "../../model/kernel/lowered.ts";
import { rule } from "../rule.ts";

const HOSTS = { "hosts.ini": "[node]\nnode1.example.net\nnode2.example.net\n" };
const site = (fileMax: string): string => `- hosts: node\n  tasks:\n    - ansible.posix.sysctl:\n        name: fs.file-max\n        value: "${fileMax}"\n        sysctl_file: /etc/sysctl.d/60-files.conf\n`;
const unit = (limit: string): Record<string, string> => ({ "etc/systemd/system/containerd.service.d/limits.conf": `[Service]\nLimitNOFILE=${limit}\n` });

export default rule({
  what: "A change lowers a limit that running programs may have grown into.",
  why: "Programs open as many files, threads, watches or connections as they are let. A lower limit fails them where they stand, at the next restart of a service or at once for the whole host, even where the new value is the recommended one.",
  instead: "Measure what is in use at its height before lowering a limit, keep room above it, and change one host first.",
  lessons: ["eks-ami-2023-nofile-lowered"],
  reads: ["sysctl", "limits"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["proc_sys_fs(5), proc_sys_kernel(5)", "systemd.exec(5), LimitNOFILE=", "kernel: Documentation/admin-guide/sysctl/fs.rst"],
  data: { limit: "the key or directive that goes down", before: "the limit before the change (absent: none)", after: "the limit after it", hosts: "hosts with the lower limit, where they are known" },
  examples: {
    bad: [
      { before: { ...HOSTS, "site.yml": site("26234859") }, after: { ...HOSTS, "site.yml": site("⟦1000000⟧") } },
      { before: unit("infinity"), after: unit("⟦1024:524288⟧") },
      { before: { "etc/sysctl.d/60-web.conf": "net.core.somaxconn = 8192\nvm.swappiness = 10\n" }, after: { "etc/sysctl.d/60-web.conf": "net.core.somaxconn = ⟦1024⟧\nvm.swappiness = 10\n" } },
      {
        before: { ...HOSTS, "site.yml": site("{{ file_max }}"), "group_vars/node.yml": "file_max: 2000000\n" },
        after: { ...HOSTS, "site.yml": site("{{ file_max }}"), "group_vars/node.yml": "file_max: ⟦500000⟧\n" },
      },
      {
        before: { "hosts/search1/etc/sysctl.d/60-search.conf": "vm.max_map_count = 262144\nvm.swappiness = 1\n" },
        after: { "hosts/search1/etc/sysctl.d/60-search.conf": "⟦vm.swappiness = 1⟧\n" },
      },
    ],
    good: [{ before: { ...HOSTS, "site.yml": site("1000000") }, after: { ...HOSTS, "site.yml": site("26234859") } }, { before: unit("1024:524288"), after: unit("infinity") }],
    lookalike: [
      { before: { "etc/sysctl.d/60-web.conf": "vm.swappiness = 60\nnet.ipv4.tcp_fin_timeout = 60\n" }, after: { "etc/sysctl.d/60-web.conf": "vm.swappiness = 10\nnet.ipv4.tcp_fin_timeout = 20\n" } },
      { before: { "etc/sysctl.d/60-a.conf": "net.core.somaxconn = 8192\n" }, after: { "etc/sysctl.d/60-b.conf": "net.core.somaxconn = 8192\n" } },
      {
        before: { ...HOSTS, "site.yml": site("1000000") },
        after: { ...HOSTS, "site.yml": `${site("1000000")}- hosts: other\n  tasks:\n    - ansible.posix.sysctl:\n        name: fs.file-max\n        value: '500000'\n` },
      },
    ],
  },
  compare({ before, after, changed, report }) {
    for (const one of loweredLimits(before, after, changed)) {
      const hosts = one.hosts === 0 ? "" : ` on ${one.hosts} ${one.hosts === 1 ? "host" : "hosts"}`;
      report({
        location: one.location,
        key: `${one.name} ${one.after}`,
        message: `${one.name} goes from ${limitText(one.before)} down to ${limitText(one.after)}${hosts}${one.byDefault ? ", the kernel's default, since its line is gone" : ""}. Programs that use more today fail${WHEN[one.name] ?? ""}. Measure what is in use first${one.byDefault ? ", or keep the line" : ""}.`,
        ...(one.hosts === 0 && !one.location.path.endsWith(".conf") ? { confidence: "likely" as const } : {}),
        data: { limit: one.name, ...(Number.isFinite(one.before) ? { before: one.before } : {}), after: one.after, ...(one.hosts === 0 ? {} : { hosts: one.hosts }) },
        ...relatedOf(one),
      });
    }
  },
});

const WHEN: Record<string, string> = {
  "fs.file-max": ", and so does whatever else opens a file or a connection on the host",
  LimitNOFILE: " once the service is restarted",
  TasksMax: " once the unit is restarted",
};

function limitText(limit: number): string {
  return Number.isFinite(limit) ? String(limit) : "no limit";
}

/** Places of the state before the change have no file to lead to, unless it is the only one. */
function relatedOf({ location, was }: Lowered): { readonly related?: readonly { readonly location: Lowered["was"]; readonly message: string }[] } {
  return was.path === location.path || location === was ? {} : { related: [{ location: { path: location.path, range: location.range }, message: `Before the change it was set in ${was.path}.` }] };
}
