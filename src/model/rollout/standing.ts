import { isUnknown } from "../../engine/unknown.ts";
import type { Host, Play, Task } from "../fleet/fleet.ts";
import type { Standing } from "../fleet/lookup.ts";
import { textAtStanding } from "../fleet/lookup.ts";
import { namesSetBy } from "../fleet/registered.ts";
import type { Read } from "./task-values.ts";

/** Where a task of a play stands on one of its hosts, for looking its variables up. */
export function standingOf(play: Play, task: Task, host: Host | undefined): Standing {
  return { play, task, host, set: namesSetBy(play), role: task.role === undefined ? undefined : play.ran.find(({ name }) => name === task.role) };
}

/** Reads a task's arguments as they are on the play's first host: a service has one name in a play. */
export function reader(play: Play, task: Task): Read {
  const standing = standingOf(play, task, isUnknown(play.scope) ? undefined : play.scope.hosts[0]);
  return (value) => {
    const text = textAtStanding(value, standing);
    return isUnknown(text) ? undefined : text;
  };
}
