import type { Hover, Position } from "vscode-languageserver/node";
import { MarkupKind } from "vscode-languageserver/node";
import { rules } from "../core.ts";
import type { Range } from "../engine/location.ts";
import { optionHoverAt } from "../model/ceph/language/hover.ts";
import { configurationHover } from "../model/configuration/help.ts";
import { hoverAt } from "../model/firewall/language/hover.ts";
import { ipsecHoverAt } from "../model/ipsec/language/hover.ts";
import { keyHoverAt } from "../model/kernel/language/hover.ts";
import { lessonHover } from "../model/lesson/help/hover.ts";
import { lessonsOf } from "../model/lesson/lessons.ts";
import { english } from "../report/english.ts";
import { ruleMarkdown } from "../report/hover/finding.ts";
import { knownLesson, knownRule } from "../report/known.ts";
import { lessonMarkdown } from "../report/hover/lesson.ts";
import type { LinkTo } from "../report/hover/markdown.ts";
import { linked, plain } from "../report/hover/markdown.ts";
import { cephMarkdown, firewallMarkdown, titledMarkdown, sysctlMarkdown } from "../report/hover/subjects.ts";
import { isFirewall } from "./language.ts";
import type { Place } from "./projects.ts";
import type { Session } from "./session.ts";
import { placeOf, textsAround } from "./session.ts";

interface Part {
  readonly range: Range;
  readonly markdown: string;
}

/** What there is to say of a place: what is written there, then why a finding about it matters. */
export async function hover(session: Session, uri: string, position: Position): Promise<Hover | null> {
  const place = await placeOf(session, uri);
  if (place === undefined) return null;
  const { lines } = place.document;
  const offset = lines.offsetAt(position);
  const { linkTo } = textsAround(session, place);
  const parts = [...ofLanguage(place, offset, linkTo), ...ofFindings(session, place, offset, linkTo)];
  const value = parts.map(({ markdown }) => markdown).join("\n\n---\n\n");
  if (parts.length === 0) return null;
  const contents = session.client.markdown ? { kind: MarkupKind.Markdown, value } : { kind: MarkupKind.PlainText, value: plain(value) };
  return { contents, range: lines.rangeOf(parts[0]!.range) };
}

function ofLanguage(place: Place, offset: number, linkTo: LinkTo): Part[] {
  const { workspace, path } = place;
  const firewall = isFirewall(place) ? hoverAt(workspace, path, offset) : undefined;
  const key = keyHoverAt(workspace, path, offset);
  const option = optionHoverAt(workspace, path, offset);
  const ipsec = ipsecHoverAt(workspace, path, offset);
  const configured = workspace.language(path) === "premortem-config" ? configurationHover(place.document.text, offset, rules) : undefined;
  const lesson = workspace.language(path) === "lesson" ? lessonHover(place.document.text, offset) : undefined;
  return [
    ...(firewall ? [{ range: firewall.range, markdown: firewallMarkdown(firewall, linkTo) }] : []),
    ...(key ? [{ range: key.range, markdown: sysctlMarkdown(key, linkTo, english) }] : []),
    ...(option ? [{ range: option.range, markdown: cephMarkdown(option, linkTo, english) }] : []),
    ...(ipsec ? [{ range: ipsec.range, markdown: titledMarkdown(ipsec) }] : []),
    ...(configured ? [{ range: configured.range, markdown: titledMarkdown(configured) }] : []),
    ...(lesson ? [{ range: lesson.range, markdown: lessonMarkdown(lesson) }] : []),
  ];
}

function ofFindings({ findings }: Session, { workspace, path }: Place, offset: number, linkTo: LinkTo): Part[] {
  const here = findings.at(workspace, path).filter(({ location: { range } }) => range.start <= offset && offset <= range.end);
  const ranges = new Map(here.map(({ rule, location }) => [rule, location.range]));
  return [...ranges].flatMap(([id, range]) => {
    const rule = knownRule(workspace, id);
    if (rule === undefined) return [];
    const markdown = ruleMarkdown(id, rule, (lesson) => knownLesson(workspace, lesson), undefined, english);
    const file = rules.has(id) ? undefined : lessonsOf(workspace).all.get(rule.lessons[0] ?? "")?.path;
    // A shipped pack's lesson has no file to open.
    const written = file === undefined || !workspace.has(file) ? "" : `\n\nWritten in ${linked(linkTo, { path: file, range: { start: 0, end: 0 } })}`;
    return [{ range, markdown: markdown + written }];
  });
}
