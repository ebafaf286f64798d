import { lintFiles, loadWorkspace } from "../../src/core.ts";
import { PACKS } from "../../src/model/lesson/packs.ts";
import type { Sheet } from "./measure.ts";
import { median } from "./measure.ts";
import type { Texts } from "./texts.ts";
import { fleet, nftables, sysctl } from "./texts.ts";

const LESSONS = 50;

/** Texts of so many lessons: the shipped ones, again and again under other ids. `examples`: with those that come with them. */
function own(count: number, examples: boolean): Texts {
  const shipped = Object.values(PACKS).flatMap((pack) => Object.values(pack));
  return new Map(
    Array.from({ length: count }, (_, index): [string, string] => {
      const text = shipped[index % shipped.length]!.replace(/^id: (.*)$/m, `id: $1-${index}`);
      return [`lessons/${index}.lesson.yaml`, examples ? text : text.replace(/^examples:[^]*$/m, "examples: { bad: [], good: [] }\n")];
    }),
  );
}

/** What lessons of a team add to the built-in rules. */
export async function lessonRows(sheet: Sheet): Promise<void> {
  const repository = new Map([...fleet(500), ...nftables(2000), ...sysctl(100)]);
  const check = (texts: Texts) => async () => lintFiles(await loadWorkspace(texts));
  const without = await median(check(repository));
  const pack = new Map([...repository, ["premortem.yaml", `lessons: [${Object.keys(PACKS).join(", ")}]\n`] as const]);
  sheet.ratio("check: a fleet of 500 hosts with the shipped lessons, without", await median(check(pack)), without);
  sheet.ratio(`check: the same with ${LESSONS} lessons of its own, without`, await median(check(new Map([...repository, ...own(LESSONS, false)]))), without);
  sheet.ratio(`check: the same, their examples run too, without`, await median(check(new Map([...repository, ...own(LESSONS, true)]))), without);
}
