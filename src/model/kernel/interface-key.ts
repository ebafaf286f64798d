import { isGlob } from "./key.ts";
import type { KeyFacts } from "./keys.ts";
import { keyFacts } from "./keys.ts";

/** A key that each interface has, `net.ipv4.conf.NAME.LEAF`. */
export interface InterfaceKey {
  readonly family: "ipv4" | "ipv6";
  /** An interface, `all`, `default`, or a glob of them. */
  readonly name: string;
  readonly leaf: string;
  readonly facts: KeyFacts;
}

/** Takes a key in dotted form; undefined where it is none of `conf` that a kernel has. */
export function interfaceKey(key: string): InterfaceKey | undefined {
  const match = /^net\.(ipv4|ipv6)\.conf\.([^.]+)\.([^.]+)$/.exec(key);
  if (match === null || isGlob(match[3]!)) return undefined;
  const [, family, name, leaf] = match as unknown as [string, "ipv4" | "ipv6", string, string];
  const facts = keyFacts(sibling({ family, leaf }, "all"));
  return facts === undefined ? undefined : { family, name, leaf, facts };
}

/** The same key of another interface, or of `all` or `default`. */
export function sibling({ family, leaf }: Pick<InterfaceKey, "family" | "leaf">, name: string): string {
  return `net.${family}.conf.${name}.${leaf}`;
}
