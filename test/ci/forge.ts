import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import type { Folder } from "../support/folder.ts";
import { folder } from "../support/folder.ts";

/** A repository as a forge has it, with a change that waits to be merged. */
export interface Proposed {
  readonly origin: Folder;
  readonly url: string;
  /** Tip of the target, which has moved on since the branch began. */
  readonly target: string;
  /** Tip of the branch. */
  readonly branch: string;
  /** Where the two part. */
  readonly parting: string;
  /** The forge's merge of both. */
  readonly merge: string;
}

/** Makes a repository from a base, the change of a branch, and what the target got meanwhile. */
export function propose(base: Record<string, string>, change: Record<string, string>, meanwhile: Record<string, string>): Proposed {
  const origin = folder(base).commit();
  for (let index = 0; index < 3; index++) origin.git("commit", "-q", "--allow-empty", "-m", `More ${index}`);
  const parting = tip(origin);
  origin.git("checkout", "-q", "-b", "feature");
  origin.write(change).git("add", "-A", "-f");
  for (let index = 0; index < 3; index++) origin.git("commit", "-q", "--allow-empty", "-m", `Change ${index}`);
  const branch = tip(origin);
  origin.git("checkout", "-q", "main");
  origin.write(meanwhile).git("add", "-A", "-f");
  for (let index = 0; index < 3; index++) origin.git("commit", "-q", "--allow-empty", "-m", `Meanwhile ${index}`);
  const target = tip(origin);
  origin.git("checkout", "-q", "--detach");
  origin.git("merge", "-q", "--no-ff", "-m", "Merge", "feature");
  const merge = tip(origin);
  origin.git("update-ref", "refs/pull/1/merge", merge);
  origin.git("update-ref", "refs/pull/1/head", branch);
  origin.git("checkout", "-q", "main");
  return { origin, url: pathToFileURL(origin.path).href, target, branch, parting, merge };
}

/** A checkout of one commit as actions/checkout makes it; `depth` 0 takes everything. */
export function checkout({ url }: Proposed, commit: string, depth = 1): Folder {
  const here = folder();
  here.git("init", "-q");
  here.git("remote", "add", "origin", url);
  here.git("fetch", "-q", "--no-tags", ...(depth > 0 ? [`--depth=${depth}`] : []), "origin", commit, ...(depth > 0 ? [] : ["+refs/heads/*:refs/remotes/origin/*"]));
  here.git("checkout", "-q", "--detach", commit);
  return here;
}

function tip(repository: Folder): string {
  return repository.git("rev-parse", "HEAD").trim();
}

interface Comment {
  readonly id: number;
  readonly user: { readonly login: string };
  body: string;
}

/** The part of GitHub's interface that comments need. `mayWrite` false answers as to a token that may only read. */
export async function comments(first: readonly Comment[], mayWrite = true): Promise<{ url: string; list: Comment[]; calls: string[]; close: () => Promise<void> }> {
  const list = [...first];
  const calls: string[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (data: Buffer) => (text += data.toString()));
    request.on("end", () => {
      const { pathname, searchParams } = new URL(request.url!, "http://localhost");
      const answer = (status: number, content: unknown): void => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
      if (request.method !== "GET") calls.push(`${request.method} ${pathname}`);
      if (request.headers.authorization !== "Bearer secret-of-the-job") return answer(401, {});
      if (pathname === "/user") return answer(403, {});
      if (request.method === "GET") {
        const page = Number(searchParams.get("page"));
        return answer(200, list.slice((page - 1) * 100, page * 100));
      }
      if (!mayWrite) return answer(403, { message: "Resource not accessible by integration" });
      const { body } = JSON.parse(text) as { body: string };
      if (request.method === "PATCH") list.find(({ id }) => pathname.endsWith(`/${id}`))!.body = body;
      else list.push({ id: 1000 + list.length, user: { login: "github-actions[bot]" }, body });
      return answer(200, {});
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    list,
    calls,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
