import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { skip } from "./skip.ts";

/** Where the records lie: the directory that PREMORTEM_RECORDED names, or `shared` beside the checkout. */
const ROOT = process.env["PREMORTEM_RECORDED"] ?? "../shared";

/**
 * The path of a record: real files that are not ours to publish, with what reference tools and kernels said to them.
 * They are no part of the repository, so a test that reads one skips where it is absent.
 */
export function recorded(path: string): string {
  return resolve(ROOT, path);
}

/** Skips the running test, or the suite of a running `before`, where a record is absent. */
export function needsRecord(context: Mocha.Context, path: string): void {
  if (!existsSync(path)) skip(context, "these recorded files are not on this machine");
}
