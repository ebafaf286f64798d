import type { Json } from "../engine/finding.ts";
import type { Outcome, Place } from "../model/firewall/evaluate/index.ts";
import type { Doubt, Flow, FlowDifference } from "../model/firewall/flows/index.ts";
import type { Packet } from "../model/firewall/ruleset.ts";
import { painter, printable } from "./text.ts";
import type { VerdictReport } from "./verdict.ts";

/** The format's version: it grows when a reader would have to change. */
const VERSION = 1;
const WAYS = { input: "To this host", forward: "Through this host", output: "From this host" } as const;
const FAMILY = { ip: "IPv4", ip6: "IPv6" } as const;
const SIGNS = { opened: "+", closed: "-", changed: "~", accepted: "+" } as const;

/** What one firewall accepts. */
export interface Accepted {
  readonly accepted: readonly Flow[];
  readonly notComputed: readonly Doubt[];
}

/** A change's flows as JSON, or what one file accepts; `reports` tell where the rules of each version stand. */
export function flowsJson(found: FlowDifference | Accepted, reports: readonly VerdictReport[]): string {
  const flow = (one: Flow): Json => ({ hook: one.hook, family: one.family, text: one.text, match: one.match, sample: sampleOf(one.sample), ...outcomesOf(one.outcomes, reports) });
  const notComputed = found.notComputed.map((one): Json => ({
    reason: one.reason,
    ...(one.hook !== undefined && { hook: one.hook }),
    ...(one.family !== undefined && { family: one.family }),
    ...(one.text !== undefined && { text: one.text }),
    ...(one.sample !== undefined && { sample: sampleOf(one.sample) }),
    ...(one.outcomes !== undefined && outcomesOf(one.outcomes, reports)),
  }));
  const lists: Json = "accepted" in found ? { accepted: found.accepted.map(flow) } : { opened: found.opened.map(flow), closed: found.closed.map(flow), changed: found.changed.map(flow) };
  return `${JSON.stringify({ version: VERSION, ...(lists as object), notComputed }, null, 2)}\n`;
}

function outcomesOf(outcomes: readonly Outcome[], reports: readonly VerdictReport[]): Record<string, Json> {
  const names = outcomes.length === 1 ? ["now"] : ["before", "after"];
  return Object.fromEntries(outcomes.map((outcome, i) => [names[i]!, outcomeOf(outcome, reports[i]!)]));
}

function outcomeOf(outcome: Outcome, report: VerdictReport): Json {
  const { verdict, chain, table, rule, possible } = outcome;
  return {
    verdict,
    ...(verdict === "unknown" && { possible: [...possible].sort() }),
    rule: chain === undefined ? null : { ...report.at(outcome as Place), text: report.written(outcome as Place), chain: chain.name, table: `${table!.family} ${table!.name}`, policy: rule === undefined },
  };
}

/** The packet without what its flow says already. */
function sampleOf(packet: Packet): Json {
  return Object.fromEntries(Object.entries(packet).filter(([key]) => key !== "family")) as unknown as Json;
}

/** The same for a reader in a hurry. */
export function flowsText(found: FlowDifference | Accepted, reports: readonly VerdictReport[], colour: boolean): string {
  const paint = painter(colour);
  const lines: string[] = [];
  const both = new Set([...("accepted" in found ? found.accepted : [...found.opened, ...found.closed, ...found.changed]), ...found.notComputed].map(({ family }) => family)).size > 1;
  const section = (title: string, kind: keyof typeof SIGNS, flows: readonly Flow[]): void => {
    if (flows.length === 0) return;
    const told = togetherToldOf(flows, reports);
    lines.push(paint("bold", `${title} (${told.length})`));
    let way = "";
    for (const { flow, families, by } of told) {
      const header = `${WAYS[flow.hook]}${both ? `, ${families.map((family) => FAMILY[family]).join(" and ")}` : ""}:`;
      if (header !== way) lines.push(`  ${header}`);
      way = header;
      const tone = kind === "opened" ? "warning" : kind === "closed" ? "error" : "info";
      lines.push(`    ${paint(tone, SIGNS[kind])} ${printable(flow.text)}`, `        ${paint("dim", printable(by))}`, `        ${paint("dim", `e.g. ${printable(specOf(flow.sample))}`)}`);
    }
    lines.push("");
  };
  if ("accepted" in found) section("Accepted", "accepted", found.accepted);
  else {
    section("Opened", "opened", found.opened);
    section("Closed", "closed", found.closed);
    section("Refused in another way", "changed", found.changed);
    if (lines.length === 0) lines.push(found.notComputed.length === 0 ? "No packet meets with another verdict." : "No packet surely meets with another verdict.", "");
  }
  if ("accepted" in found && found.accepted.length === 0) lines.push("Nothing is surely accepted.", "");
  if (found.notComputed.length > 0) {
    lines.push(paint("bold", `Not computed (${found.notComputed.length})`));
    for (const { hook, family, reason, text, outcomes } of found.notComputed) {
      const about = [hook && WAYS[hook].toLowerCase(), family && FAMILY[family]].filter((part) => part !== undefined).join(", ");
      lines.push(`    ${paint("warning", "?")} ${printable(`${about === "" ? "" : `${about}: `}${reason}`)}`);
      if (text !== undefined) lines.push(`        ${paint("dim", printable(text))}`);
      if (outcomes !== undefined) lines.push(`        ${paint("dim", printable(decided(outcomes, reports)))}`);
    }
    lines.push("");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

/** Flows of which the same is said for both families, together; those to this host first. */
function togetherToldOf(flows: readonly Flow[], reports: readonly VerdictReport[]): { readonly flow: Flow; readonly families: readonly Flow["family"][]; readonly by: string }[] {
  const told = new Map<string, { flow: Flow; families: Flow["family"][]; by: string }>();
  for (const flow of flows) {
    const by = decided(flow.outcomes, reports);
    const key = JSON.stringify([flow.hook, flow.text, by]);
    const known = told.get(key);
    if (!known) told.set(key, { flow, families: [flow.family], by });
    else if (!known.families.includes(flow.family)) known.families.push(flow.family);
    else told.set(`${key} ${told.size}`, { flow, families: [flow.family], by });
  }
  const rank = ({ flow, families }: { flow: Flow; families: readonly Flow["family"][] }): number => Object.keys(WAYS).indexOf(flow.hook) * 4 + (families.length > 1 ? 0 : families[0] === "ip" ? 1 : 2);
  return [...told.values()].sort((a, b) => rank(a) - rank(b));
}

/** “drop by a.nft:3 policy of chain input -> accept by b.nft:9 tcp dport 22 accept”. */
function decided(outcomes: readonly Outcome[], reports: readonly VerdictReport[]): string {
  return outcomes
    .map((outcome, i) => {
      if (outcome.chain === undefined) return `${verdictWords(outcome)}: no rule decides about it`;
      const { path, line } = reports[i]!.at(outcome as Place);
      return `${verdictWords(outcome)} by ${path}:${line} ${reports[i]!.written(outcome as Place)}`;
    })
    .join("  ->  ");
}

/** Of a packet that may find several ends, all of them: what is “drop or reject” is refused for certain. */
function verdictWords({ verdict, possible }: Outcome): string {
  return verdict === "unknown" && possible.length > 1 && !possible.includes("unknown") ? [...possible].sort().join(" or ") : verdict;
}

/** The packet as `premortem verdict --packet` takes it. */
function specOf(packet: Packet): string {
  const { fields, flags, ...rest } = packet;
  const usual = Object.entries(rest).filter(([key]) => key !== "family").map(([key, value]) => `${key}=${value}`);
  // Without the key, a new connection's packet has SYN and any other ACK.
  if (flags) usual.push(`flags=${flags.join("+") || "none"}`);
  return [...usual, ...Object.entries(fields ?? {}).map(([key, value]) => `${key}=${/^ether [sd]addr$/.test(key) ? hardwareAddress(BigInt(value)) : value}`)].join(",");
}

function hardwareAddress(value: bigint): string {
  return value.toString(16).padStart(12, "0").match(/../g)!.join(":");
}
