export { Meaning, WAYS, unlessTooLarge } from "./meaning.ts";
export type { Difference, Way } from "./meaning.ts";
export { PacketSet } from "./packet-set.ts";
export type { Condition, Numbers } from "./packet-set.ts";
export { shadows } from "./shadowing.ts";
export type { PlacedRule, Shadowed, Shadows } from "./shadowing.ts";
export { acceptedFlows, compareFlows } from "./comparison.ts";
export type { Doubt, Flow, FlowDifference } from "./comparison.ts";
export type { FlowMatch } from "./match.ts";
