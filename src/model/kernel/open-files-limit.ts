import type { Range } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { unknown } from "../../engine/unknown.ts";
import type { Value } from "../fleet/fleet.ts";
import type { Placement } from "./placement.ts";

/** How many files one process of a service may have open. */
export interface OpenFilesLimit {
  /** The unit that it holds for, `ceph-osd@.service`; Unknown where the text does not tell. */
  readonly unit: Maybe<string>;
  /** The hard limit; Infinity for `infinity`. Unknown where a template decides. */
  readonly value: Maybe<number>;
  readonly valueText: string;
  readonly valueRange: Range;
  /** `LimitNOFILE`, or the container's `--ulimit`. */
  readonly name: string;
  /** A template decides whether it is there. */
  readonly conditional: boolean;
  /** The conditions of the task that writes it. */
  readonly conditions: readonly Value[];
  /** Empty for a variable that a template uses: the template has them. */
  readonly placements: readonly Placement[];
}

/** The unit that a path is about: the unit file itself, or the folder of a drop-in. */
export function unitOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const dropIn = /(?:^|\/)([^/]+\.service)\.d\//.exec(path)?.[1];
  if (dropIn !== undefined) return dropIn;
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.(j2|jinja2?|erb|tmpl|epp|in)$/, "");
  if (name.endsWith(".service")) return name;
  // Drop-ins kept under another name: files/ceph-osd-limits.conf, templates/ceph-osd@.override.conf.j2.
  return /(^|[-_.])ceph[-_.]osd(?![a-z])/.test(name) ? "ceph-osd@.service" : undefined;
}

/** systemd.exec(5): one number for both limits or `soft:hard`. Unknown where it is neither. */
export function hardLimit(text: string): Maybe<number> {
  const hard = text.split(":").at(-1)!.trim();
  if (hard === "infinity") return Infinity;
  return /^\d+$/.test(hard) ? Number(hard) : unknown(`${text} is not a limit`);
}
