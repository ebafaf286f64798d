import compareSemantic from "semver/functions/compare.js";
import parseSemantic from "semver/functions/parse.js";
import { compareDebian, parsePackageVersion } from "./debian-version.ts";

/** How the versions of a carrier are ordered. */
export type VersionScheme =
  /** Packages of Debian and of RPM. */
  | "package"
  /** Tags and releases: semantic versions, and what is near to them. */
  | "release";

/** A version taken apart, as far as rules ask. */
export interface Version {
  readonly text: string;
  readonly scheme: VersionScheme;
  /** 0 where there is none. */
  readonly epoch: number;
  /** The upstream version without `v`, epoch and revision: `18.2.1`. */
  readonly upstream: string;
  /** The numbers that upstream begins with: [18, 2, 1]. */
  readonly numbers: readonly number[];
  /** What the distribution or the site adds: `1~bpo12+1`; empty where there is nothing. */
  readonly revision: string;
}

/** A version as it is written; undefined for a text that does not begin with a number, such as `latest` or a commit. */
export function parseVersionText(text: string, scheme: VersionScheme): Version | undefined {
  const trimmed = text.trim();
  const bare = trimmed.replace(/^(?:[A-Za-z][A-Za-z_]*[-_/])?[vV]?(?=\d)/, "");
  if (!/^\d/.test(bare) || bare.length > 100 || /^[\da-f]{12,}$/.test(bare)) return undefined;
  if (scheme === "package") {
    const { epoch, upstream, revision } = parsePackageVersion(bare);
    return { text: trimmed, scheme, epoch, upstream, numbers: leadingNumbers(upstream), revision };
  }
  const semantic = parseSemantic(bare);
  if (semantic !== null) {
    return { text: trimmed, scheme, epoch: 0, upstream: `${semantic.major}.${semantic.minor}.${semantic.patch}`, numbers: [semantic.major, semantic.minor, semantic.patch], revision: [...semantic.prerelease, ...semantic.build].join(".") };
  }
  const [, upstream = bare, revision = ""] = /^([\d.]+)[-+_]?(.*)$/.exec(bare) ?? [];
  return { text: trimmed, scheme, epoch: 0, upstream: upstream.replace(/\.$/, ""), numbers: leadingNumbers(upstream), revision };
}

function leadingNumbers(upstream: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(upstream)?.[0] ?? "").split(".").filter((part) => part !== "").map(Number);
}

/** Below 0 where `a` is the older one: packages as dpkg orders them, releases as semver does where both are semantic. */
export function compareVersionTexts(a: Version, b: Version): number {
  if (a.scheme === "release" && b.scheme === "release") {
    const left = parseSemantic(a.text.replace(/^[vV]/, ""));
    const right = parseSemantic(b.text.replace(/^[vV]/, ""));
    // A build's name orders nothing for semver; image tags often carry one behind a dash, which is no pre-release either.
    if (left !== null && right !== null && !/-\d{6,}|-(?!rc|alpha|beta|pre|dev)[a-z]+\d*(?:\s|$)/.test(`${a.text} ${b.text}`)) return compareSemantic(left, right);
  }
  return compareDebian(bareText(a), bareText(b));
}

function bareText(version: Version): string {
  return version.text.replace(/^(?:[A-Za-z][A-Za-z_]*[-_/])?[vV](?=\d)/, "");
}

/** Below 0 where upstream's release of `a` is older, whatever a distribution did to it. */
export function compareUpstream(a: Version, b: Version): number {
  return compareNumbers(a.numbers, b.numbers) || compareDebian(a.upstream, b.upstream);
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Comparators that all have to hold: `>=16.2.0 <16.2.7`, `5.6.0`. A wildcard is not among them. */
export interface VersionRange {
  readonly comparators: readonly { readonly operator: "<" | "<=" | ">" | ">=" | "="; readonly version: Version }[];
}

/** A range of upstream versions; undefined where the text is none. */
export function parseRange(text: string): VersionRange | undefined {
  const parts = text.trim().replace(/([<>=])\s+/g, "$1").split(/[\s,]+/).filter((part) => part !== "");
  const comparators = parts.map((part) => {
    const match = /^(<=|>=|<|>|==?)?(.+)$/.exec(part)!;
    const version = parseVersionText(match[2]!, "package");
    const operator = (match[1] ?? "=").replace("==", "=") as "<" | "<=" | ">" | ">=" | "=";
    return version === undefined ? undefined : { operator, version };
  });
  return parts.length === 0 || comparators.includes(undefined) ? undefined : { comparators: comparators.filter((one) => one !== undefined) };
}

/** Whether upstream's release of a version is in the range; false for a version with fewer numbers than would decide it. */
export function inRange(version: Version, { comparators }: VersionRange): boolean {
  const least = Math.max(...comparators.map((one) => one.version.numbers.length));
  // `16.2` may be any of its releases.
  if (version.numbers.length < least) return false;
  return comparators.every(({ operator, version: bound }) => {
    const difference = operator === "=" ? compareNumbers(version.numbers.slice(0, bound.numbers.length), bound.numbers) : compareUpstream(version, bound);
    switch (operator) {
      case "<":
        return difference < 0;
      case "<=":
        return difference <= 0;
      case ">":
        return difference > 0;
      case ">=":
        return difference >= 0;
      case "=":
        return difference === 0;
    }
  });
}
