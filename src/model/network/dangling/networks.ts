import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Dangling } from "./place.ts";
import { inComment, literally, sortedPlaces } from "./place.ts";

/** Networks that the change takes off a list of networks and that other files still name. */
export function removedNetworks(before: Workspace, after: Workspace): Dangling[] {
  const left = new Set(prefixes(after).map(({ text }) => text));
  const gone = new Map<string, string>();
  for (const { text, path } of prefixes(before)) if (!left.has(text) && !gone.has(text)) gone.set(text, path);
  const found: Dangling[] = [];
  for (const [name, was] of gone) {
    const whole = new RegExp(String.raw`(?<![\w.:])${literally(name)}(?![\w.])`, "g");
    const places = after.paths.flatMap((path) => {
      const text = after.text(path)!;
      if (!text.includes(name) || after.language(path) === undefined) return [];
      return [...text.matchAll(whole)].filter(({ index }) => !inComment(text, index)).map(({ index }) => ({ location: { path, range: { start: index, end: index + name.length } }, how: "its prefix", breaks: false }));
    });
    if (places.length > 0) found.push({ kind: "network", name, places: sortedPlaces(places), was });
  }
  return found;
}

function prefixes(workspace: Workspace): { text: string; path: string }[] {
  return workspace.subjects("network").flatMap(({ path, subject }) =>
    subject.networks.flatMap(({ prefix }) => (isUnknown(prefix) || prefix.length === 0 ? [] : [{ text: `${prefix.address}/${prefix.length}`, path }])),
  );
}
