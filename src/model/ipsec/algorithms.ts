import { transformOf } from "../../formats/swanctl/proposal.ts";

/** One proposal, as the algorithms that it offers of each kind, under one name each whatever daemon names them. */
export interface Algorithms {
  readonly text: string;
  readonly encryption: ReadonlySet<string>;
  readonly integrity: ReadonlySet<string>;
  readonly prf: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  /** The cipher authenticates itself. */
  readonly aead: boolean;
}

const GROUP_NAMES: Record<string, string> = {
  "1": "modp768", "2": "modp1024", "5": "modp1536", "14": "modp2048", "15": "modp3072", "16": "modp4096", "17": "modp6144", "18": "modp8192",
  "19": "ecp256", "20": "ecp384", "21": "ecp521", "22": "modp1024s160", "23": "modp2048s224", "24": "modp2048s256", "31": "curve25519",
};

/** What strongSwan's `aes256-sha256-modp2048` offers; undefined where a word of it is not known or it stands for a default. */
export function strongswanAlgorithms(text: string): Algorithms | undefined {
  return algorithms(text, text.replace(/!$/, "").split("-"));
}

/** What Libreswan's `aes_gcm256-sha2_512;modp2048` offers; undefined where a word of it is not known, or left to it. */
export function libreswanAlgorithms(text: string): Algorithms | undefined {
  const words = text.toLowerCase().split(/[-;+]/).map((word) => {
    const group = /^dh(\d+)$/.exec(word)?.[1];
    if (group !== undefined) return GROUP_NAMES[group] ?? word;
    const gcm = /^aes_gcm(?:_c|_16)?_?(128|192|256)$/.exec(word)?.[1];
    if (gcm !== undefined) return `aes${gcm}gcm16`;
    return /^sha2_(?:256|384|512)$/.test(word) ? word.replace("2_", "") : word === "sha2" ? "sha256" : word;
  });
  // An algorithm without its length stands for several of them.
  return words.includes("aes") || words.includes("aes_gcm") ? undefined : algorithms(text, words);
}

/** What racoon offers: `aes 256`, `sha256`, DH group 14 or `modp2048`. */
export function racoonAlgorithms(encryption: readonly string[], integrity: readonly string[], group: string | undefined): Algorithms | undefined {
  const ciphers = encryption.map((one) => (one === "3des" ? "3des" : one.replace(/^rijndael/, "aes").replace(" ", "")));
  // Without its length a cipher has its default, which differs by cipher and peer.
  if (ciphers.some((one) => !/^(?:3des|(?:aes|camellia)(?:128|192|256))$/.test(one))) return undefined;
  const hashes = integrity.map((one) => one.replace(/^hmac_/, "").replace(/^sha2_/, "sha"));
  return algorithms([...encryption, ...integrity, ...(group === undefined ? [] : [group])].join(", "), [...ciphers, ...hashes, ...(group === undefined ? [] : [GROUP_NAMES[group] ?? group])]);
}

function algorithms(text: string, words: readonly string[]): Algorithms | undefined {
  const found = { encryption: new Set<string>(), integrity: new Set<string>(), prf: new Set<string>(), groups: new Set<string>() };
  let aead = false;
  for (const word of words) {
    const kind = transformOf(word);
    if (kind === undefined) return undefined;
    if (kind === "aead" || kind === "encryption") found.encryption.add(canonical(word));
    if (kind === "aead") aead = true;
    if (kind === "integrity") found.integrity.add(canonical(word));
    if (kind === "prf") found.prf.add(canonical(word));
    if (kind === "group" && !/^(?:none|modpnone|ke\d)/.test(word)) found.groups.add(canonical(word));
  }
  if (found.encryption.size === 0) return undefined;
  if (found.prf.size === 0) for (const one of found.integrity) found.prf.add(`prf${one}`);
  return { text, aead, ...found, integrity: aead ? new Set() : found.integrity };
}

function canonical(word: string): string {
  const bits: Record<string, string> = { "64": "8", "96": "12", "128": "16", "": "16" };
  const combined = /^(aes|camellia)(\d+)([cg]cm)(\d*)$/.exec(word);
  if (combined) return `${combined[1]!}${combined[2]!}${combined[3]!}${bits[combined[4]!] ?? combined[4]!}`;
  if (/^(?:aes|camellia|serpent|twofish|blowfish)$/.test(word)) return `${word}128`;
  const names: Record<string, string> = { sha: "sha1", sha2_256: "sha256", sha2_384: "sha384", sha2_512: "sha512", x25519: "curve25519", x448: "curve448" };
  return names[word] ?? word;
}

const meet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].some((one) => b.has(one));

/** Whether two ends that offer these for IKE can agree on one of each kind. */
export function agreeForIke(a: Algorithms, b: Algorithms): boolean {
  if (!meet(a.encryption, b.encryption) || (a.groups.size > 0 && b.groups.size > 0 && !meet(a.groups, b.groups))) return false;
  if (a.prf.size > 0 && b.prf.size > 0 && !meet(a.prf, b.prf)) return false;
  return a.aead !== b.aead ? false : a.aead || meet(a.integrity, b.integrity);
}

/** The same for what is carried, where the group for PFS is negotiated apart. */
export function agreeForEsp(a: Algorithms, b: Algorithms): boolean {
  if (!meet(a.encryption, b.encryption)) return false;
  return a.aead || b.aead || meet(a.integrity, b.integrity) || (a.integrity.size === 0 && b.integrity.size === 0);
}

/** Whether the groups for PFS agree: both have none, or one in common. */
export function agreeOnGroups(a: readonly Algorithms[], b: readonly Algorithms[]): boolean {
  return a.some((one) => b.some((other) => agreeForEsp(one, other) && ((one.groups.size === 0 && other.groups.size === 0) || meet(one.groups, other.groups))));
}
