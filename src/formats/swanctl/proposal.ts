/**
 * The words of strongSwan's proposals (proposal_keywords_static.txt, 5.9 and 6.0), by what they name; `aead`: encryption that
 * brings its own integrity. They are in small letters only.
 */
const WORDS: readonly (readonly [Transform, RegExp])[] = [
  ["aead", /^(?:aes(?:128|192|256)(?:[cg]cm(?:8|64|12|96|16|128)?|gmac)|camellia(?:128|192|256)ccm(?:8|64|12|96|16|128)|chacha20poly1305(?:compat)?)$/],
  ["encryption", /^(?:null|3?des|cast128|(?:aes|camellia|serpent|twofish|blowfish)(?:128|192|256)?|(?:aes|camellia)(?:128|192|256)ctr)$/],
  ["integrity", /^(?:sha1?|sha1_160|sha(?:2_)?256(?:_96)?|sha(?:2_)?(?:384|512)|md5(?:_128)?|aesxcbc|aescmac|camelliaxcbc)$/],
  ["prf", /^prf(?:md5|sha1|sha256|sha384|sha512|aesxcbc|aescmac|camelliaxcbc)$/],
  ["group", /^(?:ke[1-7]_)?(?:none|modp(?:none|null|768|1024|1536|2048|3072|4096|6144|8192|1024s160|2048s224|2048s256)|ecp(?:192|224|256|384|521|224bp|256bp|384bp|512bp)|(?:curve|x)(?:25519|448)|newhope(?:128)?|ntru(?:112|128|192|256)|mlkem(?:512|768|1024)|kyber[135]|ntrup[135]|ntrur3|saber[135]|bike[135]|frodo[as][135]|hqc[135]|sike[1235])$/],
  ["esn", /^(?:no)?esn$/],
];

/** What a word of a proposal names. */
export type Transform = "aead" | "encryption" | "integrity" | "prf" | "group" | "esn";

/** Integrity from which no pseudo-random function follows, so that IKE needs one by name. */
const NO_PRF = /^(?:sha(?:2_)?256_96)$/;

/** What `word` of a proposal names; undefined: strongSwan knows no such word. */
export function transformOf(word: string): Transform | undefined {
  return WORDS.find(([, pattern]) => pattern.test(word))?.[0];
}

/**
 * Why strongSwan refuses one proposal (`aes256-sha256-modp2048`) for IKE, ESP or AH, as the end of a sentence; undefined: it
 * takes it. libstrongswan: proposal.c, check_proposal.
 */
export function proposalFault(text: string, protocol: "ike" | "esp" | "ah"): string | undefined {
  if (text.toLowerCase() === "default") return undefined;
  const words = text.split("-").filter((word) => word !== "");
  const kinds = new Set<Transform>();
  for (const word of words) {
    const kind = transformOf(word);
    if (kind === undefined) return `${word} is no algorithm that it knows`;
    kinds.add(kind);
  }
  if (protocol === "ah") return kinds.has("integrity") ? undefined : "AH needs an integrity algorithm, such as sha256";
  if (!kinds.has("encryption") && !kinds.has("aead")) return "an encryption algorithm is missing, such as aes256";
  if (kinds.has("encryption") && kinds.has("aead")) return "ciphers that authenticate themselves and others cannot stand in one proposal";
  if (protocol === "esp") return undefined;
  if (kinds.has("encryption") && !kinds.has("integrity")) return "an integrity algorithm is missing, such as sha256";
  const derived = words.some((word) => transformOf(word) === "integrity" && !NO_PRF.test(word));
  if (!kinds.has("prf") && !derived) return "a pseudo-random function is missing, such as prfsha256";
  const groups = words.filter((word) => transformOf(word) === "group" && !/^(?:none|modpnone|ke\d_.*)$/.test(word));
  return groups.length > 0 ? undefined : "a key exchange is missing, such as x25519 or modp2048";
}
