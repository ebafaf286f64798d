import type { Range } from "../../engine/location.ts";
import { LineIndex } from "../../engine/location.ts";
import type { Format, Parsed } from "../format.ts";

/** One secret: whom it is for, what kind it is, and where it stands. What it is, nobody is told. */
export interface SecretEntry {
  /** Identities or addresses; none: for all. */
  readonly holders: readonly { readonly text: string; readonly range: Range }[];
  /** `PSK`, `RSA`, `XAUTH`, … in capitals; undefined: racoon's file of pre-shared keys names none. */
  readonly kind: string | undefined;
  /** From the first holder to the end of the secret's line. */
  readonly range: Range;
}

/** ipsec.secrets(5), or racoon's psk.txt. */
export interface IpsecSecretsTree {
  readonly entries: readonly SecretEntry[];
  readonly range: Range;
}

const KINDS = /^(?:psk|rsa|ecdsa|pkcs1[12]|xauth|eap|ntlm|pin|ppk|bliss|private|p12|pubkey|p8|pkcs8)$/i;

/**
 * The secrets of strongSwan, Libreswan and racoon. They are a language of their own so that nothing takes them for anything
 * else: no finding, hover or report is made of them.
 */
export const ipsecSecrets: Format<IpsecSecretsTree> = {
  language: "ipsec-secrets",
  recognise(path, head) {
    if (/(?:^|[/._-])ipsec[\w-]*\.secrets(?:\.[\w-]+)?$|(?:^|\/)ipsec\.d\/(?:.*\/)?[^/]+\.secrets$/.test(path)) return "name";
    if (/(?:^|\/)racoon\/(?:.*\/)?psk[^/]*$|(?:^|\/)psk\.txt$/.test(path)) return "name";
    return /^[^\n#:]*:[ \t]*(?:PSK|XAUTH|RSA|ECDSA|EAP)[ \t]+\S/m.test(head) && !/^\s*(?:conn|config|connections|-)\b/m.test(head) ? "content" : false;
  },
  parse: parseSecrets,
  comments: { openers: ["#"], inline: false },
};

function parseSecrets(text: string): Parsed<IpsecSecretsTree> {
  const lines = new LineIndex(text);
  const entries: SecretEntry[] = [];
  for (let number = 1; number <= lines.count; number++) {
    const range = lines.rangeOfLine(number);
    const line = text.slice(range.start, range.end);
    // A secret may go on in lines that begin with white space, and nothing in them is read.
    if (/^[\s#]|^$|^include\b/.test(line) && !/^\s*:/.test(line)) continue;
    const colon = /(?:^|\s):\s*(\w+)/.exec(line);
    const kind = colon !== null && KINDS.test(colon[1]!) ? colon[1]!.toUpperCase() : undefined;
    const before = colon === null ? /^\S+/.exec(line)?.[0] ?? "" : line.slice(0, colon.index);
    const holders = [...before.matchAll(/\S+/g)].map(({ 0: holder, index }) => ({ text: holder, range: { start: range.start + index, end: range.start + index + holder.length } }));
    if (colon === null ? /\s\S/.test(line) : true) entries.push({ holders, kind, range });
  }
  return { tree: { entries, range: { start: 0, end: text.length } }, errors: [] };
}
