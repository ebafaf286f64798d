import picomatch from "picomatch";

/**
 * Tells which paths the `ignore` globs leave out. Paths are relative to the directory of `premortem.yaml`, with `/`
 * between their parts. A glob that names a directory leaves out all that is below it.
 */
export function ignoring(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const patterns = globs.flatMap((glob) => {
    const plain = glob.replace(/^\.?\//, "").replace(/\/+$/, "");
    return [plain, `${plain}/**`];
  });
  const matches = picomatch(patterns, { dot: true, windows: false });
  return (path) => matches(path);
}
