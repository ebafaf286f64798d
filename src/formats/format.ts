import type { Range } from "../engine/location.ts";

/** Every language that a file can be recognised as. */
export const LANGUAGES = [
  "nftables",
  "iptables-save",
  "shell",
  "sysctl",
  "tuned",
  "nix",
  "modules-load",
  "ceph-conf",
  "systemd-unit",
  "networkd",
  "ifupdown",
  "network-manager",
  "wg-quick",
  "ansible-inventory-ini",
  "yaml",
  "swanctl",
  "strongswan-conf",
  "ipsec-conf",
  "ipsec-secrets",
  "racoon",
  "firewalld",
  "json",
  "csv",
  "version-pins",
  "libvirt",
  "apt-conf",
  "crontab",
  "update-settings",
  "premortem-config",
  "lesson",
] as const;

/** A format that Premortem reads. */
export type Language = (typeof LANGUAGES)[number];

/** A replacement in the text that is being parsed. */
export interface LocalEdit {
  readonly range: Range;
  readonly newText: string;
}

/** What the reference tool would refuse, or a reader of the text cannot take in. */
export interface SyntaxProblem {
  readonly range: Range;
  /** What is wrong, what happens, what to do. */
  readonly message: string;
  /** False where a template hides what would decide it. */
  readonly certain: boolean;
  /** A mend, where it is evident. */
  readonly edits?: readonly LocalEdit[];
}

/** A tree for every text, and what is wrong with the text. Every node of a tree has a `range`. */
export interface Parsed<T> {
  readonly tree: T;
  readonly errors: readonly SyntaxProblem[];
}

/** One file format: a folder in `formats/`, whose `index.ts` exports one of these. */
export interface Format<T> {
  readonly language: Language;
  /**
   * Whether `path` with the first 4 KiB `head` is of this format. `name`: its name or folder says so; `content`: only its
   * text does; false: it is not. A name wins over content; the registry's order decides between equals.
   */
  recognise(path: string, head: string): "name" | "content" | false;
  /** Never throws, and takes time linear in the text. */
  parse(text: string): Parsed<T>;
  /** What opens a comment, for suppressions. */
  readonly comments: { readonly openers: readonly string[]; readonly inline: boolean; readonly closer?: string };
}
