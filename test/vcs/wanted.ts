import type { Wanted } from "../../src/vcs/tree.ts";

/** `.conf` files by name, others where their text begins with `#!`. */
export const WANTED: Wanted = {
  byName: (path) => path.endsWith(".conf"),
  byHead: (_, head) => head.startsWith("#!"),
  ignored: (path) => path === "ignored" || path.startsWith("ignored/"),
};
