import type { TextEdit } from "../../../engine/fix.ts";
import type { Location } from "../../../engine/location.ts";
import type { Confidence } from "../../../engine/finding.ts";
import type { Host } from "../../fleet/fleet.ts";
import type { ServiceKind } from "../services.ts";

/**
 * Something other than a play that restarts, upgrades or reboots on many machines: a DaemonSet, a timer, an automatic
 * upgrade. Like a play's batches it has a number that goes at once, something that stops it, and a gate, or lacks them.
 */
export interface Carrier {
  /** Who does it, to begin a sentence with: `This DaemonSet`, `unattended-upgrades`, `This timer`. */
  readonly by: string;
  /** What is interrupted: a daemon, or `host`. */
  readonly service: string;
  readonly kind: ServiceKind;
  readonly action: "restart" | "upgrade" | "reboot";
  /** What is counted, in the plural: `nodes`, `pods`, `storage hosts`. */
  readonly units: string;
  /** The hosts that it reaches; undefined: nobody can count them. */
  readonly hosts: readonly Host[] | undefined;
  /** How many go at once; undefined: a template hides it, or it is one. */
  readonly wave: Wave | undefined;
  /** What lets it go on although a machine has failed. */
  readonly passes: readonly Weakness[];
  /** What is missing to tell that a machine is well before the next one follows. */
  readonly unchecked: Weakness | undefined;
  /** How well it is known that this is what the machines depend on. */
  readonly confidence: Confidence;
}

/** How many machines go at the same time. */
export interface Wave {
  /** A share of all, 0 to 1; 1: all of them; undefined where only their number is known. */
  readonly share?: number;
  /** How many, where that is written and not the share. */
  readonly count?: number;
  /** Why, as part of a sentence: `maxUnavailable is 100%`. */
  readonly because: string;
  /** What to do, as a sentence without its full stop. */
  readonly advice: string;
  /** The most that is worth saying of it: `info` where only chance or other means keep them apart. */
  readonly severity: "warning" | "info";
  readonly location: Location;
  /** Puts them one after the other, where that changes nothing else. */
  readonly mend?: { readonly title: string; readonly edits: readonly TextEdit[] };
}

/** One thing that a rollout lacks, in words. */
export interface Weakness {
  /** What is so, what happens, and what to do: sentences. */
  readonly message: string;
  readonly severity: "warning" | "info";
  readonly location: Location;
}

/** The carriers that one file holds. */
export interface CarrierFile {
  readonly carriers: readonly Carrier[];
}
