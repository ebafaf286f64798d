/** What an ESP packet has around its payload, in bytes. */
interface EspTransform {
  readonly iv: number;
  /** Payload, pad length and next header together are a multiple of this. */
  readonly block: number;
  readonly icv: number;
}

/** Initialisation vectors and blocks: RFC 3602 (CBC), 3686 (CTR), 4106 (GCM), 4309 (CCM), 7634 (ChaCha20-Poly1305), 2451, 2410. */
const CIPHERS: readonly { readonly name: RegExp; readonly iv: number; readonly block: number; readonly icv?: (match: RegExpExecArray) => number }[] = [
  { name: /^aes(?:128|192|256)?[-_]?(?:gcm|ccm)[-_]?(\d+)?(?:[-_]?icv)?$/, iv: 8, block: 4, icv: (match) => tag(match[1]) },
  { name: /^aes[-_](?:gcm|ccm)(?:[-_](?:a|b|c|128|192|256|null))?[-_]?(8|12|16)?$/, iv: 8, block: 4, icv: (match) => tag(match[1]) },
  { name: /^aes(?:128|192|256)?gmac$|^null[-_]auth[-_]aes[-_]gmac$/, iv: 8, block: 4, icv: () => 16 },
  { name: /^chacha20[-_]?poly1305$/, iv: 8, block: 4, icv: () => 16 },
  { name: /^aes[-_]?(?:128|192|256)?[-_]?ctr$/, iv: 8, block: 4 },
  { name: /^(?:aes|rijndael|camellia|serpent|twofish)[-_]?(?:cbc)?[-_]?(?:128|192|256)?$/, iv: 16, block: 16 },
  { name: /^(?:3des|des|blowfish|cast128)[-_]?(?:cbc)?[-_]?\d*$/, iv: 8, block: 8 },
  { name: /^null$/, iv: 0, block: 4 },
];

/** Truncated lengths: RFC 2403 and 2404 (96 bits), 4868 (half the hash), 3566, 4494. */
const INTEGRITY: readonly { readonly name: RegExp; readonly icv: number }[] = [
  { name: /^(?:hmac[-_])?(?:md5|sha1?|aesxcbc|aescmac|aes[-_]xcbc)(?:[-_]96)?$/, icv: 12 },
  { name: /^(?:hmac[-_])?sha(?:2[-_])?256[-_]?96$/, icv: 12 },
  { name: /^(?:hmac[-_])?sha(?:2[-_])?256(?:[-_]128)?$/, icv: 16 },
  { name: /^(?:hmac[-_])?sha(?:2[-_])?384(?:[-_]192)?$/, icv: 24 },
  { name: /^(?:hmac[-_])?sha(?:2[-_])?512(?:[-_]256)?$/, icv: 32 },
];

/** Of proposals in use: AES-GCM with 8 bytes of ICV asks least, AES-CBC with SHA-512 most. */
const LEAST: EspTransform = { iv: 8, block: 4, icv: 8 };
const MOST: EspTransform = { iv: 16, block: 16, icv: 32 };

/**
 * What ESP in tunnel mode adds to the largest packet that fits into `underlay` bytes: `outer` for the headers in front of
 * it, 8 for SPI and sequence number, the vector, padding with its 2 bytes, the ICV (RFC 4303 section 2). `proposal` is
 * written as strongSwan, Libreswan or racoon write one; without it, or with several, a range.
 */
export function espOverhead(outer: number, underlay: number, proposal?: string): { least: number; most: number } {
  const transforms = (proposal?.split(",") ?? []).map((one) => transformOf(one.trim()));
  if (transforms.length === 0 || transforms.includes(undefined)) {
    return { least: lost(outer, underlay, LEAST), most: lost(outer, underlay, MOST) };
  }
  const bytes = transforms.map((transform) => lost(outer, underlay, transform!));
  return { least: Math.min(...bytes), most: Math.max(...bytes) };
}

function lost(outer: number, underlay: number, { iv, block, icv }: EspTransform): number {
  const room = underlay - outer - 8 - iv - icv;
  const payload = Math.floor(room / block) * block - 2;
  return payload > 0 ? underlay - payload : outer + 8 + iv + icv + block + 1;
}

/** `aes256-sha256-modp2048`, `aes128gcm16-ecp256`, `aes_gcm256-null`: the first word that is a cipher, the first that is an integrity check. */
function transformOf(proposal: string): EspTransform | undefined {
  const words = proposal.toLowerCase().replace(/!$/, "").split(/[-;+]/);
  const [cipher, at] = firstOf(words) ?? [];
  if (cipher === undefined || at === undefined) return undefined;
  if (cipher.icv !== undefined) return { iv: cipher.iv, block: cipher.block, icv: cipher.icv };
  const integrity = words.slice(at + 1).map((word) => INTEGRITY.find(({ name }) => name.test(word))).find((found) => found !== undefined);
  return integrity && { iv: cipher.iv, block: cipher.block, icv: integrity.icv };
}

function firstOf(words: readonly string[]): [{ iv: number; block: number; icv?: number }, number] | undefined {
  for (const [index, word] of words.entries()) {
    for (const { name, iv, block, icv } of CIPHERS) {
      const match = name.exec(word);
      if (match !== null) return [{ iv, block, ...(icv && { icv: icv(match) }) }, index];
    }
  }
  return undefined;
}

/** The tag of GCM and CCM is named in bytes or in bits; 16 bytes where none is. */
function tag(text: string | undefined): number {
  const number = Number(text ?? 16);
  return [64, 96, 128].includes(number) ? number / 8 : [8, 12, 16].includes(number) ? number : 16;
}
