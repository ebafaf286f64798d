import type { Workspace } from "../../workspace.ts";
import type { Play } from "../fleet.ts";

/** For each play of the head the one of the base that it was: by file and name or place, or, where it moved, by its text. */
export function playPairs(before: Workspace, after: Workspace): ReadonlyMap<Play, Play> {
  const known = after.memo(pairings);
  let pairs = known.get(before);
  if (pairs === undefined) known.set(before, (pairs = pairUp(before, after)));
  return pairs;
}

function pairings(): WeakMap<Workspace, ReadonlyMap<Play, Play>> {
  return new WeakMap();
}

function pairUp(before: Workspace, after: Workspace): ReadonlyMap<Play, Play> {
  const pairs = new Map<Play, Play>();
  const left = new Set(before.fleet.plays);
  const pair = (keyOf: (play: Play, index: number, workspace: Workspace) => string): void => {
    const byKey = new Map<string, Play>();
    for (const [play, index] of placesOf(before)) {
      const key = keyOf(play, index, before);
      if (left.has(play) && !byKey.has(key)) byKey.set(key, play);
    }
    for (const [play, index] of placesOf(after)) {
      const old = pairs.has(play) ? undefined : byKey.get(keyOf(play, index, after));
      if (old === undefined || !left.delete(old)) continue;
      pairs.set(play, old);
    }
  };
  pair(({ path, location }, _, workspace) => `${path}\0${workspace.textAt(location)}`);
  pair(({ path, name }) => `${path}\0${name}`);
  pair(({ path }, index) => `${path}\0${index}`);
  pair(({ location }, _, workspace) => workspace.textAt(location));
  return pairs;
}

/** Each play with its place among those of its file. */
function placesOf(workspace: Workspace): [Play, number][] {
  const counts = new Map<string, number>();
  return workspace.fleet.plays.map((play) => {
    const index = counts.get(play.path) ?? 0;
    counts.set(play.path, index + 1);
    return [play, index];
  });
}
