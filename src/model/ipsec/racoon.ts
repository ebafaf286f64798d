import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { RacoonTree, Statement } from "../../formats/racoon/index.ts";
import type { Workspace } from "../workspace.ts";
import type { Connection, Given, Renewal } from "./connection.ts";
import { racoonSeconds } from "./duration.ts";
import { fromTemplate } from "./templated.ts";
import { probingInRacoon } from "./probing.ts";
import { soonest } from "./timing.ts";

/** RFC 2407, 4.5: an association whose lifetime nobody proposes lives 28,800 seconds. */
const DEFAULT_LIFETIME = 28800;
/** libipsec's PFKEY_SOFT_LIFETIME_RATE: renewal starts at 80 % of the lifetime, on every host alike. */
const SOFT = 0.8;

/** The peers that a racoon.conf defines: one connection for each `remote` block. */
export function readRacoonFile(workspace: Workspace, path: string): Connection[] {
  const document = workspace.document(path);
  if (document === undefined) return [];
  const { statements } = document.tree as RacoonTree;
  const remotes = statements.filter(({ words, block }) => words[0]!.text === "remote" && block !== undefined);
  const child = childRenewal(workspace, path, statements);
  return remotes.map((remote) => {
    const reader = new Reader(workspace, path, lineage(remote, remotes));
    const delay = reader.number("dpd_delay", 0);
    const retry = reader.number("dpd_retry", 5);
    const maxfail = reader.number("dpd_maxfail", 5);
    const negotiated = reader.word("dpd");
    const enabled = negotiated === "off" ? false : isUnknown(delay.value) ? delay.value : delay.value > 0;
    const name = remote.words[1];
    const deadPeer = {
      enabled,
      delay,
      verdict: isUnknown(retry.value) ? retry.value : isUnknown(maxfail.value) ? maxfail.value : retry.value * maxfail.value,
      inert: [
        ...(enabled === false ? reader.written("dpd_retry", "dpd_maxfail") : []).map((location) => ({
          name: "dpd_retry and dpd_maxfail", location, reason: "nothing probes the peer without dpd_delay",
        })),
        ...(negotiated === "off" && !isUnknown(delay.value) && delay.value > 0
          ? [{ name: "dpd_delay", location: delay.location!, reason: "dpd off takes dead peer detection out of the negotiation" }]
          : []),
      ],
    };
    const renewal = reader.lifetime();
    return {
      syntax: "racoon.conf",
      implementation: "racoon",
      name: name === undefined ? "remote" : `remote ${document.text.slice(name.range.start, name.range.end)}`,
      location: { path, range: { start: remote.words[0]!.range.start, end: (name ?? remote.words[0]!).range.end } },
      ike: 1,
      // The kernel's policies ask racoon for an association when there is traffic.
      startup: reader.word("passive") === "on" ? "add" : "trap",
      // Only with both does it wait for peers that nobody knows; an anonymous remote alone is how a mesh is written.
      anyPeer: reader.word("passive") === "on" && /^(on|require|unique)$/.test(reader.word("generate_policy") ?? "off"),
      deadPeer,
      ikeRenewal: renewal,
      childRenewal: child,
      probing: probingInRacoon(path, document.text, remote, deadPeer, negotiated === "off" ? reader.place("dpd") : undefined),
    };
  });
}

/** A remote block and those that it inherits from, itself first. */
function lineage(remote: Statement, remotes: readonly Statement[]): { chain: Statement[]; complete: boolean } {
  const chain = [remote];
  for (let current = remote; ; ) {
    const at = current.words.findIndex((word) => word.text === "inherit");
    const parent = at === -1 ? undefined : current.words[at + 1];
    if (parent === undefined) return { chain, complete: at === -1 };
    const found = remotes.find((other) => other.words[1]?.text === parent.text && !chain.includes(other));
    if (found === undefined) return { chain, complete: false };
    chain.push(found);
    current = found;
  }
}

class Reader {
  readonly #workspace: Workspace;
  readonly #path: string;
  readonly #chain: readonly Statement[];
  readonly #complete: boolean;

  constructor(workspace: Workspace, path: string, { chain, complete }: { chain: readonly Statement[]; complete: boolean }) {
    this.#workspace = workspace;
    this.#path = path;
    this.#chain = chain;
    // A template's output on its own may stand for any statement; an include may hold some.
    const opaque = chain.some(({ block }) => block!.statements.some(({ words }) => words[0]!.hidden || words[0]!.text === "include"));
    this.#complete = complete && !opaque;
  }

  #find(keyword: string): Statement | undefined {
    for (const { block } of this.#chain) {
      const found = block!.statements.filter(({ words }) => words[0]!.text === keyword).at(-1);
      if (found) return found;
    }
    return undefined;
  }

  word(keyword: string): string | undefined {
    const found = this.#find(keyword);
    return found === undefined || found.conditional ? undefined : found.words[1]?.text;
  }

  place(keyword: string): { start: number; end: number } | undefined {
    return this.#find(keyword)?.range;
  }

  written(...keywords: string[]): { path: string; range: { start: number; end: number } }[] {
    const found = keywords.map((keyword) => this.#find(keyword)).find((statement) => statement !== undefined);
    return found ? [{ path: this.#path, range: found.range }] : [];
  }

  number(keyword: string, fallback: number): Given<number> {
    const found = this.#find(keyword);
    if (found === undefined) return { value: this.#complete ? fallback : unknown(`${keyword} may be set where a template or an include hides it`) };
    const location = { path: this.#path, range: found.range };
    const word = found.words[1];
    const text = word?.hidden === true ? fromTemplate(this.#workspace, this.#path, word.range) : word?.text;
    if (found.conditional || text === undefined || !/^\d+$/.test(text)) return { value: unknown(`${keyword} is decided by a template`), location };
    return { value: Number(text), location };
  }

  /** Phase 1: written in the block, or in one of its proposals. */
  lifetime(): Maybe<Renewal> {
    const statement =
      this.#find("lifetime") ?? this.#chain.flatMap(({ block }) => block!.statements.flatMap((inner) => inner.block?.statements ?? [])).find(isLifetime);
    return lifetimeOf(this.#workspace, this.#path, statement);
  }
}

function childRenewal(workspace: Workspace, path: string, statements: readonly Statement[]): Maybe<Renewal> {
  const infos = statements.filter(({ words, block }) => words[0]!.text === "sainfo" && block !== undefined);
  if (infos.length === 0) return unknown("no sainfo is written here");
  // Which of them a peer uses depends on its networks: the first to end is counted, so the figure is a floor.
  return soonest(infos.map(({ block }) => lifetimeOf(workspace, path, block!.statements.find(isLifetime))));
}

function isLifetime({ words }: Statement): boolean {
  return words[0]!.text === "lifetime" && words[1]?.text === "time";
}

function lifetimeOf(workspace: Workspace, path: string, statement: Statement | undefined): Maybe<Renewal> {
  if (statement === undefined) return { window: { earliest: SOFT * DEFAULT_LIFETIME, latest: SOFT * DEFAULT_LIFETIME }, expiry: DEFAULT_LIFETIME };
  const [, , number, unit] = statement.words.map((word) => (word.hidden ? fromTemplate(workspace, path, word.range) : word.text));
  const life = number === undefined || statement.conditional || (unit === undefined && statement.words.length > 3) ? undefined : racoonSeconds(number, unit);
  if (life === undefined) return unknown("the lifetime is decided by a template");
  return { window: { earliest: SOFT * life, latest: SOFT * life }, expiry: life, location: { path, range: statement.range } };
}
