import type { Workspace } from "../workspace.ts";
import { baseName, folderOf, joined } from "./paths.ts";

/** What one `ansible.cfg` says about where things are; paths are the repository's. */
export interface AnsibleSettings {
  readonly path: string;
  readonly inventories: readonly string[];
  readonly rolePaths: readonly string[];
}

/** The settings of every `ansible.cfg` of the repository, by path. Those of test scenarios are theirs alone. */
export function settingsOf(workspace: Workspace): readonly AnsibleSettings[] {
  return workspace.derive(collect);
}

function collect(workspace: Workspace): readonly AnsibleSettings[] {
  return workspace.paths.filter((path) => baseName(path) === "ansible.cfg" && !/(?:^|\/)(?:molecule|tests?)\//.test(path)).map((path) => read(workspace, path));
}

function read(workspace: Workspace, path: string): AnsibleSettings {
  const values = new Map<string, string>();
  let section = "";
  for (const raw of (workspace.text(path) ?? "").split(/\r\n|\n|\r/)) {
    const line = raw.replace(/^\uFEFF/, "").trim();
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header) section = header[1]!;
    // `inventory` moved to [defaults] from `hostfile`; other sections have options of the same names.
    else if (section === "defaults" && /^[^#;]/.test(line)) {
      const [name = "", ...rest] = line.split("=");
      values.set(name.trim(), rest.join("=").replace(/\s[#;].*$/, "").trim());
    }
  }
  const folder = folderOf(path);
  const list = (text: string | undefined, separator: RegExp): string[] =>
    (text ?? "")
      .split(separator)
      .map((part) => part.trim().replace(/^["']|["']$/g, "").replace(/^\{\{\s*CWD\s*\}\}\//, ""))
      .filter((part) => part !== "" && !/^[/~$]/.test(part))
      .map((part) => joined(folder, part));
  return { path, inventories: list(values.get("inventory") ?? values.get("hostfile"), /,/), rolePaths: list(values.get("roles_path"), /:/) };
}
