import { resolve } from "node:path";

/** Where the records lie: the directory that PREMORTEM_RECORDED names, or `.cache/recorded`. */
const ROOT = process.env["PREMORTEM_RECORDED"] ?? ".cache/recorded";

/**
 * The path of a record: real files that are not ours to publish, with what reference tools and kernels said to them.
 * They are no part of the repository, so a test that reads one skips where it is absent.
 */
export function recorded(path: string): string {
  return resolve(ROOT, path);
}
