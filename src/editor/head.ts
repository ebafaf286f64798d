import { isReviewed } from "../formats/index.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Repository } from "./git-api.ts";
import type { Project } from "./project.ts";
import { below } from "./projects.ts";
import { RevisionTexts, differing } from "./revision.ts";

const texts = new RevisionTexts();

/** The project as it is in HEAD; undefined where nothing that Premortem reads differs. */
export async function projectAtHead(project: Project, repositories: readonly Repository[]): Promise<Workspace | undefined> {
  const after = await project.workspace();
  const before = new Map<string, string | undefined>();
  for (const repository of repositories) {
    const commit = repository.state.HEAD?.commit;
    const head = commit === undefined ? ({ at: "nothing" } as const) : ({ at: "commit", commit } as const);
    for (const uri of (await differing(repository, head)).values()) {
      const path = below(project.root, uri);
      if (path === undefined || below(repository.rootUri, uri) === undefined || project.ignores(path) || before.has(path)) continue;
      const now = after.text(path);
      const text = await texts.read(repository, head, uri, now);
      if (text !== undefined && now === undefined && !isReviewed(path, text.slice(0, 4096))) continue;
      if (text !== now) before.set(path, text);
    }
  }
  return before.size === 0 ? undefined : project.withTexts(before);
}
