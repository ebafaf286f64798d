import type { RacoonTree, Statement } from "../../formats/racoon/index.ts";
import type { Workspace } from "../workspace.ts";
import { addressOfHost, concrete } from "./addresses.ts";
import { racoonAlgorithms } from "./algorithms.ts";
import { racoonSeconds } from "./duration.ts";
import type { Carried, Peering, Proof, Said } from "./peering.ts";

/** The peers of a racoon.conf that are named by their address, with what the sainfo sections carry where there is one peer. */
export function peeringsOfRacoon(workspace: Workspace, path: string): Peering[] {
  const { statements } = workspace.document(path)!.tree as RacoonTree;
  const blocks = (keyword: string): Statement[] => statements.filter(({ words, block }) => words[0]!.text === keyword && block !== undefined);
  const remotes = blocks("remote");
  if (statements.some(({ words }) => words[0]!.text === "include" || words[0]!.hidden)) return [];
  const listening = blocks("listen").flatMap(({ block }) => block!.statements).filter(({ words }) => words[0]!.text === "isakmp").flatMap(({ words }) => concrete(words[1]?.text ?? "") ?? []);
  const local = listening.length > 0 ? listening : addressOfHost(workspace, path);
  const named = remotes.filter(({ words }) => words[1]?.hidden === false && concrete(words[1].text) !== undefined && !words.some(({ text }) => text === "inherit"));
  const carries = remotes.length === 1 ? blocks("sainfo").map((sainfo) => carried(path, sainfo)) : [];
  return named.filter((remote) => !remote.conditional).map((remote): Peering => {
    const inner = remote.block!.statements;
    const proposal = inner.filter(({ words, block }) => words[0]!.text === "proposal" && block !== undefined);
    const only = proposal.length === 1 ? proposal[0]! : undefined;
    const method = only && said(path, only.block!.statements, "authentication_method", ([text]) => proofOf(text));
    const offered = proposal.map(({ block }) => ofProposal(block!.statements));
    const mine = said(path, inner, "my_identifier", identifier);
    const theirs = said(path, inner, "peers_identifier", identifier);
    const check = said(path, inner, "proposal_check", ([text]) => (/^(?:obey|strict|exact|claim)$/.test(text ?? "") ? (text as "strict") : undefined));
    const lifetime = said(path, inner, "lifetime", lifetimeOf) ?? (only && said(path, only.block!.statements, "lifetime", lifetimeOf));
    const exchange = said(path, inner, "exchange_mode", (words) => words.join(" ").split(/[\s,]+/).filter((one) => one !== ""));
    const proof = method && { proof: method };
    return {
      path, name: `remote ${remote.words[1]!.text}`, location: { path, range: { start: remote.words[0]!.range.start, end: remote.words[1]!.range.end } }, implementation: "racoon", eitherWay: false,
      ike: { value: 1, location: { path, range: remote.words[0]!.range } },
      local: { addresses: local, ...(mine && { id: mine }), ...proof }, remote: { addresses: [concrete(remote.words[1]!.text)!], ...(theirs && { id: theirs }), ...proof },
      ...(offered.length > 0 && offered.every((one) => one !== undefined) && { proposals: { value: offered, location: { path, range: proposal[0]!.words[0]!.range } } }),
      ...(check && { check }), ...(lifetime && { lifetime }), ...(exchange && { exchange }), carries,
    };
  });
}

function carried(path: string, { words, block }: Statement): Carried {
  const names = words.map(({ text }) => text);
  const networks = [...names.join(" ").matchAll(/\baddress ([\da-f.:]+)(?: ?\/(\d+))?/gi)].map(([, address, prefix]) => `${address!}/${prefix ?? (address!.includes(":") ? "128" : "32")}`);
  const location = { path, range: { start: words[0]!.range.start, end: words.at(-1)!.range.end } };
  const inner = block!.statements;
  const group = said(path, inner, "pfs_group", ([text]) => text)?.value;
  const esp = said(path, inner, "encryption_algorithm", (ciphers) => {
    const hashes = said(path, inner, "authentication_algorithm", listed)?.value;
    const one = hashes && racoonAlgorithms(listed(ciphers), hashes, group);
    return one && [one];
  });
  const lifetime = said(path, inner, "lifetime", lifetimeOf);
  return {
    name: names.join(" "), ...(networks.length === 2 && { near: { value: [networks[0]!], location }, far: { value: [networks[1]!], location } }),
    ...(esp && { esp }), ...(lifetime && { lifetime }),
  };
}

function ofProposal(statements: readonly Statement[]): ReturnType<typeof racoonAlgorithms> {
  const value = (keyword: string): string | undefined => {
    const found = statements.find(({ words }) => words[0]!.text === keyword);
    return found === undefined || found.conditional || found.words.some(({ hidden }) => hidden) ? undefined : found.words.slice(1).map(({ text }) => text).join(" ");
  };
  const [cipher, hash, group] = [value("encryption_algorithm"), value("hash_algorithm"), value("dh_group")];
  return cipher === undefined || hash === undefined || group === undefined ? undefined : racoonAlgorithms([cipher], [hash], group);
}

const listed = (words: readonly string[]): string[] => words.join(" ").split(",").map((one) => one.trim());

function said<T>(path: string, statements: readonly Statement[], keyword: string, read: (words: readonly [string, ...string[]]) => T | undefined): Said<T> | undefined {
  const found = statements.findLast(({ words }) => words[0]!.text === keyword);
  if (found === undefined || found.conditional || found.words.length < 2 || found.words.some(({ hidden }) => hidden)) return undefined;
  const value = read(found.words.slice(1).map(({ text }) => text) as [string, ...string[]]);
  return value === undefined ? undefined : { value, location: { path, range: found.range } };
}

function identifier(words: readonly string[]): string | undefined {
  return words.length === 2 && /^(?:address|fqdn|user_fqdn)$/.test(words[0]!) ? words[1]! : undefined;
}

function lifetimeOf(words: readonly string[]): number | undefined {
  return words[0] === "time" && words[1] !== undefined ? racoonSeconds(words[1], words[2]) : undefined;
}

function proofOf(text: string): Proof | undefined {
  return text === "pre_shared_key" ? "a pre-shared key" : /^(?:rsasig|dsssig)$/.test(text) ? "a certificate or public key" : undefined;
}
