import { existsSync } from "node:fs";
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";
import { nearest } from "../engine/similar.ts";
import { rules } from "../core.ts";
import { Unavailable } from "../vcs/unavailable.ts";
import type { Shard } from "./findings.ts";

/** How findings can be printed. */
export const FORMATS = ["text", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown", "html"] as const;

/** How findings are printed. */
export type Format = (typeof FORMATS)[number];

/** A severity as options name it. */
export type Level = "error" | "warning" | "info";

/** The options of every command that prints findings, as commander hands them over. */
export interface PrintOptions {
  readonly format: Format;
  readonly output?: string;
  readonly severity: Level;
  readonly failOn: Level | "never";
  readonly linkBase?: string;
}

/** The options that `check` and `review` share, as commander hands them over. */
export interface ReportOptions extends PrintOptions {
  readonly config?: string;
  readonly pathPrefix?: string;
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly rule?: readonly string[];
  readonly shard?: Shard;
  readonly jobs?: number;
  readonly progress: boolean;
}

const LEVELS = ["error", "warning", "info"];

/** `--config`, of every command that reads a configuration. */
export function configOption(): Option {
  return new Option("--config <file>", "use this premortem.yaml, not the nearest one upwards");
}

/** `--fail-on`, which decides the exit status. */
export function failOnOption(): Option {
  return new Option("--fail-on <level>", "exit with 1 from this severity on").choices([...LEVELS, "never"]).default("error");
}

/** `--path-prefix`, for those who look files up from the top of the repository. */
export function prefixOption(): Option {
  return new Option("--path-prefix <dir>", "put this before every path, where PATH is a directory of the repository and paths must start at its top").argParser(parsePrefix);
}

/** `--rule`, which may be given several times. */
export function ruleOption(): Option {
  return new Option("--rule <id...>", "run only these rules");
}

/** Adds the options of every command that prints findings. */
export function withPrintOptions(command: Command): Command {
  return command
    .addOption(new Option("--format <format>", "how to print the findings").choices(FORMATS).default("text"))
    .addOption(new Option("--output <file>", "write the findings to a file"))
    .addOption(new Option("--severity <level>", "the least severity that is shown").choices(LEVELS).default("info"))
    .addOption(failOnOption())
    .addOption(new Option("--link-base <url>", "where files can be looked at, for markdown: URL/PATH#L1; in GitHub's and GitLab's CI it is known").argParser(parseLinkBase));
}

/** Adds the options of the commands that find something. */
export function withReportOptions(command: Command): Command {
  return withPrintOptions(command)
    .addOption(configOption())
    .addOption(ruleOption())
    .addOption(new Option("--baseline <file>", "report only what this file does not know already"))
    .addOption(new Option("--update-baseline", "write today's findings into the baseline instead of reporting them"))
    .addOption(prefixOption())
    .addOption(new Option("--shard <I/N>", "do one of N parts; together they give the whole").argParser(parseShard))
    .addOption(new Option("--jobs <n>", "how much to do at once; never changes the result").argParser(parseJobs))
    .addOption(new Option("--no-progress", "show no progress on a terminal"));
}

function parseShard(text: string): Shard {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || index < 1 || index > count) throw new InvalidArgumentError("Write it as I/N with I from 1 to N, such as 1/4.");
  return { index, count };
}

function parsePrefix(text: string): string {
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  if (text.startsWith("/") || parts.includes("..")) throw new InvalidArgumentError("Give a directory below the repository's top, such as site/production.");
  return parts.map((part) => `${part}/`).join("");
}

function parseLinkBase(text: string): string {
  if (!/^https?:\/\/[^\s<>"'()\\`]+$/.test(text)) throw new InvalidArgumentError("Give an address that begins with https://, such as https://example.net/repository/blob/main.");
  return text.replace(/\/*$/, "/");
}

function parseJobs(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 1.");
  return Number(text);
}

/**
 * Tells rule ids from paths: `--rule a b PATH` takes every word that follows it, and the paths among them are meant as
 * such. Throws for what is neither.
 */
export function splitRules(words: readonly string[] | undefined, paths: readonly string[]): { only: Set<string> | undefined; paths: string[] } {
  if (words === undefined) return { only: undefined, paths: [...paths] };
  const only = new Set<string>();
  const rest = [...paths];
  for (const word of words.flatMap((part) => (existsSync(part) ? [part] : part.split(",")))) {
    // Which lessons there are, only the reviewed files tell.
    if (rules.has(word) || /^lesson\/[a-z0-9-]+$/.test(word)) only.add(word);
    else if (only.size > 0 && existsSync(word)) rest.push(word);
    else throw new Unavailable(unknownRule(word));
  }
  return { only, paths: rest };
}

/** For a rule id that there is not. */
function unknownRule(word: string): string {
  const meant = nearest(word, rules.keys());
  return `There is no rule ${word}. ${meant ? `Did you mean ${meant}?` : "docs/rules lists all rules, and so does: premortem explain."}`;
}
