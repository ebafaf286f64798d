import type { Advisory } from "../../engine/configuration.ts";

/**
 * Releases that their own makers warn of, because they lose data or lock hosts out: what operators have to know before
 * they install one, not a list of vulnerabilities. `premortem.yaml` adds to it.
 */
export const ADVISORIES: readonly Advisory[] = [
  {
    product: "ceph",
    versions: "12.2.6",
    why: "it has serious regressions, for which the next release holds a procedure of its own",
    link: "https://docs.ceph.com/en/latest/releases/luminous/#v12-2-7-luminous",
    instead: "12.2.7 or later",
  },
  {
    product: "ceph",
    versions: "12.2.5",
    why: "it can corrupt data in erasure-coded pools",
    link: "https://docs.ceph.com/en/latest/releases/luminous/#v12-2-7-luminous",
    instead: "12.2.7 or later",
  },
  {
    product: "ceph",
    versions: ">=14.2.3 <14.2.5",
    why: "BlueStore can corrupt data where an OSD has a separate WAL device",
    link: "https://docs.ceph.com/en/latest/releases/nautilus/#v14-2-5-nautilus",
    instead: "14.2.6 or later",
  },
  {
    product: "ceph",
    versions: "15.2.2",
    why: "OSDs can corrupt their write-ahead log (bluefs_preextend_wal_files)",
    link: "https://docs.ceph.com/en/latest/releases/octopus/#v15-2-3-octopus",
    instead: "15.2.3 or later",
  },
  {
    product: "ceph",
    versions: ">=16.2.0 <16.2.7",
    why: "the conversion of older OSDs (quick-fix) can corrupt their omap data; only clusters that were made with it are safe",
    link: "https://docs.ceph.com/en/latest/releases/pacific/#v16-2-7-pacific",
    instead: "16.2.7 or later",
  },
  {
    product: "linux",
    // 4.19.0 has it too, but is also how distributions call every build of theirs.
    versions: ">=4.19.1 <4.19.8",
    why: "the multi-queue block layer can corrupt file systems",
    link: "https://lwn.net/Articles/774440/",
    instead: "4.19.8 or later",
  },
  {
    product: "linux",
    versions: ">=6.1.64 <6.1.66",
    packages: ["6.1.0-14"],
    why: "writes to ext4 can be lost or put in the wrong place",
    link: "https://bugs.debian.org/1057843",
    instead: "6.1.66 or later (Debian: 6.1.0-15 or later)",
  },
  {
    product: "zfs",
    versions: ">=2.2.0 <2.2.2",
    why: "copied files can lose parts to zeros",
    link: "https://github.com/openzfs/zfs/issues/15526",
    instead: "2.2.2 or later",
  },
  {
    product: "etcd",
    versions: ">=3.5.0 <3.5.3",
    why: "members can come to hold different data after they were killed under load, and its makers do not recommend it for production",
    link: "https://github.com/etcd-io/etcd/tree/main/CHANGELOG#v35-data-corruption-issue",
    instead: "3.5.3 or later",
  },
  {
    product: "postgresql",
    versions: ">=14.0 <14.4",
    why: "CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY can leave corrupt indexes",
    link: "https://www.postgresql.org/docs/release/14.4/",
    instead: "14.4 or later, then reindex",
  },
  {
    product: "xz",
    versions: ">=5.6.0 <5.6.2",
    why: "it carries a back door into sshd (CVE-2024-3094)",
    link: "https://www.openwall.com/lists/oss-security/2024/03/29/4",
    instead: "5.6.2 or later, or the version before",
  },
];
