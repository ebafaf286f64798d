/** What an include reads. */
interface Reads {
  /** The one folder in which that can lie; undefined: wild cards stand for folders too. */
  readonly folder: string | undefined;
  takes(path: string): boolean;
}

/**
 * Which files `include pattern` in the file at `path` reads: beside it, or, where the pattern begins at the root, in the same
 * tree of a host (`hosts/a/etc/…`). Undefined where neither can be told.
 */
function includedBy(path: string, pattern: string): Reads | undefined {
  const first = /^\/([^/*?[]+)\//.exec(pattern)?.[1];
  let from: string;
  if (first === undefined) {
    if (pattern.startsWith("/") || pattern === "") return undefined;
    from = path.replace(/[^/]*$/, "") + pattern;
  } else {
    const at = `/${path}`.indexOf(`/${first}/`);
    if (at === -1) return undefined;
    from = path.slice(0, at) + pattern.slice(1);
  }
  const parts: string[] = [];
  for (const part of from.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  const source = parts.join("/").replace(/[.+^${}()|\\]/g, "\\$&").replace(/\[(!?)([^\]]*)\]/g, (_, not: string, set: string) => `[${not === "" ? "" : "^"}${set}]`).replace(/\*+/g, "[^/]*").replace(/\?/g, "[^/]");
  try {
    // A template's ending is no part of the name on the host.
    const expression = new RegExp(`^${source}(?:\\.(?:j2|jinja2?|erb|tmpl))?$`);
    const folder = parts.slice(0, -1).join("/");
    return { folder: /[*?[]/.test(folder) ? undefined : folder, takes: (other) => other !== path && expression.test(other) };
  } catch {
    return undefined;
  }
}

/** Files that are read together, by the site that each belongs to at first and the includes between them. */
export function sitesOf(files: readonly { readonly path: string; readonly site: string; readonly includes: readonly string[] }[]): ReadonlyMap<string, string> {
  const parent = new Map<string, string>();
  const find = (site: string): string => {
    let root = site;
    while (parent.get(root) !== undefined && parent.get(root) !== root) root = parent.get(root)!;
    return root;
  };
  const byFolder = new Map<string, { path: string; site: string }[]>();
  for (const { path, site } of files) {
    const folder = path.replace(/\/?[^/]*$/, "");
    const list = byFolder.get(folder);
    if (list === undefined) byFolder.set(folder, [{ path, site }]);
    else list.push({ path, site });
  }
  for (const { path, site, includes } of files) {
    for (const pattern of includes.slice(0, 100)) {
      const reads = includedBy(path, pattern);
      if (reads === undefined) continue;
      for (const other of reads.folder === undefined ? files : (byFolder.get(reads.folder) ?? [])) if (reads.takes(other.path) && find(other.site) !== find(site)) parent.set(find(other.site), find(site));
    }
  }
  return new Map(files.map(({ path, site }) => [path, find(site)]));
}
