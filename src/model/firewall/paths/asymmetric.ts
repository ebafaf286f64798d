import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Workspace } from "../../workspace.ts";
import type { Chain, FirewallRule, Ruleset, SetElement, Statement } from "../ruleset.ts";
import { sharedHosts } from "./beside.ts";

/** Why packets of one connection may come by other routers than those that answer them. */
export interface Asymmetry {
  /** As a clause without full stop. */
  readonly why: string;
  readonly location: Location;
  /** `policy`: rules choose the route by source or mark; `peers`: several routers have routes to the same places. */
  readonly kind: "policy" | "peers";
}

const POLICY: readonly (readonly [RegExp, string])[] = [
  [/^\[RoutingPolicyRule\]/m, "a [RoutingPolicyRule]"],
  [/^[ \t]*routing-policy:/m, "a routing-policy"],
  [/\bip (?:-[46] )?rule add\b/, "an ip rule"],
];
const DAEMON: readonly (readonly [RegExp, string])[] = [
  [/^[ \t]*protocol (?:bgp|ospf(?:v[23])?|babel|rip(?:ng)?)\b/m, "a routing protocol of BIRD"],
  [/^[ \t]*router (?:bgp|ospf6?|isis|babel|rip)\b/m, "a routing protocol of FRR"],
];
const READ = /\.(conf|cfg|ya?ml|sh|network|j2|inc)$|(^|\/)interfaces([.-]|$)|\/(if-up|interfaces)\.d\//;

/** Where the repository has the hosts of a ruleset route by policy, or several of them take part in dynamic routing. */
export function asymmetryOf(workspace: Workspace, path: string): Asymmetry | undefined {
  const { fleet } = workspace;
  const scope = fleet.scopeOf(path);
  const several = !isUnknown(scope) && scope.hosts.length > 1;
  for (const one of workspace.data(routingFiles)) {
    const shared = sharedHosts(workspace, path, one.location.path);
    if (shared === undefined || (one.kind === "peers" && (!several || shared === "tree" || shared < 2))) continue;
    return one;
  }
  return undefined;
}

function routingFiles(workspace: Workspace): Asymmetry[] {
  return workspace.paths.flatMap((path): Asymmetry[] => {
    if (!READ.test(path)) return [];
    const text = workspace.text(path) ?? "";
    for (const [kind, patterns] of [["policy", POLICY], ["peers", DAEMON]] as const) {
      for (const [pattern, what] of patterns) {
        const match = pattern.exec(text);
        if (match !== null) return [{ kind, why: `${path} has ${what}`, location: { path, range: { start: match.index, end: match.index + match[0].length } } }];
      }
    }
    return [];
  });
}

/** Whether connections are told from router to router (conntrackd.conf(5)). */
export function sharesConnections(workspace: Workspace): boolean {
  return workspace.paths.some((path) => /(^|\/)conntrackd\.conf(\.j2)?$/.test(path));
}

/** The rule by which forwarded packets of no known connection are dropped as invalid; undefined where none does. */
export function dropsInvalidForwarded(ruleset: Ruleset): { rule: FirewallRule; statement: Statement } | undefined {
  for (const table of ruleset.tables) {
    const seen = new Set<Chain>();
    const queue = table.chains.filter(({ hook, type }) => hook === "forward" && type !== "nat");
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      if (seen.has(chain)) continue;
      seen.add(chain);
      for (const rule of chain.rules) {
        const statement = rule.conditional ? undefined : invalidDrop(rule);
        if (statement !== undefined) return { rule, statement };
        for (const { verdict } of rule.statements.flatMap((one) => (one.kind === "verdict" ? [one] : []))) {
          const target = (verdict.kind === "jump" || verdict.kind === "goto") && !isUnknown(verdict.target) ? verdict.target : undefined;
          const next = target === undefined ? undefined : table.chains.find(({ name }) => name === target);
          if (next !== undefined) queue.push(next);
        }
      }
    }
  }
  return undefined;
}

/** Of a rule that asks for nothing but the state. */
function invalidDrop({ statements }: FirewallRule): Statement | undefined {
  const map = statements.find((one) => one.kind === "vmap");
  if (map?.kind === "vmap" && map.fields.length === 1 && map.fields[0] === "ct state" && !isUnknown(map.elements)) return map.elements.some(dropsInvalid) ? map : undefined;
  const asked = statements.filter((one) => one.kind === "match" || one.kind === "match-tuple");
  const [state] = asked;
  const refuses = statements.some((one) => one.kind === "verdict" && (one.verdict.kind === "drop" || one.verdict.kind === "reject"));
  if (!refuses || asked.length !== 1 || state?.kind !== "match" || state.field !== "ct state" || state.negated || isUnknown(state.values) || state.values.kind !== "names") return undefined;
  return state.values.names.includes("invalid") ? state : undefined;
}

function dropsInvalid({ key, verdict }: SetElement): boolean {
  const [values] = key;
  return values !== undefined && !isUnknown(values) && values.kind === "names" && values.names.includes("invalid") && (verdict?.kind === "drop" || verdict?.kind === "reject");
}
