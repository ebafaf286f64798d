import type { Range } from "../../engine/location.ts";
import type { Format, Parsed } from "../format.ts";

/** The kinds of files that name versions and little else. */
export type PinDialect = "apt-preferences" | "requirements" | "go-mod" | "gitmodules" | "containerfile";

/** One name with the version that a file gives it. */
export interface PinLine {
  /** The package, module, image or repository. apt's preferences may hold a pattern: `ceph*`. */
  readonly name: string;
  readonly nameRange: Range;
  /** The version, tag or branch; undefined where the file names none. */
  readonly version?: string;
  readonly versionRange?: Range;
  /** Of apt's preferences: what the pin is about, `version`, `release` or `origin`. */
  readonly selector?: "version" | "release" | "origin";
  /** Of apt's preferences. */
  readonly priority?: number;
}

/** A file of version pins. */
export interface PinsTree {
  readonly dialect: PinDialect;
  readonly pins: readonly PinLine[];
}

const NAMES: readonly (readonly [PinDialect, RegExp])[] = [
  ["apt-preferences", /(?:^|\/)apt\/preferences(?:\.d\/[^/]+)?$|(?:^|\/)preferences\.d\/[^/]+$|\.pref$/],
  ["requirements", /(?:^|\/)(?:requirements|constraints)[^/]*\.txt$/],
  ["go-mod", /(?:^|\/)go\.mod$/],
  ["gitmodules", /(?:^|\/)\.gitmodules$/],
  ["containerfile", /(?:^|\/)(?:Dockerfile|Containerfile)(?:[.-][^/]*)?$|\.(?:dockerfile|containerfile)$/i],
];
const STANZA = /^Package:[ \t]*\S[^\n]*\n(?:(?!Package:)[^\n]+\n)*?Pin:[ \t]*(?:version|release|origin)\b/m;

/** apt_preferences(5), pip's requirements, go.mod, .gitmodules and container files: what pins versions line by line. */
export const versionPins: Format<PinsTree> = {
  language: "version-pins",
  recognise(path, head) {
    if (NAMES.some(([, pattern]) => pattern.test(path))) return "name";
    return STANZA.test(head) ? "content" : false;
  },
  parse,
  comments: { openers: ["#", "//"], inline: true },
};

function parse(text: string): Parsed<PinsTree> {
  const dialect = dialectOf(text);
  return { tree: { dialect, pins: dialect === "apt-preferences" ? stanzas(text) : READERS[dialect](text) }, errors: [] };
}

/** The parser sees no name, so the text tells: each of the dialects has words that no other has. */
function dialectOf(text: string): PinDialect {
  if (/^(?:Package|Pin|Pin-Priority):/m.test(text)) return "apt-preferences";
  if (/^[ \t]*\[submodule[ \t]/m.test(text)) return "gitmodules";
  if (/^[ \t]*FROM[ \t]+\S/im.test(text)) return "containerfile";
  return /^(?:module\s+\S|go\s+\d)/m.test(text) ? "go-mod" : "requirements";
}

const READERS: Record<Exclude<PinDialect, "apt-preferences">, (text: string) => PinLine[]> = {
  requirements: (text) => lines(text, /^[ \t]*([A-Za-z\d][\w.-]*)(?:\[[^\]\n]*\])?[ \t]*(?:(?:===?|~=)[ \t]*([^\s,;#]+))?/dgm),
  "go-mod": (text) => lines(text, /^(?:require)?[ \t]+([\w.-]+(?:\/[\w.~-]+)+)[ \t]+(v\d[^\s/]*)/dgm),
  containerfile: (text) => lines(text, /^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*([\w./-]+(?::\d+\/[\w./-]+)?)(?::([\w][\w.-]*))?(?=[\s@]|$)/dgim),
  gitmodules: (text) => modules(text),
};

function lines(text: string, pattern: RegExp): PinLine[] {
  return [...text.matchAll(pattern)].map((match) => pin(match[1]!, spans(match)[1]!, match[2], spans(match)[2]));
}

function modules(text: string): PinLine[] {
  const pins: PinLine[] = [];
  for (const section of text.matchAll(/^[ \t]*\[submodule[^\]\n]*\][^[]*/gm)) {
    const url = /^[ \t]*url[ \t]*=[ \t]*(\S+)/dm.exec(section[0]);
    const branch = /^[ \t]*branch[ \t]*=[ \t]*(\S+)/dm.exec(section[0]);
    if (url === null) continue;
    pins.push(pin(url[1]!, shifted(spans(url)[1]!, section.index), branch?.[1], branch === null ? undefined : shifted(spans(branch)[1]!, section.index)));
  }
  return pins;
}

function stanzas(text: string): PinLine[] {
  const pins: PinLine[] = [];
  let start = 0;
  for (const part of text.split(/(\n[ \t]*\n)/)) {
    const names = /^Package:[ \t]*(\S[^\n]*)/dm.exec(part);
    const what = /^Pin:[ \t]*(version|release|origin)[ \t]+(\S+(?:[ \t]+\S+)*)/dm.exec(part);
    const priority = /^Pin-Priority:[ \t]*(-?\d+)/m.exec(part);
    if (names !== null && what !== null) {
      const from = spans(names)[1]![0];
      for (const name of names[1]!.matchAll(/[^\s,]+/g)) {
        pins.push({
          ...pin(name[0], [start + from + name.index, start + from + name.index + name[0].length], what[2], shifted(spans(what)[2]!, start)),
          selector: what[1] as "version" | "release" | "origin",
          ...(priority !== null && { priority: Number(priority[1]) }),
        });
      }
    }
    start += part.length;
  }
  return pins;
}

type Span = readonly [number, number];

function spans(match: RegExpExecArray | RegExpMatchArray): readonly (Span | undefined)[] {
  return (match as { indices?: readonly (Span | undefined)[] }).indices ?? [];
}

function shifted([start, end]: Span, by: number): Span {
  return [start + by, end + by];
}

function pin(name: string, at: Span, version: string | undefined, span: Span | undefined): PinLine {
  const versioned = version === undefined || span === undefined ? {} : { version, versionRange: { start: span[0], end: span[1] } };
  return { name, nameRange: { start: at[0], end: at[1] }, ...versioned };
}
