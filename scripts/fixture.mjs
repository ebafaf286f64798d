// The workspace that the tests inside VS Code work on: two folders, of which `fleet` is a git repository with one commit.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./setup.mjs";

const FILES = {
  "fleet/ceph.conf": "[global]\nfsid = 6c1f2a6e-3f0b-4a57-9b0c-0d5f6f3f4b11\nosd_pool_default_size = 3\nosd_pool_default_min_size = 2\n",
  "fleet/etc/sysctl.d/50-base.conf": "# what every host gets\nnet.ipv4.tcp_syncookies = 1\n",
  "fleet/reach/premortem.yaml": "groups:\n  hypervisor: []\n",
  "fleet/reach/hosts.ini": "[web]\nweb[01:04].example.net\n\n[db]\ndb[01:02].example.net\n",
  "fleet/reach/group_vars/all.yml": "motd: welcome\nport: 80\n",
  "fleet/reach/site.yml":
    "- hosts: web\n  tasks:\n    - name: Front\n      template:\n        src: front.conf.j2\n        dest: /etc/front.conf\n      notify: front\n  handlers:\n    - name: front\n      service:\n        name: front\n        state: restarted\n",
  "fleet/reach/templates/front.conf.j2": "listen {{ port }}\n",
  "other/premortem.yaml": "severity:\n  sysctl/pmtud-disabled: off\n",
  "tests.code-workspace": JSON.stringify({ folders: [{ path: "fleet" }, { path: "other" }] }),
};

/** What the tests inside the browser's host have besides. */
const WEB_FILES = {
  "fleet/nftables.conf":
    "flush ruleset\n\ntable inet filter {\n  chain services {\n    tcp dport 22 accept\n  }\n  chain input {\n    type filter hook input priority filter; policy drop;\n    ct state established accept\n    ip protocol icmp drop\n    jump services\n  }\n}\n",
  "fleet/hosts/a/etc/sysctl.d/10-first.conf": "net.ipv4.tcp_syncookies = 1\n",
  "fleet/hosts/a/etc/sysctl.d/20-second.conf": "net.ipv4.tcp_syncookies = 0\n",
  "fleet/hosts/b/etc/sysctl.d/10-first.conf": "net.ipv4.tcp_syncookies = 1\n",
  "other/sysctl.conf": "net.ipv4.ip_no_pmtu_disc = 1\n",
};

/** Writes it into a new directory; the caller calls `remove`. */
export function makeWorkspace() {
  const workspace = written(FILES);
  commitAll(join(workspace.directory, "fleet"));
  return workspace;
}

/** The same without git, with some files more, and with a copy of `fleet` as it was before a change. */
export function makeWebWorkspace() {
  const files = { ...FILES, ...WEB_FILES };
  const base = Object.entries(files).filter(([path]) => path.startsWith("fleet/")).map(([path, text]) => [path.replace(/^fleet/, "base"), text.replace("    ip protocol icmp drop\n", "")]);
  const folders = JSON.stringify({ folders: [{ path: "fleet" }, { path: "other" }, { path: "base" }] });
  return written({ ...files, ...Object.fromEntries(base), "tests.code-workspace": folders });
}

function written(files) {
  const directory = mkdtempSync(join(tmpdir(), "premortem-workspace-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return { directory, file: join(directory, "tests.code-workspace"), remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Makes a repository of a directory, with one commit of all that is in it. */
export function commitAll(directory) {
  const git = (...args) => run("git", ["-c", "user.name=Test", "-c", "user.email=test@example.net", "-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null", ...args], { cwd: directory });
  git("init", "-q", "-b", "main");
  git("add", "-A");
  git("commit", "-q", "-m", "State before the change");
}
