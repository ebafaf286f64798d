import type { ShellTree } from "../../formats/shell/index.ts";
import { Draft } from "./draft.ts";
import { readCommands } from "./ip-commands.ts";
import type { NetworkFile } from "./network.ts";
import type { SourceText } from "./source-text.ts";

/** What the commands of a shell script set up: `ip`, `ifconfig`, `route`, `brctl`, `vconfig`, `wg`. */
export function fromCommands(source: SourceText): NetworkFile | undefined {
  const document = source.workspace.document(source.path);
  if (document?.language !== "shell" || !/\b(?:ip|ifconfig|route|brctl|vconfig)\b/.test(document.text)) return undefined;
  const draft = new Draft();
  readCommands((document.tree as ShellTree).unrolled, { source, draft }, false);
  return draft.file(source.path, "shell");
}
