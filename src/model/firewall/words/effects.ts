import { isUnknown } from "../../../engine/unknown.ts";
import { addressText } from "./addresses.ts";
import { setWords } from "./sets.ts";
import { fieldWords, listing, valueWords } from "./values.ts";
import type { Statement, Table, Verdict } from "../ruleset.ts";

/** Of longer verdict maps only the first few elements are said. */
const MOST_ELEMENTS = 5;

/** What passing statements do, by the model's name of them. */
const DOING: Readonly<Record<string, string>> = {
  counter: "counts", log: "logs", nflog: "logs", ulog: "logs", audit: "logs for the audit", dup: "sends a copy elsewhere", tee: "sends a copy elsewhere",
  trace: "traces", mark: "sets the packet's mark", connmark: "sets or restores the connection's mark", dscp: "sets DSCP", tos: "sets TOS", ttl: "changes the TTL",
  hl: "changes the hop limit", classify: "sets the traffic class", checksum: "fills in the checksum", ct: "chooses how the connection is tracked",
  secmark: "sets the security mark", connsecmark: "sets the security mark", recent: "notes the address in the list of recent ones", set: "changes an ipset",
  ecn: "changes ECN", tcpoptstrip: "strips TCP options", last: "notes the time", rateest: "measures the rate", led: "blinks an LED",
};

/** What a rule does with the packets that it matches, in words: “counts, logs and drops”. */
export function effectWords(statements: readonly Statement[], table: Table | undefined): string {
  const effects = statements.flatMap((statement) => effect(statement, table) ?? []);
  if (effects.length > 0) return listing(effects);
  return statements.some(({ kind }) => kind === "unknown") ? "what happens is not known" : "nothing happens";
}

function effect(statement: Statement, table: Table | undefined): string | undefined {
  switch (statement.kind) {
    case "verdict":
      return verdictWords(statement.verdict);
    case "vmap":
      return mapWords(statement, table);
    case "notrack":
      return "does not track the connection";
    case "mss-clamp": {
      const { size } = statement;
      return size === "path" ? "lowers the TCP segment size to the path's MTU" : `sets the TCP segment size${isUnknown(size) ? "" : ` to ${size}`}`;
    }
    case "nat":
      return natWords(statement);
    case "assign":
      return `sets ${statement.field === "meta mark" ? "the packet's mark" : statement.field === "ct mark" ? "the connection's mark" : statement.field}`;
    case "other":
      return otherWords(statement.name);
    default:
      return undefined;
  }
}

/** A verdict in words: “accepts”, “jumps to web”. */
export function verdictWords(verdict: Verdict): string {
  switch (verdict.kind) {
    case "accept":
      return "accepts";
    case "drop":
      return "drops";
    case "return":
      return "returns to the calling chain";
    case "continue":
      return "goes on with the next rule";
    case "queue":
      return "hands over to a program";
    case "reject":
      return verdict.with === undefined ? "rejects" : `rejects with ${verdict.with}`;
    case "jump":
    case "goto": {
      const { target } = verdict;
      const said = verdict.kind === "jump" ? "jumps to" : "goes to";
      if (isUnknown(target)) return `${said} a chain that is not known here (${target.unknown})`;
      return /^__chain\d+$/.test(target) ? "goes through the rules in braces" : `${said} ${target}`;
    }
  }
}

function mapWords({ fields, elements, set }: Extract<Statement, { kind: "vmap" }>, table: Table | undefined): string {
  const by = `by ${listing(fields.map(fieldWords))}`;
  if (isUnknown(elements)) return set === undefined ? `decides ${by}` : `decides ${by} as ${setWords(set, table)} says`;
  const said = elements.slice(0, MOST_ELEMENTS).flatMap(({ key, verdict }) => {
    const words = key.map((values, i) => listing(valueWords(fields[i] ?? "", values) ?? ["something unknown"], "or")).join(" . ");
    return verdict ? [`${words} ${verdictWords(verdict)}`] : [];
  });
  const more = elements.length - said.length;
  return `decides ${by}${set === undefined ? "" : ` as ${setWords(set, table)} says`}: ${said.join(", ")}${more > 0 ? `, and ${more} more` : ""}`;
}

function natWords({ nat, to }: Extract<Statement, { kind: "nat" }>): string {
  const where = to === undefined || isUnknown(to) ? "" : placeWords(to);
  switch (nat) {
    case "masquerade":
      return "translates the source to the address of the interface it leaves by";
    case "redirect":
      return `redirects to this host${to !== undefined && !isUnknown(to) && to.port !== undefined ? `, port ${to.port}` : ""}`;
    case "tproxy":
      return `hands to a transparent proxy${where}`;
    default:
      return `translates the ${nat === "snat" ? "source" : "destination"}${where}`;
  }
}

function placeWords({ address, port }: { address?: bigint; port?: number }): string {
  if (address === undefined) return port === undefined ? "" : ` to port ${port}`;
  const family = address >> 32n === 0n ? "ip" : "ip6";
  return ` to ${addressText(address, family)}${port === undefined ? "" : `, port ${port}`}`;
}

function otherWords(name: string): string {
  if (Object.hasOwn(DOING, name)) return DOING[name]!;
  const dynamic = /^(add|update|delete) (@.+)$/.exec(name);
  if (dynamic) return dynamic[1] === "delete" ? `takes it out of ${dynamic[2]}` : `notes it in ${dynamic[2]}`;
  const meter = /^meter @(.*)$/.exec(name);
  if (meter) return `keeps count in the meter ${meter[1]}`.trimEnd();
  const flow = /^flow add (@.+)$/.exec(name);
  if (flow) return `hands the flow to the flowtable ${flow[1]}`;
  const change = /^(.+) set$/.exec(name);
  return change ? `sets ${change[1]}` : name;
}
