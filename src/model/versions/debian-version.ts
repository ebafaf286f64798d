/** A package's version as deb-version(7) parts it: `1:18.2.1+ds-9~bpo12+1`. RPM's epoch, version and release part alike. */
export interface PackageVersion {
  readonly epoch: number;
  readonly upstream: string;
  /** Behind the last dash; empty where there is none. */
  readonly revision: string;
}

/** The parts of a package's version. */
export function parsePackageVersion(text: string): PackageVersion {
  const trimmed = text.trim();
  const colon = /^(\d+):/.exec(trimmed);
  const rest = colon === null ? trimmed : trimmed.slice(colon[0].length);
  const dash = rest.lastIndexOf("-");
  return { epoch: colon === null ? 0 : Number(colon[1]), upstream: dash === -1 ? rest : rest.slice(0, dash), revision: dash === -1 ? "" : rest.slice(dash + 1) };
}

/**
 * Below 0 where Debian's package manager holds `a` for older than `b` (dpkg, lib/dpkg/version.c, `dpkg_version_compare`).
 * Ours, as no package that is kept up compares as dpkg does: those on npm get letters after a tilde or empty parts wrong.
 */
export function compareDebian(a: string, b: string): number {
  const left = parsePackageVersion(a);
  const right = parsePackageVersion(b);
  return left.epoch - right.epoch || compareParts(left.upstream, right.upstream) || compareParts(left.revision, right.revision);
}

/** Runs of non-digits by character, `~` before the end and letters before the rest; runs of digits by value. */
function compareParts(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = order(a, i) - order(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const left = digits(a, i);
    const right = digits(b, j);
    i += left.length;
    j += right.length;
    const first = left.replace(/^0+/, "");
    const second = right.replace(/^0+/, "");
    if (first.length !== second.length) return first.length - second.length;
    if (first !== second) return first < second ? -1 : 1;
  }
  return 0;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

function digits(text: string, at: number): string {
  let end = at;
  while (end < text.length && isDigit(text, end)) end++;
  return text.slice(at, end);
}

function order(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0;
  const char = text[at]!;
  if (char === "~") return -1;
  const code = text.charCodeAt(at);
  return /[A-Za-z]/.test(char) ? code : code + 256;
}
