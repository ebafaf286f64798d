import type { Range } from "../../../engine/location.ts";
import { KEYS } from "../../../formats/swanctl/keys.ts";
import type { Workspace } from "../../workspace.ts";
import { MEANINGS } from "./meanings.ts";
import { levelOf, placeAt } from "./place.ts";
import { timersInWords } from "./timers.ts";

/** What there is to say of a connection or one of its settings. */
export interface IpsecHover {
  readonly range: Range;
  readonly title: string;
  /** Plain sentences. */
  readonly lines: readonly string[];
}

/** The timers of the connection at a place, and what its setting there is for; undefined where there is nothing to say. */
export function ipsecHoverAt(workspace: Workspace, path: string, offset: number): IpsecHover | undefined {
  const place = placeAt(workspace, path, offset);
  if (place === undefined) return undefined;
  const { connection: at, setting, syntax, inside } = place;
  const connection = at && workspace.subject("ipsec", path)?.connections.find(({ location }) => location.range.start === at.start);
  if (setting !== undefined) {
    const meaning = MEANINGS[syntax]![setting.key];
    const level = syntax === "swanctl" ? levelOf(inside) : undefined;
    const known = level && Object.hasOwn(KEYS[level], setting.key) ? KEYS[level][setting.key] : undefined;
    const lines = [meaning, known?.default && `Default: ${known.default}.`].filter((line): line is string => line !== undefined && line !== "");
    if (lines.length === 0) return undefined;
    const timed = connection !== undefined && TIMERS.test(setting.key);
    return { range: setting.range, title: setting.key, lines: timed ? [...lines, `${connection.name}:`, ...timersInWords(connection)] : lines };
  }
  if (connection === undefined || at === undefined || offset < at.start || offset > at.end) return undefined;
  return { range: at, title: connection.name, lines: timersInWords(connection) };
}

const TIMERS = /dpd|_time$|lifetime|keylife|margin|rekey|reauth|tries|_action$|closeaction/;
