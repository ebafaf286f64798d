import { acceptedFlows, compareFlows } from "../model/firewall/flows/index.ts";
import { flowsJson, flowsText } from "../report/flows.ts";
import { VerdictReport } from "../report/verdict.ts";
import type { Terminal } from "./terminal.ts";
import type { As } from "./verdict.ts";
import { readRuleset } from "./verdict.ts";

/** The options of `flows`, as commander hands them over. */
export interface FlowsOptions {
  readonly json?: boolean;
  readonly as?: As;
}

/** Runs `premortem flows`; gives the exit status, which does not depend on what is found. */
export async function flowsCommand(before: string, after: string | undefined, options: FlowsOptions, terminal: Terminal): Promise<number> {
  const read = [];
  for (const file of after === undefined ? [before] : [before, after]) read.push(await readRuleset(file, options.as, terminal));
  const [first, second] = read.map(({ ruleset }) => [ruleset]);
  const found = second === undefined ? acceptedFlows(first!) : compareFlows(first!, second);
  const reports = read.map(({ sources }) => new VerdictReport(sources));
  terminal.out(options.json === true ? flowsJson(found, reports) : flowsText(found, reports, terminal.colour));
  return 0;
}
