import { isUnknown } from "../../../engine/unknown.ts";
import type { Command, Include, NftFile } from "../../../formats/nftables/index.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import { placements } from "../../kernel/placement.ts";
import type { Workspace } from "../../workspace.ts";
import { resolveInclude } from "../from-nftables/includes.ts";
import type { Ruleset } from "../ruleset.ts";
import type { Dangling } from "./dangling.ts";
import { withNear } from "./dangling.ts";

/**
 * Files that an nft file includes by name and that the repository does not have, though it has the others of their folder.
 * A pattern may match nothing, and what lies elsewhere on the host is not for the repository to know.
 */
export function missingIncludes(workspace: Workspace, ruleset: Ruleset): Dangling[] {
  const document = workspace.document(ruleset.path);
  if (document?.language !== "nftables") return [];
  const { commands, masked } = document.tree as NftFile;
  const includes = includesIn(commands);
  // A task whose destination nobody can tell may put the file there.
  if (includes.length === 0 || workspace.fleet.deployments.some(({ destination }) => isUnknown(destination))) return [];
  return includes.flatMap(({ path: { text, range } }) => {
    if (/[*?[\]]/.test(text) || text.includes(HOLE) || masked.conditional.some((region) => region.range.start <= range.start && range.end <= region.range.end)) return [];
    if (resolveInclude(workspace, ruleset.path, text).length > 0 || isThere(workspace, ruleset.path, text)) return [];
    const siblings = siblingsOf(workspace, ruleset.path, text);
    return siblings.length === 0 ? [] : [withNear({ what: "include", name: text, range }, siblings)];
  });
}

function includesIn(commands: readonly Command[]): Include[] {
  return commands.flatMap((command) => {
    if (command.kind === "include") return [command];
    if (command.kind !== "table") return [];
    return command.items.flatMap((item): Include[] => (item.kind === "include" ? [item] : item.kind === "chain" ? item.rules.flatMap((rule) => (rule.kind === "include" ? [rule] : [])) : []));
  });
}

/** Under that name in any language, or at that place on the host. */
function isThere(workspace: Workspace, from: string, written: string): boolean {
  if (workspace.derive(destinations).has(written)) return true;
  const name = written.replace(/^(\.{0,2}\/)+/, "");
  return workspace.paths.some((path) => path !== from && new RegExp(`(^|/)${name.replace(/[.+^${}()|[\]\\]/g, "\\$&")}(\\.(j2|jinja2?|erb|tmpl|epp|in|gotmpl|tpl))?$`).test(path));
}

/** What else of that folder the repository has, written as the include is: by the same file's other includes, or in a host's tree. */
function siblingsOf(workspace: Workspace, from: string, written: string): string[] {
  const folder = written.slice(0, written.lastIndexOf("/") + 1);
  if (folder === "") return [];
  const root = /^(.*?)(?:^|\/)etc\//.exec(from)?.[1];
  const onHost = folder.startsWith("/") ? `${root === undefined ? "?" : root === "" ? "" : `${root}/`}${folder.slice(1)}` : `${from.slice(0, from.lastIndexOf("/") + 1)}${folder.replace(/^\.\//, "")}`;
  const named = resolveInclude(workspace, from, `${folder}*`).filter((path) => path !== from && path.startsWith(onHost) && !path.slice(onHost.length).includes("/"));
  return named.map((path) => folder + path.slice(onHost.length).replace(/\.(j2|tmpl|erb)$/, ""));
}

/** The paths on hosts at which files of the repository end up, where they are known. */
function destinations(workspace: Workspace): ReadonlySet<string> {
  return new Set(workspace.paths.flatMap((path) => placements(workspace, path).flatMap(({ destination }) => (isUnknown(destination) ? [] : [destination]))));
}
