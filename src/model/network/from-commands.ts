import { parseCommands } from "../../formats/shell/index.ts";
import type { ShellTree } from "../../formats/shell/index.ts";
import type { UnitTree } from "../../formats/systemd-unit/index.ts";
import { Draft } from "./draft.ts";
import { readCommands } from "./ip-commands.ts";
import type { NetworkFile } from "./network.ts";
import type { SourceText } from "./source-text.ts";

const PROGRAM = /\b(?:ip|ifconfig|route|brctl|vconfig)\b/;
const STARTS = /^ExecStart(?:Pre|Post)?$/;

/** What the commands of a shell script, or of a unit when it starts, set up: `ip`, `ifconfig`, `route`, `brctl`, `vconfig`, `wg`. */
export function fromCommands(source: SourceText): NetworkFile | undefined {
  const document = source.workspace.document(source.path);
  if (document === undefined || (document.language !== "shell" && document.language !== "systemd-unit") || !PROGRAM.test(document.text)) return undefined;
  const draft = new Draft();
  if (document.language === "shell") readCommands((document.tree as ShellTree).unrolled, { source, draft }, false);
  else {
    for (const { key, valueRange, conditional } of (document.tree as UnitTree).sections.flatMap(({ entries }) => entries)) {
      if (!STARTS.test(key)) continue;
      // `-`, `+` and the like before the program are systemd's, systemd.service(5).
      let { start } = valueRange;
      while (start < valueRange.end && "@-:+!|".includes(document.text[start]!)) start++;
      readCommands(parseCommands(document.text.slice(start, valueRange.end), start), { source, draft }, conditional);
    }
  }
  return draft.file(source.path, "shell");
}
