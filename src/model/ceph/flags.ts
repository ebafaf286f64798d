import { HOLE } from "../../formats/template/jinja.ts";
import type { Workspace } from "../workspace.ts";
import type { CephCommand, CephWord } from "./command-lines.ts";
import type { CephSettings } from "./settings.ts";

/** Flags of the OSD map that keep lost copies from being made again, and what each does. Those against scrubbing are no part of healing. */
export const FLAGS: Readonly<Record<string, string | undefined>> = {
  noout: "a dead OSD is never marked out, so its copies are never made again",
  nodown: "a dead OSD is not noticed, and writes to it hang",
  norecover: "lost copies are not made again",
  nobackfill: "data does not move to where it belongs, so lost copies are not made again",
  norebalance: "data does not move while it is not degraded, so full disks stay full",
  noin: "OSDs that come back stay empty",
  noup: "OSDs that start do not join",
  pause: "all reads and writes wait",
};

/** A flag that a command sets. */
export interface FlagSet {
  readonly flag: string;
  readonly word: CephWord;
  readonly command: CephCommand;
}

/** The flags that `ceph osd set` and `set-group` of a file set, for the whole cluster or a part of it. */
export function flagsSet({ commands }: CephSettings): FlagSet[] {
  return flagsOf(commands, "set").filter(({ flag }) => !flag.includes(HOLE));
}

/** Every flag that something in the repository unsets; "all" where a variable names one. */
export function unsetFlags(workspace: Workspace): ReadonlySet<string> | "all" {
  const flags = new Set<string>();
  for (const { subject } of workspace.subjects("ceph")) {
    for (const { flag } of flagsOf(subject.commands, "unset")) {
      if (flag.includes(HOLE)) return "all";
      flags.add(flag);
    }
  }
  // What a person does by hand afterwards is written in comments and messages: enough to know that it was thought of.
  for (const path of workspace.paths) {
    for (const match of (workspace.text(path) ?? "").matchAll(/\bosd[ \t]+unset(?:-group)?[ \t]+(["'\w,-]+|\S)/g)) {
      const flag = match[1]!.replace(/["']/g, "");
      if (!/^[\w,-]+$/.test(flag)) return "all";
      for (const one of flag.split(",")) flags.add(one);
    }
  }
  return flags;
}

function flagsOf(commands: readonly CephCommand[], verb: "set" | "unset"): FlagSet[] {
  return commands.flatMap((command) => {
    const [area, how, word] = command.words;
    if (area?.text !== "osd" || word === undefined || (how?.text !== verb && how?.text !== `${verb}-group`)) return [];
    return word.text.split(",").map((flag) => ({ flag, word, command }));
  });
}
