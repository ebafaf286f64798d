import { isUnknown } from "../../../engine/unknown.ts";
import { failuresToStop } from "../../rollout/batches.ts";
import { gatesBehind } from "../../rollout/gates.ts";
import type { Workspace } from "../../workspace.ts";
import type { Play } from "../fleet.ts";
import { truth } from "../values.ts";
import type { Step } from "./approval.ts";
import { isGated } from "./approval.ts";
import { batchesOf } from "./interruptions.ts";

/** Hosts of a first batch, and of any batch, that are few whatever their share is; and the largest shares beyond them. */
const FEW_HOSTS = 2;
const FIRST_SHARE = 0.2;
const BATCH_SHARE = 0.25;

/**
 * True where a step goes through its hosts in small batches, a failure stops it, and something is asked between them: a
 * check behind it, or a human.
 */
export function isCareful(workspace: Workspace, step: Step): boolean {
  const { play, task, causes } = step;
  return goesInSmallBatches(step) && (task.module === "reboot" || gatesBehind(play, task, causes).length > 0 || isGated(workspace, step));
}

/** True where the step's play takes a few of its hosts, then a few more, and stops when hosts fail. */
export function goesInSmallBatches({ play, hosts }: Step): boolean {
  const total = isUnknown(play.scope) ? hosts.length : play.scope.hosts.length;
  const sizes = batchesOf(play, hosts);
  if (isUnknown(sizes) || sizes.length < 2) return false;
  const [first = 0] = sizes;
  const largest = Math.max(...sizes);
  const few = (size: number, share: number): boolean => size === 1 || (size < total && size <= Math.max(FEW_HOSTS, share * total));
  return few(first, FIRST_SHARE) && few(largest, BATCH_SHARE) && stops(play, first, largest);
}

/** A first host that fails is a whole batch, and ends the play by itself unless a limit is set that it never exceeds. */
function stops({ keywords }: Play, first: number, largest: number): boolean {
  const fatal = keywords.get("any_errors_fatal");
  if (fatal !== undefined && truth(fatal.value) !== false) return true;
  const limit = keywords.get("max_fail_percentage");
  if (limit === undefined) return first === 1;
  const percent = Number(limit.value);
  return !isUnknown(limit.value) && Number.isFinite(percent) && failuresToStop(first === 1 ? 1 : largest, { maxFailPercentage: percent }) <= Math.max(1, largest - 1);
}
