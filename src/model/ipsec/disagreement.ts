import ipaddr from "ipaddr.js";
import type { Location } from "../../engine/location.ts";
import type { Algorithms } from "./algorithms.ts";
import { agreeForEsp, agreeForIke, agreeOnGroups } from "./algorithms.ts";
import type { Carried, Peering, Said } from "./peering.ts";
import type { Pair } from "./peerings.ts";
import { spoken } from "./timing.ts";

/** A point on which two ends contradict each other. */
export interface Disagreement {
  readonly about: "IKE version" | "IKE proposals" | "ESP proposals" | "perfect forward secrecy" | "authentication" | "identity" | "networks" | "mode" | "lifetime" | "exchange mode";
  /** Where this end says it, and where the other does. */
  readonly here: Location;
  readonly there: Location;
  /** What each says, and what comes of it: two sentences, the first without its subject. */
  readonly words: string;
  readonly effect: string;
}

const NEVER = "No association comes up between the two";

/** Every point on which the ends of `pair` contradict each other for certain. */
export function disagreements({ one, other, turned }: Pair): Disagreement[] {
  const [facing, away] = turned ? [other.local, other.remote] : [other.remote, other.local];
  const result: Disagreement[] = [];
  const add = (about: Disagreement["about"], here: Said<unknown>, there: Said<unknown>, words: string, effect = NEVER): void => {
    result.push({ about, here: here.location, there: there.location, words, effect });
  };

  if (one.ike && other.ike && one.ike.value !== other.ike.value) add("IKE version", one.ike, other.ike, `this end speaks IKEv${one.ike.value} and the other IKEv${other.ike.value}`);
  if (one.proposals && other.proposals && !anyPair(one.proposals.value, other.proposals.value, agreeForIke)) {
    add("IKE proposals", one.proposals, other.proposals, `no IKE proposal of this end (${texts(one.proposals.value)}) is one of the other's (${texts(other.proposals.value)})`);
  }
  if (one.exchange && other.exchange && !one.exchange.value.some((mode) => other.exchange!.value.includes(mode))) {
    add("exchange mode", one.exchange, other.exchange, `this end takes exchange mode ${one.exchange.value.join(", ")}, the other ${other.exchange.value.join(", ")}`);
  }
  const swapped = sameId(one.local.id, away.id) === true && sameId(one.remote.id, facing.id) === true && sameId(one.local.id, one.remote.id) === false;
  if (swapped) add("identity", one.local.id!, away.id!, "both ends call themselves the same and the peer the same: local and remote identity are swapped on one of them", NEVER);
  for (const [mine, theirs, who] of [[one.local, facing, "this"], [one.remote, away, "the other"]] as const) {
    if (mine.proof && theirs.proof && mine.proof.value !== theirs.proof.value) {
      add("authentication", mine.proof, theirs.proof, `for ${who} end this file says ${mine.proof.value}, the other file ${theirs.proof.value}`);
    }
    if (!swapped && sameId(mine.id, theirs.id) === false) add("identity", mine.id!, theirs.id!, `${who} end is ${mine.id!.value} here and ${theirs.id!.value} in the other file`);
  }
  lifetimes(one, other, add);
  for (const [mine, theirs] of carriedPairs(one, other)) carried(one, other, mine, theirs, turned, add);
  return unique(result);
}

type Add = (about: Disagreement["about"], here: Said<unknown>, there: Said<unknown>, words: string, effect?: string) => void;

function lifetimes(one: Peering, other: Peering, add: Add): void {
  const differ = (mine: Said<number> | undefined, theirs: Said<number> | undefined): void => {
    if (!mine || !theirs || mine.value === theirs.value) return;
    const exact = [one.check, other.check].find((check) => check?.value === "exact");
    if (exact === undefined) return;
    add("lifetime", mine, theirs, `a lifetime is ${spoken(mine.value)} here and ${spoken(theirs.value)} there, and proposal_check exact takes only the same`, "The proposal is refused");
  };
  differ(one.lifetime, other.lifetime);
  if (one.carries.length === 1 && other.carries.length === 1) differ(one.carries[0]!.lifetime, other.carries[0]!.lifetime);
}

function carried(one: Peering, other: Peering, mine: Carried, theirs: Carried, turned: boolean, add: Add): void {
  const ikev1 = one.ike?.value === 1 && other.ike?.value === 1;
  if (mine.esp && theirs.esp) {
    if (!anyPair(mine.esp.value, theirs.esp.value, agreeForEsp)) {
      add("ESP proposals", mine.esp, theirs.esp, `no ESP proposal of this end (${texts(mine.esp.value)}) is one of the other's (${texts(theirs.esp.value)})`, "No traffic passes between the two");
    } else if (!agreeOnGroups(mine.esp.value, theirs.esp.value)) {
      // RFC 7296, 1.2: the first child of IKEv2 takes its keys from the IKE association, and a group counts only from the first renewal on.
      const late = one.ike?.value === 2 || other.ike?.value === 2;
      add("perfect forward secrecy", mine.esp, theirs.esp, `the key exchange groups for ESP differ: ${groups(mine.esp.value)} here, ${groups(theirs.esp.value)} there`, late ? "The association comes up, and its first renewal fails" : ikev1 ? "No traffic passes between the two" : "A renewal fails at the latest");
    }
  }
  const [far, near] = turned ? [theirs.far, theirs.near] : [theirs.near, theirs.far];
  for (const [here, there, side] of [[mine.near, near, "this end"], [mine.far, far, "the other end"]] as const) {
    if (here && there && disjoint(here.value, there.value)) {
      add("networks", here, there, `behind ${side} lies ${here.value.join(", ")} by this file and ${there.value.join(", ")} by the other`, "The other end refuses these networks, and no traffic passes");
    }
  }
  if (ikev1 && mine.mode && theirs.mode && mine.mode.value !== theirs.mode.value) add("mode", mine.mode, theirs.mode, `this end wants ${mine.mode.value} mode and the other ${theirs.mode.value} mode`, "No traffic passes between the two");
}

/** What each end carries belongs together by its name, or because there is nothing else. */
function carriedPairs(one: Peering, other: Peering): [Carried, Carried][] {
  if (one.carries.length === 1 && other.carries.length === 1) return [[one.carries[0]!, other.carries[0]!]];
  return one.carries.flatMap((mine): [Carried, Carried][] => {
    const theirs = other.carries.filter(({ name }) => name === mine.name);
    return theirs.length === 1 && one.carries.filter(({ name }) => name === mine.name).length === 1 ? [[mine, theirs[0]!]] : [];
  });
}

function anyPair(a: readonly Algorithms[], b: readonly Algorithms[], agree: (x: Algorithms, y: Algorithms) => boolean): boolean {
  return a.some((x) => b.some((y) => agree(x, y)));
}

function texts(list: readonly Algorithms[]): string {
  return list.map(({ text }) => text).join(", ");
}

function groups(list: readonly Algorithms[]): string {
  return [...new Set(list.map(({ groups: set }) => (set.size === 0 ? "none" : [...set].join("-"))))].join(", ");
}

/** Whether two identities are the same; undefined where one is not written, or stands for several. */
function sameId(a: Said<string> | undefined, b: Said<string> | undefined): boolean | undefined {
  const [one, other] = [a, b].map((said) => said?.value.trim().replace(/^@(?!#|~)|^(?:fqdn|ipv4|ipv6|email|rfc822):/g, "").toLowerCase());
  if (one === undefined || other === undefined) return undefined;
  // Names by X.500 can be written in several ways, and wild cards match.
  const plain = /^[\w.:@-]+$/;
  return plain.test(one) && plain.test(other) ? one === other : undefined;
}

/** True where no network of `a` shares an address with one of `b`, all of them being networks. */
function disjoint(a: readonly string[], b: readonly string[]): boolean {
  const [ours, theirs] = [a, b].map((list) => list.map(network));
  if (ours!.includes(undefined) || theirs!.includes(undefined)) return false;
  return !ours!.some((x) => theirs!.some((y) => x![0].kind() === y![0].kind() && (x![1] <= y![1] ? within(y![0], x!) : within(x![0], y!))));
}

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

function network(text: string): Network | undefined {
  const [address, prefix] = text.split("/");
  if (address === undefined || !ipaddr.isValid(address) || (prefix !== undefined && !/^\d+$/.test(prefix))) return undefined;
  const parsed = ipaddr.parse(address);
  const most = parsed.kind() === "ipv4" ? 32 : 128;
  const length = prefix === undefined ? most : Number(prefix);
  return length > most ? undefined : [parsed, length];
}

function within(address: ipaddr.IPv4 | ipaddr.IPv6, [base, length]: Network): boolean {
  return address.match(base as ipaddr.IPv4, length);
}

/** One finding a place: what is said for both ends in one setting counts once. */
function unique(list: readonly Disagreement[]): Disagreement[] {
  const seen = new Set<string>();
  return list.filter(({ here, about }) => {
    const key = `${about} ${here.path} ${here.range.start}`;
    return !seen.has(key) && seen.add(key);
  });
}
