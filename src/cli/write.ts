import { accessSync, chmodSync, chownSync, constants, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/**
 * Writes a changed file below `root` as a whole or not at all. `before`: its text when it was read, undefined for a new
 * file. Gives the reason why nothing was written, so that nobody's work is lost: the file has changed meanwhile, or
 * stands where a new one should go.
 */
export function writeFile(root: string, path: string, before: string | undefined, text: string): string | undefined {
  const target = join(root, path);
  try {
    if (before === undefined) {
      if (existsSync(target)) return "a file is already there that was not reviewed; merge by hand";
      mkdirSync(dirname(target), { recursive: true });
      if (!inside(root, realpathSync(dirname(target)))) return "its directory is a link that leads out of the reviewed directory";
      writeFileSync(target, text, { flag: "wx" });
      return undefined;
    }
    const file = realpathSync(target);
    if (!inside(root, file)) return "it is a link that leads out of the reviewed directory";
    if (!readFileSync(file).equals(Buffer.from(before))) return "it has changed since it was read; run premortem fix again";
    accessSync(file, constants.W_OK);
    replace(file, text);
    return undefined;
  } catch (error) {
    return `it cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}); make it writable`;
  }
}

/** By a new file that takes the old one's place, so that a full disk or an interruption leaves the old one whole. */
function replace(file: string, text: string): void {
  const { mode, uid, gid } = statSync(file);
  const draft = `${file}.premortem-${process.pid}`;
  try {
    writeFileSync(draft, text, { flag: "wx", mode });
    chmodSync(draft, mode);
    const made = statSync(draft);
    if (made.uid !== uid || made.gid !== gid) chownSync(draft, uid, gid);
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

function inside(root: string, file: string): boolean {
  const way = relative(realpathSync(root), file);
  return way !== ".." && !way.startsWith(`..${sep}`);
}
