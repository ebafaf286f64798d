import type { Range } from "../../engine/location.ts";
import type { Format, Parsed } from "../format.ts";
import { isConditional } from "../template/conditional.ts";
import { maskJinja } from "../template/jinja.ts";

/** One job of a crontab. A HOLE in a text: a template decides. */
export interface CronJob {
  /** `30 4 * * 7`, or `@daily`. */
  readonly schedule: string;
  readonly scheduleRange: Range;
  /** Up to an unescaped `%`, behind which its input stands. */
  readonly command: string;
  readonly commandRange: Range;
  /** A template decides whether the line is there. */
  readonly conditional: boolean;
}

/** A file of cron.d, or /etc/crontab: its lines name the user too. */
export interface CrontabTree {
  readonly jobs: readonly CronJob[];
}

/** Five fields, or a word with `@`; then the user; then the command, crontab(5). */
const LINE = /^[ \t]*((?:[\d*,/\-A-Za-z~\uE000]+[ \t]+){4}[\d*,/\-A-Za-z~\uE000]+|@[a-z]+)[ \t]+([^\s=]+)[ \t]+(\S.*)$/;

function parse(text: string): Parsed<CrontabTree> {
  const masked = maskJinja(text);
  const jobs: CronJob[] = [];
  let at = masked.text.startsWith("\uFEFF") ? 1 : 0;
  while (at < masked.text.length) {
    const feed = masked.text.indexOf("\n", at);
    const end = feed === -1 ? masked.text.length : feed;
    const line = masked.text.slice(at, end).trimEnd();
    const match = /^[ \t]*#/.test(line) || line.length > 8192 ? null : LINE.exec(line);
    if (match !== null) {
      const start = at + match[0].indexOf(match[1]!);
      const commandStart = at + line.length - match[3]!.length;
      const command = /^(?:[^%\\]|\\[\s\S]?)*/.exec(match[3]!)![0];
      jobs.push({
        schedule: match[1]!.replace(/[ \t]+/g, " "),
        scheduleRange: { start, end: start + match[1]!.length },
        command: command.replaceAll("\\%", "%").trimEnd(),
        commandRange: { start: commandStart, end: commandStart + command.length },
        conditional: isConditional(masked, { start, end: commandStart + command.length }),
      });
    }
    at = end + 1;
  }
  return { tree: { jobs }, errors: [] };
}

/** crontab(5) with users: /etc/crontab and /etc/cron.d. */
export const crontab: Format<CrontabTree> = {
  language: "crontab",
  recognise: (path) => (/(?:^|\/)(?:etc\/crontab|cron\.d\/[\w-]+)$/.test(path) ? "name" : false),
  parse,
  comments: { openers: ["#"], inline: false },
};
