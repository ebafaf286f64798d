import { isUnknown } from "../../engine/unknown.ts";
import { nearest } from "../../engine/similar.ts";
import { optionFacts, optionNames } from "../../model/ceph/options.ts";
import { daemonsOf } from "../../model/ceph/sections.ts";
import type { CephSetting } from "../../model/ceph/settings.ts";
import { rule } from "../rule.ts";

/** Read without being in the schema: MonMap.cc, OSDMap.cc, keyrings, and what modules of the managers bring. */
const OUTSIDE = new Set(["host", "rack", "row", "room", "datacenter", "root", "key", "keyring", "addr", "user", "devs", "mon_addr", "mon_priority", "mon_weight", "include", "crush_location", "mon_host_override"]);
const PREFIX = /^(debug_|caps_|mgr\/|rocksdb_|rbd_config_|rgw_crypt_|objectstore_|osd_mkfs_|osd_mount_|osd_fs_|btrfs_|client_mount_)/;

/** Nobody reads more of one file, and each is compared with every known option. */
const MOST = 100;

export default rule({
  what: "Ceph has no such option.",
  why: "The daemons pass over a name that they do not know without a word, and run with the default of the option that was meant.",
  instead: "Correct the name. Blanks and underscores are alike in ceph.conf; dashes and capitals are not.",
  lessons: [],
  reads: ["ceph"],
  severity: "warning",
  fix: "safe",
  fixSafety: "The line has no effect as it stands; it is mended only where one known option is near.",
  lifecycle: "stable",
  sources: ["Ceph: src/common/options of 10.2 to 20.2", "Ceph: src/common/ConfUtils.cc, normalize_key_name"],
  examples: {
    bad: [
      "[osd]\n⟦osd max backfill⟧ = 1\n",
      "[osd]\n⟦osd-recovery-max-active⟧ = 3\n",
      "[global]\n⟦osd pool size default⟧ = 3\n",
      "[global]\n⟦Public Network⟧ = 192.0.2.0/24\n",
      "[mon]\n⟦mon_osd.full_ratio⟧ = .95\n",
      { "group_vars/all.yml": "ceph_conf_overrides:\n  global:\n    ⟦osd_default_pool_size⟧: 3\n" },
      { "tune.sh": "#!/bin/sh\nceph config set osd/class:hdd ⟦osd_memory_targets⟧ 4Gi\n" },
    ],
    good: "[global]\npublic network = 192.0.2.0/24\n[osd]\nosd_max_backfills = 1\ndebug osd = 1/5\n",
    lookalike: "[mon.a]\nhost = mon1\nmon addr = 192.0.2.11:6789\n[client.admin]\nkeyring = /etc/ceph/ceph.client.admin.keyring\n[backup]\ntarget-dir = /srv\n",
  },
  check({ ceph, path, report }) {
    let said = 0;
    for (const setting of ceph.settings) {
      if (said >= MOST) break;
      const { option, rawOption, optionRange, section, kind } = setting;
      if (kind === "pool" || kind === "variable" || isUnknown(section) || daemonsOf(section).length === 0) continue;
      if (OUTSIDE.has(option) || PREFIX.test(option) || /[{}$/]/.test(option) || optionFacts(option) !== undefined) continue;
      const meant = suggestion(option);
      if (meant !== undefined && PREFIX.test(meant)) continue;
      said++;
      report({
        location: { path, range: optionRange },
        message: `Ceph has no option "${rawOption}" and ${kind === "command" ? "refuses to set it" : "passes over it without a word"}${why(setting, meant)}. ${meant === undefined ? "Correct the name, or remove the line." : `Did you mean ${meant}?`}`,
        severity: meant === undefined || setting.conditional ? "info" : "warning",
        confidence: meant === undefined ? "likely" : "certain",
        ...(meant === undefined ? {} : { fixes: [{ title: `Write ${meant}`, safety: "safe" as const, edits: [{ path, range: optionRange, newText: meant }] }] }),
      });
    }
  },
});

function why({ option }: CephSetting, meant: string | undefined): string {
  if (meant === undefined) return "";
  if (option.replaceAll("-", "_") === meant) return ": dashes do not count as underscores in a file";
  return option.toLowerCase() === meant ? ": capitals count" : "";
}

/** The option that was meant: with other capitals or dashes, with the same words in another order, or with nearly the same letters. */
function suggestion(option: string): string | undefined {
  const folded = option.toLowerCase().replaceAll("-", "_").replace(/_+/g, "_");
  if (optionFacts(folded) !== undefined) return folded;
  const names = optionNames().filter((name) => optionFacts(name)?.type !== undefined);
  const words = wordsOf(folded);
  const transposed = names.filter((name) => name.length === folded.length && wordsOf(name) === words);
  if (transposed.length === 1) return transposed[0];
  const count = folded.split("_").length;
  return nearest(folded, names, 1) ?? (folded.length < 8 ? undefined : nearest(folded, names.filter((name) => name.split("_").length === count), 2));
}

function wordsOf(name: string): string {
  return name.split("_").sort().join("_");
}
