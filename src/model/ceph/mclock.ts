import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import type { Release } from "./release.ts";
import { OLDEST_MAINTAINED, defaultAt, optionFacts } from "./options.ts";

/** Options that mclock sets itself: a live change is refused while the override is off (osd/OSD.cc, maybe_override_options_for_qos). */
export const MCLOCK_LIMITS: ReadonlySet<string> = new Set(["osd_max_backfills", "osd_recovery_max_active", "osd_recovery_max_active_hdd", "osd_recovery_max_active_ssd"]);
/** Options that mclock sets to 0 in every case. */
export const MCLOCK_SLEEPS: ReadonlySet<string> = new Set([
  "osd_recovery_sleep", "osd_recovery_sleep_hdd", "osd_recovery_sleep_ssd", "osd_recovery_sleep_hybrid",
  "osd_recovery_sleep_degraded", "osd_recovery_sleep_degraded_hdd", "osd_recovery_sleep_degraded_ssd", "osd_recovery_sleep_degraded_hybrid",
  "osd_delete_sleep", "osd_delete_sleep_hdd", "osd_delete_sleep_ssd", "osd_delete_sleep_hybrid",
  "osd_snap_trim_sleep", "osd_snap_trim_sleep_hdd", "osd_snap_trim_sleep_ssd", "osd_snap_trim_sleep_hybrid",
  "osd_scrub_sleep",
]);

/**
 * True where OSDs schedule with mclock: their release has it by default, which every maintained one has, and nothing in
 * the repository takes another scheduler or one that is not known.
 */
export function schedulesWithMclock(workspace: Workspace, release: Release | undefined): boolean {
  const facts = optionFacts("osd_op_queue");
  if (facts === undefined || defaultAt(facts, release?.major ?? OLDEST_MAINTAINED) !== "mclock_scheduler") return false;
  return !workspace.derive(setQueues).some((value) => value !== "mclock_scheduler");
}

/** True where the repository lets operators change what mclock would set. */
export function overridesMclock(workspace: Workspace): boolean {
  return workspace.derive(setOverrides);
}

function setQueues(workspace: Workspace): readonly (string | undefined)[] {
  return valuesOf(workspace, "osd_op_queue");
}

function setOverrides(workspace: Workspace): boolean {
  return valuesOf(workspace, "osd_mclock_override_recovery_settings").some((value) => value === undefined || !/^(false|0)$/i.test(value));
}

function valuesOf(workspace: Workspace, option: string): (string | undefined)[] {
  return workspace.subjects("ceph").flatMap(({ subject }) =>
    subject.settings.flatMap((setting) => (setting.option === option ? [isUnknown(setting.value) ? undefined : setting.value] : [])),
  );
}
