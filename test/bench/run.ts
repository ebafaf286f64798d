// `npm run bench`: how time grows with size, and how it compares with the reference tools. Fails where a bound is broken.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { lintFiles, loadWorkspace, reviewChange } from "../../src/core.ts";
import { isReviewed, recognise } from "../../src/formats/index.ts";
import { readDirectory } from "../../src/vcs/directory.ts";
import { fleetRows } from "./fleets.ts";
import { flowRows } from "./flows.ts";
import { forecastRows } from "./forecast.ts";
import { lessonRows } from "./lessons.ts";
import { Sheet, median } from "./measure.ts";
import type { Texts } from "./texts.ts";
import { cephConf, changed, fleet, iptables, nftables, sysctl } from "./texts.ts";
import { activationTime, timeOfTool } from "./tools.ts";

/** Ten times the input may take this many times as long: linear work, and what noise there is. */
const LINEAR = 12;
const INCIDENTS = "test/incidents";

const sheet = new Sheet();
const check = (texts: Texts) => async () => lintFiles(await loadWorkspace(texts));
const review = (before: Texts, after: Texts) => async () => reviewChange(await loadWorkspace(before), await loadWorkspace(after));

await sheet.growth("check: an nft file of 10,000 rules, of 1,000", check(nftables(1000)), check(nftables(10_000)), LINEAR);
await sheet.growth("check: an iptables-save file of 10,000 rules, of 1,000", check(iptables(1000)), check(iptables(10_000)), LINEAR);
await sheet.growth("check: an nft file of 100,000 rules, of 10,000", check(nftables(10_000)), check(nftables(100_000)), LINEAR);
await sheet.growth("check: an iptables-save file of 100,000 rules, of 10,000", check(iptables(10_000)), check(iptables(100_000)), LINEAR);
await keystroke("nft", nftables(10_000));
await keystroke("iptables-save", iptables(10_000));
await sheet.growth("check: 1,000 files of sysctl.d, 100", check(sysctl(100)), check(sysctl(1000)), LINEAR);
await sheet.growth("check: 1,000 ceph.conf, 100", check(cephConf(100)), check(cephConf(1000)), LINEAR);
await sheet.growth("check: a fleet of 2,000 hosts, of 200", check(fleet(200)), check(fleet(2000)), LINEAR);
await sheet.growth("review: a fleet of 2,000 hosts, of 200", review(fleet(200), changed(fleet(200))), review(fleet(2000), changed(fleet(2000))), LINEAR);

await lessonRows(sheet);
await flowRows(sheet);
await forecastRows(sheet);

await againstTool(nftables(10_000), ["nft", "-c", "-f"]);
await againstTool(iptables(10_000), ["iptables-restore", "--test"]);

for (const id of readdirSync(INCIDENTS).sort()) {
  const [before, after] = ["before", "after"].map((side) => textsOf(join(INCIDENTS, id, side)));
  sheet.number(`review: ${id}`, `${(await median(review(before!, after!))).toFixed(1)} ms`);
}

execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
for (const file of ["dist/extension.cjs.js", "dist/cli.cjs"]) {
  sheet.number(file, `${Math.round(statSync(file).size / 1024)} KiB, ${Math.round(gzipSync(readFileSync(file)).length / 1024)} KiB compressed`);
}
await fleetRows(sheet, resolve("dist/cli.cjs"));
sheet.number("dist/extension.cjs, until it is loaded and activated", `${activationTime(resolve("dist/extension.cjs")).toFixed(1)} ms`);

for (const line of sheet.broken) console.log(`Bound broken: ${line}`);
process.exitCode = sheet.broken.length > 0 ? 1 : 0;

/** A character typed in the middle of an open file, until its findings are there. */
async function keystroke(name: string, texts: Texts): Promise<void> {
  const [[path, text]] = [...texts] as [[string, string]];
  const open = await loadWorkspace(texts);
  lintFiles(open, [path]);
  const middle = text.indexOf("accept", text.length / 2) > 0 ? text.indexOf("accept", text.length / 2) : text.indexOf("ACCEPT", text.length / 2);
  const typed = text.slice(0, middle) + text.slice(middle + 1);
  sheet.number(`a keystroke in an ${name} file of 10,000 rules`, `${(await median(() => lintFiles(open.with(new Map([[path, typed]])), [path]))).toFixed(1)} ms`);
}

/** Both parse and judge; the tool is in C and asks the kernel. */
async function againstTool(texts: Texts, command: readonly string[]): Promise<void> {
  const name = `check: 10,000 rules, ${command.join(" ")}`;
  const theirs = await timeOfTool([...texts.values()][0]!, command);
  if (theirs === undefined) sheet.number(name, "not measured: the tool is missing or has no right to run");
  else sheet.ratio(name, await median(check(texts)), theirs);
}

function textsOf(folder: string): Texts {
  return readDirectory(folder, { byName: (path) => recognise(path, "") !== undefined, byHead: isReviewed, ignored: () => false }).texts;
}
