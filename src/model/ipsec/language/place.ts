import type { Range } from "../../../engine/location.ts";
import type { IpsecConfTree } from "../../../formats/ipsec-conf/index.ts";
import type { RacoonTree, Statement } from "../../../formats/racoon/index.ts";
import type { Level } from "../../../formats/swanctl/keys.ts";
import type { Entry, Section, SwanctlTree } from "../../../formats/swanctl/index.ts";
import type { Workspace } from "../../workspace.ts";

/** Where one is in a keying daemon's file. */
export interface IpsecPlace {
  readonly syntax: "swanctl" | "ipsec-conf" | "racoon";
  /** Names of the sections or blocks around, the outermost first. */
  readonly inside: readonly string[];
  /** Where the name of the connection that is around stands. */
  readonly connection?: Range;
  /** The setting at the place. */
  readonly setting?: { readonly key: string; readonly range: Range };
}

/** Where `offset` is; undefined in files of other kinds, and in sections that hold secrets. */
export function placeAt(workspace: Workspace, path: string, offset: number): IpsecPlace | undefined {
  const document = workspace.document(path);
  switch (document?.language) {
    case "swanctl":
      return inSwanctl((document.tree as SwanctlTree).entries, offset);
    case "racoon":
      return inRacoon((document.tree as RacoonTree).statements, offset);
    case "ipsec-conf":
      return inIpsecConf(document.tree as IpsecConfTree, offset);
    default:
      return undefined;
  }
}

const within = ({ start, end }: Range, offset: number): boolean => start <= offset && offset <= end;

function inSwanctl(entries: readonly Entry[], offset: number): IpsecPlace | undefined {
  const around: Section[] = [];
  for (let list = entries; ; ) {
    const section = list.find((entry): entry is Section => entry.kind === "section" && (within(entry.body, offset) || within(entry.name.range, offset)));
    if (section === undefined) break;
    around.push(section);
    if (!within(section.body, offset)) break;
    list = section.entries;
  }
  const inside = around.filter(({ body }) => within(body, offset)).map(({ name }) => name.text);
  if (inside[0] === "secrets") return undefined;
  const holder = inside.length > 0 ? around.find(({ body }, index) => index === inside.length - 1 && within(body, offset)) : undefined;
  const found = (holder?.entries ?? entries).find((entry) => entry.kind === "setting" && within(entry.range, offset));
  const connection = around[0]?.name.text === "connections" ? around[1] : around[0];
  return {
    syntax: "swanctl", inside, ...(connection && { connection: connection.name.range }),
    ...(found?.kind === "setting" && { setting: { key: found.key.text, range: found.range } }),
  };
}

function inRacoon(statements: readonly Statement[], offset: number): IpsecPlace {
  const inside: string[] = [];
  let connection: Range | undefined;
  for (let list = statements; ; ) {
    const found = list.find(({ range }) => within(range, offset));
    const [keyword, name] = found?.words ?? [];
    if (found === undefined || keyword === undefined) return { syntax: "racoon", inside, ...(connection && { connection }) };
    if (inside.length === 0 && keyword.text === "remote") connection = { start: keyword.range.start, end: (name ?? keyword).range.end };
    if (found.block === undefined) return { syntax: "racoon", inside, ...(connection && { connection }), setting: { key: keyword.text, range: found.range } };
    if (!within(found.block.body, offset)) return { syntax: "racoon", inside, ...(connection && { connection }) };
    inside.push(keyword.text);
    list = found.block.statements;
  }
}

function inIpsecConf({ sections }: IpsecConfTree, offset: number): IpsecPlace {
  const section = sections.findLast(({ range }) => range.start <= offset);
  const found = section?.settings.find(({ range }) => within(range, offset));
  return {
    syntax: "ipsec-conf", inside: section === undefined ? [] : [section.type.text],
    ...(section?.name && within(section.range, offset) && { connection: section.name.range }),
    ...(found && { setting: { key: found.key.text.toLowerCase(), range: found.range } }),
  };
}

/** The part of a connection that the sections around are; undefined outside of connections. */
export function levelOf(inside: readonly string[]): Level | undefined {
  const names = inside[0] === "connections" ? inside.slice(1) : inside;
  const [connection, part, , deeper] = names;
  if (connection === undefined || /^(?:pools|authorities|secrets)$/.test(connection)) return undefined;
  if (part === undefined) return "connection";
  if (/^(?:local|remote)/i.test(part)) return names.length === 2 ? "authentication" : "certificate";
  return part.toLowerCase() === "children" && names.length === 3 && deeper === undefined ? "child" : undefined;
}
