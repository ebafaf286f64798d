// Writes the summary as a comment on the pull request, or into the comment that is there already. Fails nothing: a token
// of a pull request from a fork may only read, and then the summary stands on the run's page alone.
import { readFileSync } from "node:fs";

const { GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_EVENT_PATH, PREMORTEM_SUMMARY, PREMORTEM_TOKEN } = process.env;
const PAGES = 30;

const body = readFileSync(PREMORTEM_SUMMARY, "utf8");
const marker = body.split("\n", 1)[0];
const number = JSON.parse(readFileSync(GITHUB_EVENT_PATH, "utf8")).pull_request?.number;

async function call(method, path, content) {
  const response = await fetch(`${GITHUB_API_URL}${path}`, {
    method,
    headers: { authorization: `Bearer ${PREMORTEM_TOKEN}`, accept: "application/vnd.github+json", "content-type": "application/json", "x-github-api-version": "2022-11-28", "user-agent": "premortem" },
    ...(content && { body: JSON.stringify(content) }),
  });
  if (!response.ok) throw Object.assign(new Error(`${method} ${path}: ${response.status}`), { status: response.status });
  return response.json();
}

/** Who the token speaks for: the token of a workflow cannot ask, and is GitHub's own. */
async function self() {
  try {
    return (await call("GET", "/user")).login;
  } catch {
    return "github-actions[bot]";
  }
}

/** Our own comment. One that somebody else wrote with our mark in it is not ours to change. */
async function earlier(login) {
  for (let page = 1; page <= PAGES; page++) {
    const comments = await call("GET", `/repos/${GITHUB_REPOSITORY}/issues/${number}/comments?per_page=100&page=${page}`);
    const found = comments.find((comment) => comment.user?.login === login && comment.body?.split(/\r?\n/, 1)[0] === marker);
    if (found !== undefined || comments.length < 100) return found;
  }
  return undefined;
}

if (!Number.isInteger(number)) {
  console.log("premortem: This run belongs to no pull request, so there is nothing to comment on.");
} else {
  try {
    const found = await earlier(await self());
    if (found === undefined) await call("POST", `/repos/${GITHUB_REPOSITORY}/issues/${number}/comments`, { body });
    else if (found.body !== body) await call("PATCH", `/repos/${GITHUB_REPOSITORY}/issues/comments/${found.id}`, { body });
    console.log(`premortem: The summary is ${found === undefined ? "written" : "up to date"}.`);
  } catch (error) {
    const why = error.status === 401 || error.status === 403 || error.status === 404 ? "the token may not write there. Give the job the permission pull-requests: write; a pull request from a fork never has it" : error.message;
    console.log(`::notice title=Premortem::The summary is no comment, since ${why}. It stands on the summary page of the run.`);
  }
}
