import type { Location, Range } from "../../../engine/location.ts";
import type { Workspace } from "../../workspace.ts";
import { packetText } from "../packet-text.ts";
import type { FlowChange, FlowChanges } from "./flows.ts";
import { flowChanges } from "./flows.ts";
import { placeIn } from "./fragments.ts";
import type { RulesetPair } from "./pairs.ts";
import { rulesetPairs } from "./pairs.ts";

/** The flows of one kind that one place of the head decides about, or all of them where there are many places. */
export interface FlowGroup {
  readonly location: Location;
  readonly flows: readonly FlowChange[];
  /** Of how many places; 1 unless it sums up. */
  readonly places: number;
  /** More flows than are listed. */
  readonly more: boolean;
  /** Rules that a template decides are left out of the account. */
  readonly assumed: boolean;
}

/** From so many places on, one finding sums up. */
const SEVERAL = 9;

/** What a change opens or closes, by the places that decide; and what could not be worked out. */
export function flowGroups(
  before: Workspace,
  after: Workspace,
  changed: readonly string[],
  kind: FlowChange["kind"],
  notComputed: (path: string, reason: string) => void,
): FlowGroup[] {
  return rulesetPairs(before, after, changed).flatMap((pair) => {
    const all = flowChanges(after, pair);
    if (all.tooLarge) notComputed(pair.path, "the rulesets are too large for their flows to be compared");
    if (all.undecided && kind === "opened") notComputed(pair.path, "for some packets a template, a limit or a set that is filled elsewhere decides, so which of those flows change is not known");
    return grouped(pair, all, kind);
  });
}

function grouped(pair: RulesetPair, { changes, more, assumed }: FlowChanges, kind: FlowChange["kind"]): FlowGroup[] {
  const groups = new Map<string, { location: Location; flows: FlowChange[] }>();
  for (const change of changes) {
    if (change.kind !== kind) continue;
    const location = placeIn(pair.after, change.place);
    const key = rangeKey(location.range);
    const group = groups.get(key);
    if (group) group.flows.push(change);
    else groups.set(key, { location, flows: [change] });
  }
  const sorted = [...groups.values()].sort((a, b) => a.location.range.start - b.location.range.start);
  if (sorted.length < SEVERAL && pair.kind !== "translated") return sorted.map((group) => ({ ...group, flows: byWeight(group.flows), places: 1, more, assumed }));
  if (sorted.length === 0) return [];
  const flows = byWeight(sorted.flatMap((group) => group.flows));
  return [{ location: placeIn(pair.after, flows[0]!.place), flows, places: sorted.length, more, assumed }];
}

function rangeKey({ start, end }: Range): string {
  return `${start} ${end}`;
}

/** The flows that most people would want to see first. */
function byWeight(flows: readonly FlowChange[]): FlowChange[] {
  const weight = ({ minor, way, wide, anywhere }: FlowChange): number => (minor ? 8 : 0) + (way === "output" ? 4 : 0) + (anywhere ? 0 : 2) + (wide ? 0 : 1);
  return [...flows].sort((a, b) => weight(a) - weight(b));
}

const WAY = { input: "to this host", forward: "through this host", output: "from this host" } as const;
const SHOWN = 3;

/** The flows of a group in words, with a sample packet and what happens to it `now`: “TCP to port 443 (to this host)”. */
export function flowsText({ flows, more, assumed }: FlowGroup, now: string): string {
  const ways = new Set(flows.map(({ way }) => way));
  const shown = flows.slice(0, SHOWN).map(({ words, way }) => (ways.size > 1 ? `${words} ${WAY[way]}` : words));
  const rest = flows.length - shown.length;
  const others = rest === 0 ? "" : `; and ${rest}${more ? " or more" : ""} more`;
  const where = ways.size === 1 ? ` (${WAY[flows[0]!.way]})` : "";
  const doubts = assumed ? " Rules that a template decides, the same on both sides, are left out of this account." : "";
  return `${shown.join("; ")}${others}${where}. For example ${packetText(flows[0]!.packet)}, ${now}.${doubts}`;
}
