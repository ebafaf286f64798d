import { HOLE } from "../template/jinja.ts";
import type { BaseChain, ChainNode, Expression, Name, StatementNode } from "./tree.ts";

/** Tells of a fault. */
export type Say = (node: { readonly range: { readonly start: number; readonly end: number } }, message: string) => void;

const INET_HOOKS = ["prerouting", "input", "forward", "output", "postrouting"];
const HOOKS: Readonly<Record<string, readonly string[]>> = {
  ip: INET_HOOKS,
  ip6: INET_HOOKS,
  inet: [...INET_HOOKS, "ingress"],
  bridge: INET_HOOKS,
  arp: ["input", "output"],
  netdev: ["ingress", "egress"],
};
const ALL_HOOKS = new Set(Object.values(HOOKS).flat());
const NAT_HOOKS = ["prerouting", "input", "output", "postrouting"];
/** Conntrack must have seen a packet before it can be translated (NF_IP_PRI_CONNTRACK). */
const CONNTRACK = -200;
/** nft(8), "Standard priority names", with the hooks of each; since 1.0.8 output has dstnat and input srcnat. */
const PRIORITIES: ReadonlyMap<string, { readonly value: number; readonly hooks?: readonly string[] }> = new Map([
  ["raw", { value: -300 }],
  ["mangle", { value: -150 }],
  ["dstnat", { value: -100, hooks: ["prerouting", "output"] }],
  ["filter", { value: 0 }],
  ["security", { value: 50 }],
  ["srcnat", { value: 100, hooks: ["input", "postrouting"] }],
]);
const BRIDGE_PRIORITIES: typeof PRIORITIES = new Map([
  ["dstnat", { value: -300, hooks: ["prerouting"] }],
  ["filter", { value: -200 }],
  ["out", { value: 100, hooks: ["output"] }],
  ["srcnat", { value: 300, hooks: ["postrouting"] }],
]);

/** What nft or the kernel refuses of a base chain: types, hooks and priorities that do not go together. */
export function checkBase(base: BaseChain, family: string, expand: (expression: Expression) => Expression, say: Say): void {
  const hooks = HOOKS[family];
  const { type, hook, devices, priority } = base;
  // Unknown hooks are told where they are read.
  if (hooks === undefined || hidden(type) || hidden(hook) || !ALL_HOOKS.has(hook.text)) return;
  if (!hooks.includes(hook.text)) return say(hook, `Family ${family} has no hook "${hook.text}": nft loads nothing of this file. It has ${hooks.join(", ")}.`);
  const bound = family === "netdev" || hook.text === "ingress";
  if (devices && !bound) return say(devices, `A chain at the hook ${hook.text} belongs to no device: nft loads nothing of this file. Remove the device, and match on iifname.`);
  const layer3 = family === "ip" || family === "ip6" || family === "inet";
  if (type.text === "nat" && !(layer3 && NAT_HOOKS.includes(hook.text))) {
    return say(type, `A nat chain cannot be at the hook ${hook.text} of family ${family}: the kernel refuses the whole file. It can be at ${NAT_HOOKS.join(", ")} of ip, ip6 and inet.`);
  }
  if (type.text === "route" && !(layer3 && hook.text === "output")) {
    return say(type, `A route chain can only be at the hook output of ip, ip6 and inet: the kernel refuses the whole file.`);
  }
  if (priority) checkPriority(priority, base, family, expand, say);
}

/** A variable may name itself in what it adds to. */
const DEEPEST = 10;

function hidden(name: Name): boolean {
  return name.text === "" || name.text.includes(HOLE);
}

function checkPriority(written: Expression, { type, hook }: BaseChain, family: string, expand: (expression: Expression) => Expression, say: Say): void {
  const number = valueOf(written, family, hook.text, expand, (what) => say(written, what));
  if (number !== undefined && type.text === "nat" && number <= CONNTRACK) {
    say(written, `A nat chain needs a priority above ${CONNTRACK}, for conntrack must come first: the kernel refuses the whole file. Use dstnat or srcnat.`);
  }
}

function valueOf(written: Expression, family: string, hook: string, expand: (expression: Expression) => Expression, wrong: (what: string) => void, depth = 0): number | undefined {
  const expression = expand(written);
  if (expression.kind === "binary") {
    if (depth > DEEPEST) return undefined;
    const left = valueOf(expression.left, family, hook, expand, wrong, depth + 1);
    const right = valueOf(expression.right, family, hook, expand, wrong, depth + 1);
    if (left === undefined || right === undefined) return undefined;
    return expression.operator === "-" ? left - right : left + right;
  }
  if (expression.kind !== "word" || expression.text.includes(HOLE)) return undefined;
  const [, name = "", sign = "+", distance = "0"] = /^([a-z]+)(?: ([-+]) (\d+))?$/.exec(expression.text) ?? [];
  if (name === "") {
    if (/^-?\d+$/.test(expression.text)) return Number(expression.text);
    const glued = /^[a-z]+[-+]\d+$/.test(expression.text);
    wrong(`"${expression.text}" is no priority: nft loads nothing of this file. ${glued ? "Write spaces around the sign." : "Use a number or a name such as filter."}`);
    return undefined;
  }
  const known = (family === "bridge" ? BRIDGE_PRIORITIES : PRIORITIES).get(name);
  const layer3 = family !== "arp" && family !== "netdev";
  if (!known || (!layer3 && name !== "filter")) {
    wrong(`There is no priority "${name}" in family ${family}: nft loads nothing of this file. Use a number, or filter.`);
    return undefined;
  }
  if (known.hooks && !known.hooks.includes(hook)) {
    wrong(`The priority ${name} is for the ${known.hooks.length === 1 ? "hook" : "hooks"} ${known.hooks.join(" and ")} only: nft loads nothing of this file. Write ${known.value}, or choose another name.`);
    return undefined;
  }
  return known.value + Number(`${sign}${distance}`);
}

const NAT_OF: Readonly<Record<string, readonly string[]>> = {
  masquerade: ["postrouting"],
  snat: ["postrouting", "input"],
  dnat: ["prerouting", "output"],
  redirect: ["prerouting", "output"],
  tproxy: ["prerouting"],
};

/** What the kernel refuses at a chain's hook, such as masquerade before routing. */
export function checkPlacement(statement: StatementNode, { base }: ChainNode, family: string, say: Say): void {
  if (statement.kind === "nat" && (family === "bridge" || family === "netdev" || family === "arp")) {
    return say(statement, `${statement.nat} works only for IPv4 and IPv6, in tables of family ip, ip6 or inet: nft loads nothing of this file.`);
  }
  if (statement.kind === "fwd" && family !== "netdev" && family !== "") return say(statement, "fwd works only in tables of family netdev: nft loads nothing of this file.");
  if (!base || hidden(base.type) || hidden(base.hook) || family === "netdev" || family === "bridge" || family === "arp") return;
  const hook = base.hook.text;
  if (statement.kind === "nat") {
    const hooks = NAT_OF[statement.nat]!;
    const typed = statement.nat === "tproxy" ? "filter" : "nat";
    if (!hooks.includes(hook) || (base.type.text !== typed && typed === "nat")) {
      say(statement, `${statement.nat} works only in a ${typed} chain at ${hooks.join(" or ")}: the kernel refuses the whole file. Move it.`);
    }
  } else if (statement.kind === "reject" && hook === "postrouting") {
    say(statement, "reject does not work at postrouting: the kernel refuses the whole file. Use drop, or reject before it.");
  } else if (statement.kind === "synproxy" && hook !== "input" && hook !== "forward") {
    say(statement, `synproxy works only at input and forward, not at ${hook}: the kernel refuses the whole file.`);
  }
}
