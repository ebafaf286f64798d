import type { Location } from "../../engine/location.ts";
import type { Workspace } from "../workspace.ts";

/** Something in a file that tells what a machine is for. */
export interface Sign {
  readonly path: string;
  readonly location: Location;
  /** For a person: `OpenVPN's server in etc/openvpn/server.conf`. */
  readonly what: string;
}

/** A pattern that is looked for in files whose path fits. Linear: no repetition inside another. */
export interface SignPattern {
  readonly name: string;
  readonly in: RegExp;
  readonly pattern: RegExp;
}

/** The first place of each pattern in each file. Comments at a line's start do not count. */
export function signs(workspace: Workspace, patterns: readonly SignPattern[]): readonly Sign[] {
  const found: Sign[] = [];
  for (const path of workspace.paths) {
    const wanted = patterns.filter((one) => one.in.test(path));
    if (wanted.length === 0) continue;
    const text = workspace.text(path)!;
    for (const { name, pattern } of wanted) {
      const match = pattern.exec(text);
      if (match === null) continue;
      const start = match.index + (match[0].length - match[0].trimStart().length);
      const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
      if (/^\s*[#;]/.test(line)) continue;
      found.push({ path, location: { path, range: { start, end: match.index + match[0].trimEnd().length } }, what: `${name} in ${path}` });
    }
  }
  return found;
}
