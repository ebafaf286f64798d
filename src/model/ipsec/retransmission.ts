import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Section, SwanctlTree } from "../../formats/swanctl/index.ts";
import type { Workspace } from "../workspace.ts";
import { retransmission } from "./timing.ts";

/** How charon repeats a request that nobody answers, where strongswan.conf says so. */
type Repeats = ReadonlyMap<string, Maybe<number>>;

const SETTINGS = ["retransmit_timeout", "retransmit_base", "retransmit_tries", "retransmit_limit"] as const;

/**
 * Seconds until strongSwan gives up an IKEv2 request on the hosts that get the configuration at `path`: by the strongswan.conf
 * beside it, else by the defaults.
 */
export function retransmissionAt(workspace: Workspace, path: string): Maybe<number> {
  const base = path.replace(/[^/]*$/, "").replace(/(^|\/)(?:swanctl|ipsec\.d)\/(?:.*\/)?$/, "$1").replace(/(^|\/)conf\.d\/$/, "$1");
  const found = workspace.derive(allRepeats).get(base);
  if (found === undefined) return retransmission();
  for (const value of found.values()) if (isUnknown(value)) return value;
  const value = (name: (typeof SETTINGS)[number]): number | undefined => found.get(name) as number | undefined;
  return retransmission(value("retransmit_timeout"), value("retransmit_base"), value("retransmit_tries"), value("retransmit_limit"));
}

/** By the folder in which strongswan.conf, or strongswan.d, lies. */
function allRepeats(workspace: Workspace): Map<string, Map<string, Maybe<number>>> {
  const result = new Map<string, Map<string, Maybe<number>>>();
  for (const path of workspace.paths) {
    const document = workspace.document(path);
    if (document?.language !== "strongswan-conf") continue;
    const base = path.replace(/[^/]*$/, "").replace(/(^|\/)strongswan\.d\/(?:.*\/)?$/, "$1");
    const known: Repeats & Map<string, Maybe<number>> = result.get(base) ?? new Map<string, Maybe<number>>();
    result.set(base, known);
    // Sections of the daemon's own name come before those of charon.
    for (const name of ["charon", "charon-systemd"]) {
      const sections = (document.tree as SwanctlTree).entries.filter((entry): entry is Section => entry.kind === "section" && entry.name.text === name);
      for (const entry of sections.flatMap(({ entries }) => entries)) {
        if (entry.kind !== "setting" || !(SETTINGS as readonly string[]).includes(entry.key.text) || entry.value === undefined) continue;
        const number = entry.value.hidden || entry.conditional || !/^\d+(?:\.\d+)?$/.test(entry.value.text) ? unknown(`${entry.key.text} of strongswan.conf is decided by a template`) : Number(entry.value.text);
        known.set(entry.key.text, number);
      }
    }
  }
  return result;
}
