import { nearest } from "../../engine/similar.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { SyntaxProblem } from "../../formats/format.ts";
import type { IpsecConfTree, Section, Setting } from "../../formats/ipsec-conf/index.ts";
import type { Workspace } from "../workspace.ts";
import type { Implementation } from "./connection.ts";
import { implementationOf } from "./implementation.ts";
import type { KeywordKind, Keywords, Place } from "./ipsec-conf-keywords.ts";
import { LIBRESWAN_KEYWORDS, STRONGSWAN_KEYWORDS } from "./ipsec-conf-keywords.ts";
import { sectionsBeside } from "./ipsec-conf-layers.ts";

type Reader = Exclude<Implementation, "racoon">;
type Problem = SyntaxProblem;

const KEYWORDS: { readonly [R in Reader]: Keywords } = { strongswan: STRONGSWAN_KEYWORDS, libreswan: LIBRESWAN_KEYWORDS };
const NAMES: { readonly [R in Reader]: string } = { strongswan: "strongSwan", libreswan: "Libreswan" };

/**
 * What the daemon that reads an ipsec.conf refuses or passes over in it: keywords that it does not know, values that it does
 * not take. Where it is not told which daemon reads the file, only what both refuse.
 */
export function ipsecConfFaults(workspace: Workspace, path: string): readonly Problem[] {
  const document = workspace.document(path);
  if (document?.language !== "ipsec-conf" || document.errors.length > 0) return [];
  const { sections, includes } = document.tree as IpsecConfTree;
  const beside = sectionsBeside(workspace, path);
  const implementation = implementationOf(workspace, beside, path);
  const readers: readonly Reader[] = isUnknown(implementation) || implementation === "racoon" ? ["strongswan", "libreswan"] : [implementation];
  const problems = sections.flatMap((section) => inSection(section, readers));
  // What an include brings is not known, nor what a file under another name is included beside.
  if (includes.length > 0 || isUnknown(implementation) || !/(?:^|\/)ipsec\.conf(?:\.\w+)?$/.test(path)) return problems;
  const names = new Set(beside.map(({ section }) => section.name?.text));
  const templated = beside.some(({ section }) => section.name?.hidden === true);
  for (const { type, settings } of templated ? [] : sections) {
    for (const { key, value } of settings) {
      if (type.text !== "conn" || key.text.toLowerCase() !== "also" || value === undefined || value.hidden || names.has(value.text)) continue;
      problems.push({ range: value.range, certain: implementation === "libreswan", message: `No conn ${value.text} is written here: ${implementation === "libreswan" ? "Libreswan does not load this connection" : "nothing is taken over from it"}. Correct the name.` });
    }
  }
  return problems.sort((a, b) => a.range.start - b.range.start);
}

function inSection(section: Section, readers: readonly Reader[]): Problem[] {
  const { text } = section.type;
  if (section.type.hidden || (text !== "conn" && text !== "config" && text !== "ca")) return [];
  const seen = new Map<string, Setting>();
  const last = new Map<string, number>();
  for (const { key, range, conditional } of section.settings) last.set(key.text, conditional ? (last.get(key.text) ?? -1) : range.start);
  return section.settings.flatMap((setting) => {
    const { key, value, conditional } = setting;
    if (key.hidden) return [];
    const name = key.text.toLowerCase();
    const twice = readers.includes("libreswan") && readers.length === 1 && text === "conn" && name !== "also" && seen.has(name) && !conditional && !seen.get(name)!.conditional;
    if (!/^x[-_]/.test(name)) seen.set(name, setting);
    // Of two lines strongSwan takes the last.
    const replaced = last.get(key.text)! > setting.range.start;
    const found = readers.map((reader) => (replaced && reader === "strongswan" ? undefined : fault(setting, text, reader)));
    const first = found[0];
    if (first !== undefined && found.every((one) => one !== undefined && one.about === first.about)) {
      const { about, ...problem } = found.find((one) => one?.certain === false) ?? first;
      return about === "keyword" || value !== undefined ? [problem] : [];
    }
    if (!twice) return [];
    return [{ range: setting.range, certain: true, message: `${key.text} is written twice in this conn: Libreswan then does not load the connection. Remove one of them.` }];
  });
}

function fault({ key, value }: Setting, section: string, reader: Reader): (Problem & { readonly about: "keyword" | "value" }) | undefined {
  const keywords = KEYWORDS[reader];
  const name = key.text.toLowerCase();
  if (/^x[-_]/.test(name) && reader === "libreswan") return undefined;
  const kind = kindOf(keywords, name, section);
  if (kind === undefined) {
    const known = [...keywords.setup.keys(), ...keywords.conn.keys(), ...keywords.ca.keys(), ...[...keywords.end.keys()].flatMap((one) => [`left${one}`, `right${one}`])];
    const meant = nearest(key.text, known.filter((one) => kindOf(keywords, one, section) !== undefined));
    const effect = reader === "libreswan" ? "refuses the whole file" : "passes over the setting";
    const advice = meant === undefined ? "Remove it." : `Did you mean ${meant}?`;
    return {
      about: "keyword",
      range: key.range,
      // Releases add keywords: one that resembles none may be of a newer release.
      certain: reader === "libreswan" && meant !== undefined,
      message: `${NAMES[reader]} knows no keyword ${key.text} and ${effect}. ${advice}`,
      ...(meant !== undefined && { edits: [{ range: key.range, newText: meant }] }),
    };
  }
  if (value === undefined || value.hidden) return undefined;
  const bare = value.range.end - value.range.start === value.text.length;
  if (reader === "libreswan" && bare && /^[^{]*\s/.test(value.text)) {
    return { about: "value", range: value.range, certain: true, message: `A value of several words needs quotes: Libreswan refuses the whole file. Put ${key.text}'s value into quotes.`, edits: [{ range: value.range, newText: `"${value.text}"` }] };
  }
  const reason = refused(value.text, kind, reader);
  if (reason === undefined) return undefined;
  const whole = section === "config" || (reader === "libreswan" && kind !== "authby");
  return { about: "value", range: value.range, certain: true, message: `${NAMES[reader]} does not take this value of ${key.text}: ${reason}. ${whole ? "It refuses the whole file" : "It does not load the connection"}. Correct it.` };
}

function kindOf(keywords: Keywords, name: string, section: string): KeywordKind | undefined {
  const end = /^(?:left|right)(.*)$/.exec(name)?.[1];
  const place: Place = section === "config" ? "setup" : section === "ca" ? "ca" : "conn";
  if (place === "conn" && end !== undefined && keywords.end.has(end)) return keywords.end.get(end);
  // What belongs to an end may be written for both of them, and what belongs elsewhere is a known word all the same.
  return keywords[place].get(name) ?? (place === "conn" ? keywords.end.get(name) ?? (keywords.setup.has(name) ? "text" : undefined) : keywords.conn.has(name) || keywords.end.has(end ?? "-") ? "text" : undefined);
}

/** Why a value is refused, as the end of a sentence. */
function refused(text: string, kind: KeywordKind, reader: Reader): string | undefined {
  if (typeof kind !== "string") {
    const word = reader === "libreswan" ? text.toLowerCase() : text;
    return kind.includes(word) ? undefined : `it is one of ${kind.join(", ")}`;
  }
  switch (kind) {
    case "time":
      return /^\s*[+-]?\d*[smhd]?$/.test(text) ? undefined : "it takes one number with s, m, h or d behind it, such as 30s or 1h";
    case "boolean":
      return /^(?:y|yes|n|no|true|false|on|off)$/i.test(text) ? undefined : "it is yes or no";
    case "percent":
      // Libreswan reads a word here as nothing and goes on; at a bare number it stops.
      return (reader === "libreswan" ? !/^\d+$/.test(text) : /^\d+%$/.test(text)) ? undefined : "it is a percentage, such as 100%";
    case "number":
      return /^[+-]?\d*$/.test(text) ? undefined : "it is a whole number";
    case "tries":
      return /^(?:%forever|[+-]?\d*)$/.test(text) ? undefined : "it is a number or %forever";
    case "authby":
      return text.split(/\s*,\s*/).every((word) => /^(?:never|null|secret|rsasig|rsa|ecdsa|eddsa|rsa-sha1|rsa-sha2(?:_(?:256|384|512))?|ecdsa-sha(?:1|2(?:_(?:256|384|512))?)|secret\|rsasig|rsasig\|secret)$/.test(word)) ? undefined : "it is secret, rsasig, ecdsa, null or never";
    case "binary":
      return /^[01]*$/.test(text) ? undefined : "it is binary digits, such as 101110";
    case "mark":
      return /^(?:[+-]?(?:0x[\da-f]+|\d+)|%unique(?:-dir)?)?(?:\/(?:0x[\da-f]+|\d+)?)?$/i.test(text) ? undefined : "it is a number, a number with a mask, %unique or %unique-dir";
    case "padding":
      return /^(?:%mtu|[+-]?\d*)$/.test(text) ? undefined : "it is a number of bytes or %mtu";
    case "protocol":
      return PROTOCOL.test(text) ? undefined : "it is a protocol, or a protocol and a port such as tcp/443";
    case "text":
      return undefined;
  }
}

/** Names of /etc/protocols that are carried; a port behind may have any name. */
const PROTOCOL = /^(?:%any|\d{1,3}|0x[\da-f]{1,2}|ip|icmp|igmp|ipencap|tcp|udp|dccp|ipv6|rsvp|gre|esp|ah|ipv6-icmp|ospf|ipip|etherip|pim|vrrp|l2tp|sctp|udplite|mpls-in-ip)?(?:\/.*)?$/i;
