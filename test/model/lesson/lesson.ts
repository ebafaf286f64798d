import { loadWorkspace } from "../../../src/core.ts";
import type { CompiledLesson } from "../../../src/model/lesson/compile.ts";
import { compiledIn } from "../../../src/model/lesson/lessons.ts";
import type { Judgement } from "../../../src/model/lesson/judge.ts";
import { judgeFile } from "../../../src/model/lesson/judge.ts";

const HEAD = "id: tried\nincident: { organisation: Example, date: 2024-03-01, title: Tried }\nwhat: It is tried.\nwhy: To see.\ninstead: Nothing.\n";

/** A lesson's file. `rest`: other keys, as YAML. */
export function lessonText(reads: string, when: string, rest = "message: found\n"): string {
  return `${HEAD}reads: ${reads}\nwhen: ${JSON.stringify(when)}\n${rest}examples: { bad: [a], good: [b] }\n`;
}

/** A lesson that can be run; throws with what is wrong where it cannot. */
export async function lessonOf(reads: string, when: string, rest?: string): Promise<CompiledLesson> {
  const path = "tried.lesson.yaml";
  const workspace = await loadWorkspace(new Map([[path, lessonText(reads, when, rest)]]));
  const compiled = compiledIn(workspace, path)!;
  if (compiled.lesson === undefined) throw new Error([...(workspace.document(path)?.errors ?? []), ...compiled.problems].map(({ message }) => message).join("\n"));
  return compiled.lesson;
}

/** What a condition says of one file. */
export async function judged(reads: string, when: string, path: string, text: string, rest?: string): Promise<Judgement> {
  const workspace = await loadWorkspace(new Map([[path, text]]));
  return judgeFile(await lessonOf(reads, when, rest), workspace, path);
}

/** `true`, `false`, `unknown` or `error`: what a condition over the sysctl `text` comes to. */
export async function outcome(when: string, text: string): Promise<string> {
  const path = "etc/sysctl.d/60-tried.conf.j2";
  const said = async (condition: string): Promise<Judgement> => judged("sysctl-entry", condition, path, text);
  const yes = await said(when);
  if (yes.hits.length > 0) return "true";
  if (yes.notComputed.length > 0) return "unknown";
  return (await said(`!(${when})`)).hits.length > 0 ? "false" : "error";
}
