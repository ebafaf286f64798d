import { isUnknown } from "../../engine/unknown.ts";
import { allLab } from "../../model/rollout/lab.ts";
import type { VersionDelta } from "../../model/versions/deltas.ts";
import { versionDeltas } from "../../model/versions/deltas.ts";
import { STEP_SOURCES } from "../../model/versions/steps.ts";
import { rule } from "../rule.ts";

const INVENTORY = "[gateways]\ngw[01:12].example.net\n";
const pinned = (version: string, comment = ""): { [path: string]: string } => ({
  "inventory.ini": INVENTORY,
  "group_vars/gateways.yml": `${comment}racoon_version: "${version}"\n`,
  "site.yml": '- hosts: gateways\n  serial: 1\n  tasks:\n    - apt:\n        name: "racoon={{ racoon_version }}"\n',
});
const play = (task: string): { [path: string]: string } => ({ "inventory.ini": INVENTORY, "site.yml": `- hosts: gateways\n  serial: 1\n  tasks:\n${task}` });

export default rule({
  what: "A pinned version moves further than the change says, goes back, or is not pinned any more.",
  why: "A small fix that comes with a new upstream release is as large as the release: what was reviewed and tested is the fix, and what fails on the hosts is the rest.",
  instead: "Raise the version in a change of its own, build the fix on the version that runs, and go no further at once than the makers support.",
  lessons: ["2017-keying-daemon-rollout"],
  reads: ["syntax"],
  severity: "warning",
  fix: "none",
  lifecycle: "stable",
  sources: ["Debian: deb-version(7)", "Semantic Versioning 2.0.0", ...STEP_SOURCES],
  data: { product: "what the version is of", from: "version before", to: "version after; null: none", how: "lost, downgrade, skips, beyond-fix, beyond-other, epoch or major", hosts: "hosts that get it; null: not known" },
  examples: {
    bad: [
      { before: pinned("1:0.8.2+20140711-5", "# Keying daemon\n"), after: pinned("⟦1:0.9.0-1⟧", "# Patch: recover when a peer is lost\n") },
      // The patch is there to see, and the upstream release comes along.
      {
        before: { ...play("    - apt:\n        name: strongswan=5.9.8-5\n") },
        after: { ...play("    - apt:\n        name: strongswan=⟦6.0.0-1⟧\n"), "files/strongswan-reconnect.patch": "--- a/x\n+++ b/x\n" },
      },
      { before: play('    - apt:\n        name: "racoon={{ racoon_version }}"\n'), after: play("    - apt:\n        name: ⟦racoon⟧\n        state: present\n") },
      { before: { "cluster.yml": "cephVersion:\n  image: quay.io/ceph/ceph:v16.2.15\n" }, after: { "cluster.yml": "cephVersion:\n  image: quay.io/ceph/ceph:⟦v19.2.0⟧\n" } },
      { before: { "group_vars/all.yml": "ceph_stable_release: reef\n" }, after: { "group_vars/all.yml": "ceph_stable_release: ⟦quincy⟧\n" } },
      {
        before: { "group_vars/ceph.yml": "ceph_version: 18.2.1\n", "compose.yml": "services:\n  mds:\n    image: quay.io/ceph/ceph:v18.2.1\n" },
        after: { "group_vars/ceph.yml": "ceph_version: 18.2.2\n", "compose.yml": "services:\n  mds:\n    image: quay.io/ceph/ceph:⟦v19.2.0⟧\n" },
      },
      { before: { "Dockerfile": "FROM debian:bullseye\n" }, after: { "Dockerfile": "FROM debian:⟦trixie⟧\n" } },
      { before: { "etc/apt/preferences.d/frr": "Package: frr\nPin: version 8.5.2-*\nPin-Priority: 1001\n" }, after: { "etc/apt/preferences.d/frr": "Package: frr\nPin: version ⟦10.1-*⟧\nPin-Priority: 1001\n" } },
    ],
    good: { before: pinned("1:0.8.2+20140711-5"), after: pinned("1:0.8.2+20140711-10", "# Patch: recover when a peer is lost\n") },
    lookalike: [
      // Said, supported, small, or of no daemon that hosts hang on.
      { before: pinned("1:0.8.2-5"), after: pinned("1:0.9.0-1", "# Upgrade to 0.9.0, which brings a security fix\n") },
      { before: { "cluster.yml": "cephVersion:\n  image: quay.io/ceph/ceph:v18.2.1\n" }, after: { "cluster.yml": "cephVersion:\n  # Fixes for BlueStore\n  image: quay.io/ceph/ceph:v18.2.4\n" } },
      { before: { "group_vars/all.yml": "ceph_stable_release: quincy\n" }, after: { "group_vars/all.yml": "ceph_stable_release: squid\n" } },
      { before: { "compose.yml": "services:\n  web:\n    image: nginx:1.25\n" }, after: { "compose.yml": "services:\n  web:\n    image: nginx:2.0\n" } },
      { before: { "requirements.txt": "ansible==8.1.0\n", "go.mod": "module example.net/a\n\ngo 1.21\n\nrequire (\n\tgo.etcd.io/etcd/client/v3 v3.5.1\n)\n" }, after: { "requirements.txt": "ansible==10.1.0\n", "go.mod": "module example.net/a\n\ngo 1.22\n\nrequire (\n\tgo.etcd.io/etcd/client/v3 v4.0.0\n)\n" } },
      { before: { "Dockerfile": "FROM debian:bookworm\n" }, after: { "Dockerfile": "FROM debian:trixie-slim\n" } },
      { before: { "host_vars/a.yml": "kernel: 4.15.0\n" }, after: { "host_vars/a.yml": "kernel: 6.1.0\n" } },
    ],
  },
  compare({ before, after, changed, report }) {
    for (const delta of versionDeltas(before, after, changed)) {
      const { pin, location, how, from, to } = delta;
      const scope = after.fleet.scopeOf(location.path);
      const hosts = isUnknown(scope) ? undefined : scope.hosts;
      if (hosts !== undefined && allLab(after, hosts)) continue;
      const mild = how === "major" || how === "epoch" || (how === "downgrade" && !delta.large);
      report({
        location,
        key: `${pin.key} ${how}`,
        severity: mild ? "info" : "warning",
        confidence: how === "lost" || how === "skips" || how === "downgrade" ? "certain" : "likely",
        message: `${words(delta)}${delta.along.length > 1 ? ` It moves ${delta.along.join(", ")} together.` : ""}`,
        ...(delta.before.location.path === location.path ? {} : { related: [{ location: delta.before.location, message: "It was here." }] }),
        data: { product: pin.product.name, from: from.text, to: to?.text ?? null, how, hosts: hosts?.length ?? null },
      });
    }
  },
});

function words({ pin, from, to, how, said, skipped }: VersionDelta): string {
  const name = pin.carrier === "variable" ? pin.product.name : pin.name;
  const move = `${name} moves from ${from.text} to ${to?.text ?? ""}`;
  switch (how) {
    case "lost":
      return `${name} was pinned to ${from.text} and is not any more: each host gets whatever is newest on its day, so that the change brings more than it says. Keep the version, and raise it in a change of its own.`;
    case "downgrade":
      return `${name} goes back from ${from.text} to ${to!.text}: what the newer version wrote, the older one may not read. See that its makers support the way back, and say so.`;
    case "skips":
      return `${move}, ${skipped!.steps} ${skipped!.unit} at once, and its makers support ${skipped!.most === 1 ? "one" : skipped!.most}. Go by the releases between them.`;
    case "beyond-fix":
      return `${move}, a new upstream release, while the change speaks of a fix (${said!}): the delta is the release, not the fix. Build the fix on ${from.upstream === "" ? "the version that runs" : from.upstream}, or raise the version in a change of its own.`;
    case "beyond-other":
      return `${move}, further than what stands beside it: ${said!}. Bring both to one release, and say which.`;
    case "epoch":
      return `${move}: the epoch rises, after which no version without it counts as newer, and going back takes a forced downgrade. Be sure that it is meant.`;
    case "major":
      return `${move}, another major release, and nothing here says so: read its release notes for what changes by default, and begin with one host.`;
  }
}
