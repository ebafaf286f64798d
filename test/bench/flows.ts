import { existsSync, readFileSync } from "node:fs";
import { iptablesSave } from "../../src/formats/iptables/index.ts";
import { nftables as language } from "../../src/formats/nftables/index.ts";
import { compareFlows } from "../../src/model/firewall/flows/index.ts";
import { fromIptables } from "../../src/model/firewall/from-iptables/index.ts";
import { fromNftables } from "../../src/model/firewall/from-nftables/index.ts";
import { recorded } from "../support/recorded.ts";
import type { Sheet } from "./measure.ts";
import { iptables, nftables } from "./texts.ts";
import type { Texts } from "./texts.ts";

/** Dumps of one firewall, months apart. */
const DUMPS = recorded("corpus/firewall/ipt-net-network/configs_chair_for_Network_Architectures_and_Services");
const BEFORE = `${DUMPS}/iptables-save-2015-09-03_15-56-50`;
const AFTER = `${DUMPS}/iptables-save-2016-06-27_16-29-01`;
/** Diagrams grow with what rules have to do with each other, too. */
const NEARLY_LINEAR = 25;
const MIB = 1024 * 1024;

type Compare = () => void;

const iptablesFlows = (before: string, after: string): Compare => () => void compareFlows([fromIptables("before", iptablesSave.parse(before).tree, "ip")], [fromIptables("after", iptablesSave.parse(after).tree, "ip")]);
const nftFlows = (before: string, after: string): Compare => () => void compareFlows([fromNftables("before", language.parse(before).tree)], [fromNftables("after", language.parse(after).tree)]);
const only = (texts: Texts): string => [...texts.values()][0]!;

/** The same without one rule in a hundred. */
function thinned(text: string): string {
  return text.split("\n").filter((line, i) => i % 100 !== 37 || !/accept$|ACCEPT$/.test(line)).join("\n");
}

/** A dump's first rules, with all of its chains. */
function head(text: string, rules: number): string {
  let seen = 0;
  return text.split("\n").filter((line) => !line.startsWith("-A ") || ++seen <= rules).join("\n");
}

/** How long the flows between two rulesets take to compute, with the reading of both. */
export async function flowRows(sheet: Sheet): Promise<void> {
  const pair = (texts: Texts, compare: (before: string, after: string) => Compare): Compare => compare(only(texts), thinned(only(texts)));
  await sheet.growth("flows: two nft files of 1,000 rules, of 100", pair(nftables(100), nftFlows), pair(nftables(1000), nftFlows), NEARLY_LINEAR);
  await sheet.growth("flows: two iptables-save files of 1,000 rules, of 100", pair(iptables(100), iptablesFlows), pair(iptables(1000), iptablesFlows), NEARLY_LINEAR);
  if (!existsSync(BEFORE) || !existsSync(AFTER)) {
    sheet.number("flows: two real dumps", "not measured: these recorded files are not on this machine");
    return;
  }
  const [before, after] = [readFileSync(BEFORE, "utf8"), readFileSync(AFTER, "utf8")];
  await sheet.growth("flows: two real dumps of 5,000 rules, of 1,000", iptablesFlows(head(before, 1000), head(after, 1000)), iptablesFlows(before, after), NEARLY_LINEAR);
  sheet.number("flows: memory of the process after that, at most", `${Math.round(process.resourceUsage().maxRSS / 1024)} MiB, ${Math.round(process.memoryUsage().arrayBuffers / MIB)} of it diagrams`);
}
