/** What nft refuses and we do not, kind by kind, each with the reason. `message` is nft's, `line` the text that it is about. */
export interface Exception {
  readonly message: RegExp;
  readonly line: RegExp;
  readonly why: string;
}

/** Refused files. The recorded verdicts are those of nft 1.0.6. */
export const FILES: readonly Exception[] = [
  { message: /unexpected (table|chain|rule|set|map|element|flowtable|counter|quota|limit), expecting string/, line: /^\s*destroy\b/, why: "destroy came with 1.0.7" },
  { message: /unexpected '\{', expecting string/, line: /^\s*(chain|set|map)\s+\S+\s*\{/, why: "a part of a table in a file of its own, which another file includes: alone it is not loaded" },
  { message: /unexpected semicolon, expecting string/, line: /^\s*counter;/, why: "a rule in a file of its own, which another file includes" },
  { message: /invalid priority expression/, line: /hook (output priority dstnat|input priority srcnat)/, why: "1.0.8 takes dstnat at output and srcnat at input" },
  { message: /unexpected '\{', expecting end of file/, line: /^\s*delete chain\b/, why: "newer versions take devices away with a block behind delete chain" },
  { message: /Missing `device'/, line: /hook ingress/, why: "newer versions take chains of the netdev family without a device" },
  { message: /unexpected devices/, line: /^\s*devices = \{/, why: "newer versions take devices on a line of their own" },
  { message: /unexpected limit/, line: /typeof .*: limit/, why: "newer versions take objects behind typeof" },
  { message: /unexpected string/, line: /^\s*last\s*$/, why: "newer versions take last in a set" },
  { message: /expected concatenation of/, line: /update @\S+ \{ .*ct original proto-dst/, why: "1.0.6 refuses its own dump; later versions load it" },
];

/** Refused single rules. */
export const RULES: readonly Exception[] = [
  { message: /^/, line: /@set\d+/, why: "the set is declared outside of the rule" },
  { message: /^/, line: /(counter|quota|limit) name "/, why: "the object is declared, or not, outside of the rule" },
  { message: /^/, line: /^ct mark original$/, why: "names of marks are in files of the host" },
];

/** Where our model and the kernel's listing say the same in different ways, or one of them cannot say it. */
export const MEANING: readonly { readonly why: string; readonly alike: (kernel: string, ours: string) => boolean }[] = [
  { why: "the chains of a dormant table are not hooked, so the model gives them no hook", alike: (kernel, ours) => ours === "" && /^(filter|nat|route) /.test(kernel) },
  { why: "users, groups and services are named in files of the host", alike: (kernel, ours) => sameButUnknown(kernel, ours, /^(meta (skuid|skgid)|(tcp|udp|th) [sd]port)!?=/) },
  { why: "the listing leaves out the protocol before a translation of ports", alike: (kernel, ours) => /; (snat|dnat|masquerade|redirect)\b/.test(kernel) && ours.replace(/meta l4proto=(6|17); /, "") === kernel },
];

/** Whether two rules are the same but for values that ours does not know of fields that `may` names. */
function sameButUnknown(kernel: string, ours: string, may: RegExp): boolean {
  const [one, two] = [kernel.split("; "), ours.split("; ")];
  return one.length === two.length && two.every((part, i) => part === one[i] || (part.endsWith("=?") && may.test(part) && one[i]!.startsWith(part.slice(0, -1))));
}
