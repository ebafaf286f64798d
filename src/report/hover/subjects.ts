import type { EffectiveLine, OptionHover } from "../../model/ceph/language/hover.ts";
import type { FirewallHover, Piece, Section } from "../../model/firewall/language/hover.ts";
import type { EffectiveValue, KeyHover } from "../../model/kernel/language/hover.ts";
import type { Translate } from "../reviewed.ts";
import type { LinkTo } from "./markdown.ts";
import { codeBlock, escape, linked } from "./markdown.ts";

/** Nobody reads more values in a hover. */
const MOST_VALUES = 5;

/** What there is to say of a place in a firewall file, in Markdown. */
export function firewallMarkdown({ sections }: FirewallHover, linkTo: LinkTo): string {
  return sections.map((section) => sectionMarkdown(section, linkTo)).join("\n\n---\n\n");
}

function sectionMarkdown({ heading, code, lines }: Section, linkTo: LinkTo): string {
  const said = (pieces: readonly Piece[]): string => pieces.map((piece) => pieceMarkdown(piece, linkTo)).join("");
  // Bold would end at a piece of code that touches it, so only plain headings are bold.
  let text = heading.length === 1 && typeof heading[0] === "string" ? `**${escape(heading[0])}**` : said(heading);
  if (code !== undefined) text += codeBlock(code, "premortem-nftables");
  if (lines.length > 0) text += `${code === undefined ? "\n\n" : ""}${lines.map(said).join("  \n")}`;
  return text;
}

function pieceMarkdown(piece: Piece, linkTo: LinkTo): string {
  if (typeof piece === "string") return escape(piece);
  if ("code" in piece) return piece.code.includes("`") ? escape(piece.code) : `\`${piece.code}\``;
  return `[${escape(piece.text)}](${linkTo(piece.at).address})`;
}

/** What a sysctl is for, and what hosts end up with, in Markdown. */
export function sysctlMarkdown({ key, lines, effective }: KeyHover, linkTo: LinkTo, t: Translate): string {
  return [`**${escape(key)}**`, ...lines.map(escape), ...effective.slice(0, MOST_VALUES).map((one) => valueMarkdown(one, linkTo, t))].join("\n\n");
}

function valueMarkdown({ value, reason, hosts, elsewhere }: EffectiveValue, linkTo: LinkTo, t: Translate): string {
  const where = hosts.length === 1 ? t("On {0}", escape(hosts[0]!)) : t("On {0} hosts", hosts.length);
  if (value === undefined) return t("{0}, not known: {1}.", where, escape(reason ?? ""));
  return elsewhere === undefined ? t("{0}: {1}, by this line.", where, escape(value)) : t("{0}: {1}, by {2}.", where, escape(value), linked(linkTo, elsewhere));
}

/** What a Ceph option is for, and what is in effect for daemons, in Markdown. */
export function cephMarkdown({ option, lines, effective }: OptionHover, linkTo: LinkTo, t: Translate): string {
  return [`**${escape(option)}**`, ...lines.map(escape), ...effective.map((one) => effectMarkdown(one, linkTo, t))].join("\n\n");
}

function effectMarkdown({ daemons, value, elsewhere, note }: EffectiveLine, linkTo: LinkTo, t: Translate): string {
  const said = value === undefined ? t("not known") : escape(value);
  const sentence = elsewhere === undefined ? t("In effect for {0}: {1}.", escape(daemons), said) : t("In effect for {0}: {1}, by {2}.", escape(daemons), said, linked(linkTo, elsewhere));
  return `${sentence}${note === undefined ? "" : ` ${escape(note)}.`}`;
}

/** What a setting is for, or a connection does, in Markdown: a title with plain sentences below it. */
export function titledMarkdown({ title, lines }: { readonly title: string; readonly lines: readonly string[] }): string {
  return [`**${escape(title)}**`, ...lines.map(escape)].join("\n\n");
}
