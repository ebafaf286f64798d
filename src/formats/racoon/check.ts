import { nearest } from "../../engine/similar.ts";
import type { SyntaxProblem } from "../format.ts";
import type { Statement, Word } from "./tree.ts";

/** What the words behind a directive have to be; null: anything. */
type Arguments = RegExp | null;

const SWITCH = /^(?:on|off)$/;
const NUMBER = /^\d+$/;
const TIME = /^\d+ (?:secs?|seconds?|mins?|minutes?|hours?)$/;
const LIFETIME = /^time \d+ (?:secs?|seconds?|mins?|minutes?|hours?)$/;
const GROUP = /^(?:modp(?:768|1024|1536|2048|3072|4096|6144|8192)|[125]|1[4-8])$/;
const ADDRESS = /^[\da-f:.]+(?:%\w+)?(?:\s*\[\d+\])?$/i;

/** The directives of each block with their arguments (null: anything): cfparse.y and cftoken.l of ipsec-tools 0.8. */
const BLOCKS: { readonly [block: string]: { readonly [directive: string]: Arguments } } = {
  remote: {
    remote_address: ADDRESS, exchange_mode: /^(?:(?:main|base|aggressive)(?:\s*,\s*|\s+|$))+$/, doi: /^ipsec_doi$/, situation: /^(?:identity_only|secrecy|integrity)$/,
    my_identifier: null, peers_identifier: null, xauth_login: null, verify_identifier: SWITCH, certificate_type: null, ca_type: null, peers_certfile: null,
    verify_cert: SWITCH, send_cert: SWITCH, send_cr: SWITCH, match_empty_cr: SWITCH, nonce_size: NUMBER, generate_policy: /^(?:on|off|require|unique)$/,
    support_proxy: SWITCH, initial_contact: SWITCH, nat_traversal: /^(?:on|off|force)$/, proposal_check: /^(?:obey|strict|exact|claim)$/, passive: SWITCH,
    lifetime: LIFETIME, dpd: SWITCH, dpd_delay: NUMBER, dpd_retry: NUMBER, dpd_maxfail: NUMBER, ph1id: NUMBER, ike_frag: /^(?:on|off|force)$/, esp_frag: NUMBER,
    script: null, mode_cfg: SWITCH, weak_phase1_check: SWITCH, rekey: /^(?:on|off|force)$/, proposal: null,
  },
  proposal: {
    lifetime: LIFETIME, encryption_algorithm: /^(?:des|3des|blowfish|cast128|aes|rijndael|camellia|twofish|idea|3idea|rc[45]|des_iv(?:32|64)|null_enc|null)(?: \d+)?$/,
    hash_algorithm: /^(?:md5|sha1|sha(?:2_)?(?:256|384|512)|tiger)$/, dh_group: GROUP, gss_id: null, gssapi_id: null,
    authentication_method: /^(?:pre_shared_key|rsasig|dsssig|rsaenc|rsarev|gssapi_krb|hybrid_(?:rsa|dss)_(?:server|client)|xauth_(?:psk|rsa)_(?:server|client))$/,
  },
  sainfo: {
    pfs_group: GROUP, remoteid: NUMBER, lifetime: LIFETIME, my_identifier: null,
    encryption_algorithm: /^(?:(?:des|3des|blowfish|cast128|aes|rijndael|camellia|twofish|idea|3idea|rc[45]|des_iv(?:32|64)|null_enc|null)(?: \d+)?(?:\s*,\s*|$))+$/,
    authentication_algorithm: /^(?:(?:hmac_md5|hmac_sha1|hmac_sha(?:2_)?(?:256|384|512)|des_mac|kpdk|non_auth)(?: \d+)?(?:\s*,\s*|$))+$/,
    compression_algorithm: /^(?:(?:deflate|lzs|oui)(?:\s*,\s*|$))+$/,
  },
  timer: { counter: NUMBER, interval: TIME, persend: NUMBER, phase1: TIME, phase2: TIME, natt_keepalive: TIME },
  padding: { randomize: SWITCH, randomize_length: SWITCH, maximum_length: NUMBER, strict_check: SWITCH, exclusive_tail: SWITCH },
};

const TOP = new Set("path include padding complex_bundle listen timer privsep gss_id_enc pfkey_buffer remote sainfo log mode_cfg ldapcfg radiuscfg".split(" "));

/** What an association has to say for each sainfo: racoon refuses the file otherwise. */
const NEEDED = ["encryption_algorithm", "authentication_algorithm", "compression_algorithm"];
const NEEDED_IN_PROPOSAL = ["encryption_algorithm", "hash_algorithm", "authentication_method", "dh_group"];

/** What `racoon` refuses besides the shape of the text: unknown directives, values that it does not take, what is missing. */
export function checkRacoon(statements: readonly Statement[]): SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const problem = (words: readonly Word[], message: string, certain: boolean, newText?: string): void => {
    const range = { start: words[0]!.range.start, end: words.at(-1)!.range.end };
    problems.push({ range, message, certain, ...(newText !== undefined && { edits: [{ range, newText }] }) });
  };

  const unknown = (word: Word, known: Iterable<string>, where: string): void => {
    const meant = nearest(word.text, known);
    // A racoon with more patches may know more, so only a slip of the pen is certain.
    problem([word], `racoon knows no directive ${word.text} ${where}, and refuses the whole file. ${meant === undefined ? "Remove it." : `Did you mean ${meant}?`}`, meant !== undefined, meant);
  };
  const block = (name: string, inner: readonly Statement[]): void => {
    const known = BLOCKS[name];
    if (known === undefined) return;
    for (const statement of inner) {
      const [directive, ...rest] = statement.words as [Word, ...Word[]];
      if (directive.hidden || directive.quoted || directive.text === "include") continue;
      if (name === "remote" && directive.text === "dh_group") {
        problem([directive], "dh_group stands in a proposal, not in remote itself: racoon refuses the whole file. Move it there.", true);
      } else if (!Object.hasOwn(known, directive.text)) unknown(directive, Object.keys(known), `in ${name}`);
      else if (statement.block !== undefined) block(directive.text, statement.block.statements);
      else value(directive, rest, known[directive.text]!);
    }
  };
  const value = (directive: Word, rest: readonly Word[], expected: Arguments): void => {
    if (expected === null || rest.some(({ hidden }) => hidden)) return;
    const text = rest.map((word) => word.text).join(" ").replace(/\s*,\s*/g, ", ");
    if (expected.test(text)) return;
    if (directive.text === "lifetime" && rest[0]?.text === "byte") {
      problem(rest, "racoon no longer takes lifetimes in bytes, and refuses the whole file. Set a lifetime in time.", true);
      return;
    }
    const unit = (expected === LIFETIME || expected === TIME) && NUMBER.test(rest.at(-1)?.text ?? "");
    problem(rest.length > 0 ? rest : [directive], `racoon does not take this for ${directive.text}${unit ? ": a time needs its unit, such as sec, min or hour" : takes(expected)}. It refuses the whole file. Correct it.`, true);
  };
  const missing = (holder: readonly Word[], inner: readonly Statement[], needed: readonly string[], what: string): void => {
    if (inner.some(({ words }) => words[0]!.hidden || words[0]!.text === "include")) return;
    const lacking = needed.filter((one) => !inner.some(({ words }) => words[0]!.text === one));
    if (lacking.length === 0) return;
    problem([holder[0]!], `${what} needs ${lacking.join(", ")}: racoon refuses the whole file. Add ${lacking.length === 1 ? "it" : "them"}.`, true);
  };

  for (const { words, block: body } of statements) {
    const [directive] = words as [Word, ...Word[]];
    if (directive.hidden || directive.quoted || directive.text === "") continue;
    if (!TOP.has(directive.text)) {
      unknown(directive, TOP, "at the top");
      continue;
    }
    if (directive.text === "log" && words[1]?.hidden === false && !/^(?:error|warning|notify|info|debug2?)$/.test(words[1].text)) {
      problem([words[1]], "racoon logs at error, warning, notify, info, debug or debug2, and refuses the whole file over anything else. Correct it.", true);
    }
    if (body === undefined) continue;
    block(directive.text, body.statements);
    if (directive.text === "sainfo") missing(words, body.statements, NEEDED, "Each sainfo");
    for (const inner of directive.text === "remote" ? body.statements : []) {
      if (inner.words[0]!.text === "proposal" && inner.block) missing(inner.words, inner.block.statements, NEEDED_IN_PROPOSAL, "Each proposal");
    }
  }
  return problems.sort((a, b) => a.range.start - b.range.start);
}

function takes(expected: RegExp): string {
  if (expected === SWITCH) return ", only on or off";
  if (expected === NUMBER) return ", only a whole number";
  const words = /^\^\(\?:([\w|]+)\)\$$/.exec(expected.source)?.[1]?.split("|");
  return words === undefined ? "" : `, only ${words.slice(0, -1).join(", ")} or ${words.at(-1)!}`;
}

/** The directives that may stand in a block, or (undefined) at the top. */
export function directivesIn(block: string | undefined): readonly string[] {
  return block === undefined ? [...TOP] : Object.keys(BLOCKS[block] ?? {});
}

/** The words that a directive of a block takes; none where it takes numbers or anything. */
export function wordsFor(block: string | undefined, directive: string): readonly string[] {
  const expected = BLOCKS[block ?? ""]?.[directive];
  return /^\^\(\?:([a-z_|]+)\)\$$/.exec(expected?.source ?? "")?.[1]?.split("|") ?? [];
}
