import type { Location } from "../../engine/location.ts";
import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";
import { packagesOf } from "../rollout/services.ts";
import type { VersionPin } from "./pin.ts";
import { pinsIn } from "./pins.ts";
import { codenamed, jump, tooFar } from "./steps.ts";
import type { Version } from "./version.ts";
import { compareUpstream, compareVersionTexts, parseVersionText } from "./version.ts";

/** A pin that a change moves or takes away. */
export interface VersionDelta {
  readonly pin: VersionPin;
  readonly before: VersionPin;
  readonly location: Location;
  readonly from: Version;
  /** Undefined where the change takes the pin away. */
  readonly to: Version | undefined;
  readonly how: "lost" | "downgrade" | "skips" | "beyond-fix" | "beyond-other" | "epoch" | "major";
  /** Of a downgrade: whether more than the last number moves. */
  readonly large: boolean;
  readonly skipped?: { readonly steps: number; readonly most: number; readonly unit: string };
  /** Words of the change that speak of a fix, or the pin that moves less. */
  readonly said?: string;
  /** Other packages that the same variable moves. */
  readonly along: readonly string[];
}

const FIX = /\b(?:bug-?fix(?:es)?|hot-?fix|fix(?:es|ed)?|patch(?:es|ed)?|security|cve-\d{4}-\d+|backport(?:ed|s)?|point release|rebuild)\b/i;
const ANNOUNCED = /\b(?:upgrade|major|new release|migrat\w+)\b/i;
/** What a distribution puts behind a version itself; other letters there are a site's own patch. */
const DISTRIBUTION = /^(?:dfsg|ds|deb|bpo|ubuntu|build|b|git|rc|beta|alpha|el|fc|focal|jammy|noble|bionic|bullseye|bookworm|trixie|nmu|u|r|p|svn|repack|really|lp|pve)\d*/;

/** The pins of infrastructure that a change moves further than it says, back, or away. */
export function versionDeltas(before: Workspace, after: Workspace, changed: readonly string[]): VersionDelta[] {
  const moved = changed.flatMap((path) => pairs(before, after, path));
  return moved.flatMap((pair) => judge(after, before, pair, moved, changed) ?? []);
}

interface Pair {
  readonly before: VersionPin;
  readonly pin: VersionPin;
  readonly from: Version;
  readonly to: Version | undefined;
}

function pairs(before: Workspace, after: Workspace, path: string): Pair[] {
  if (before.text(path) === undefined || after.text(path) === undefined) return [];
  const old = new Map<string, VersionPin[]>();
  for (const pin of pinsIn(before, path)) if (asked(pin)) old.set(pin.key, [...(old.get(pin.key) ?? []), pin]);
  const now = new Map<string, VersionPin[]>();
  for (const pin of pinsIn(after, path)) if (asked(pin)) now.set(pin.key, [...(now.get(pin.key) ?? []), pin]);
  return [...now].flatMap(([key, list]) => {
    const were = old.get(key) ?? [];
    // Of several alike, nobody can tell which is which once their number differs.
    if (were.length !== list.length) return [];
    return list.flatMap((pin, index): Pair[] => {
      const was = were[index]!;
      if (was.text === pin.text || was.text === undefined) return [];
      const from = was.version ?? codenamed(was.product.name, was.text) ?? given(before, was);
      const to = pin.text === undefined ? undefined : (pin.version ?? codenamed(pin.product.name, pin.text));
      const gone = pin.text === undefined || /^(?:latest|\*|stable|edge|main|master|HEAD)$/.test(pin.text);
      if (gone) return from === undefined ? [] : [{ before: was, pin, from, to: undefined }];
      return /\{\{/.test(was.text) || from === undefined || to === undefined ? [] : [{ before: was, pin, from, to }];
    });
  });
}

/** The version behind `{{ racoon_version }}` as the first host that gets it knows it; the expression where none does. */
function given(workspace: Workspace, pin: VersionPin): Version | undefined {
  const name = /\{\{\s*(\w+)\b[^}]*\}\}/.exec(pin.text ?? "")?.[1];
  if (name === undefined) return undefined;
  const scope = workspace.fleet.scopeOf(pin.location.path);
  const value = isUnknown(scope) ? undefined : scope.hosts[0]?.variables.get(name)?.value;
  const known = typeof value === "string" || typeof value === "number" ? parseVersionText(String(value), "package") : undefined;
  return known ?? { text: pin.text!, scheme: "package", epoch: 0, upstream: "", numbers: [], revision: "" };
}

/** Infrastructure whose move is felt; a host's own kernel in a variable is an observation and no pin. */
function asked({ product, carrier }: VersionPin): boolean {
  if (carrier === "requirement" || (carrier === "variable" && product.kind === "kernel")) return false;
  return product.kind !== undefined || product.name === "debian" || product.name === "ubuntu";
}

function judge(after: Workspace, before: Workspace, pair: Pair, moved: readonly Pair[], changed: readonly string[]): VersionDelta | undefined {
  const { pin, from, to } = pair;
  const base = { ...pair, location: pin.location, along: along(after, pin), large: true };
  if (to === undefined) return pin.product.kind === "cluster" || pin.product.kind === undefined ? undefined : { ...base, how: "lost" };
  const size = jump(from, to);
  const order = from.scheme === "package" && to.scheme === "package" ? compareVersionTexts(to, from) : compareUpstream(to, from) || compareVersionTexts(to, from);
  if (order < 0) return size === "none" ? undefined : { ...base, how: "downgrade", large: size !== "patch" };
  const skipped = tooFar(pin.product.name, from, to);
  if (skipped !== undefined) return { ...base, how: "skips", skipped };
  if (pin.product.kind === undefined) return undefined;
  if (size === "major" || size === "minor") {
    const words = saidHere(before, after, pin);
    const told = words !== undefined && tells(words, to);
    const fix = told ? undefined : (words === undefined ? undefined : FIX.exec(words)?.[0]) ?? patchOf(before, after, pin, changed) ?? sitePatch(from, to);
    if (fix !== undefined) return { ...base, how: "beyond-fix", said: fix };
    const other = moved.find((one) => one !== pair && one.pin.product.name === pin.product.name && one.to !== undefined && smaller(jump(one.from, one.to), size));
    if (other !== undefined) return { ...base, how: "beyond-other", said: `${other.pin.name} moves from ${other.before.text!} to ${other.pin.text!}` };
    if (size === "major" && !told && !(words !== undefined && ANNOUNCED.test(words)) && codenamed(pin.product.name, pin.text ?? "") === undefined) return { ...base, how: "major" };
  }
  return to.epoch > from.epoch ? { ...base, how: "epoch" } : undefined;
}

function smaller(a: ReturnType<typeof jump>, b: ReturnType<typeof jump>): boolean {
  const sizes = ["none", "patch", "minor", "major"];
  return a !== "none" && sizes.indexOf(a) < sizes.indexOf(b);
}

/** New comments and names on the pin's line and on the four before it. */
function saidHere(before: Workspace, after: Workspace, { location }: VersionPin): string | undefined {
  const text = after.text(location.path)!;
  const known = new Set((before.text(location.path) ?? "").split("\n").map((line) => line.trim()));
  const end = text.indexOf("\n", location.range.end);
  const lines = text.slice(0, end === -1 ? text.length : end).split("\n").slice(-5);
  const said = lines.filter((line) => !known.has(line.trim())).flatMap((line) => {
    const comment = /(?:^|\s)#\s*(.*)$/.exec(line)?.[1] ?? /^\s*(?:Explanation|-\s+name):\s*(\S+\s.*)$/.exec(line)?.[1];
    return comment === undefined ? [] : [comment];
  });
  return said.length === 0 ? undefined : said.join(" ");
}

/** Whether the words name the version that it becomes. */
function tells(words: string, to: Version): boolean {
  const [major, minor] = to.numbers;
  return words.includes(to.upstream) || (minor !== undefined && new RegExp(`\\b${major}\\.${minor}\\b`).test(words));
}

/** A patch for the product that the change adds or edits. */
function patchOf(before: Workspace, after: Workspace, { product }: VersionPin, changed: readonly string[]): string | undefined {
  return changed.find((path) => /\.(?:patch|diff)$|(?:^|\/)patches\//.test(path) && path.toLowerCase().includes(product.name) && after.text(path) !== undefined && before.text(path) !== after.text(path));
}

/** `+dpdfix1`: what a site puts behind a version where it patches it. */
function sitePatch(from: Version, to: Version): string | undefined {
  if (to.scheme !== "package") return undefined;
  const suffix = /[+~.-]([a-z]{2,}[a-z\d.]*)$/i.exec(to.text);
  return suffix === null || DISTRIBUTION.test(suffix[1]!.toLowerCase()) || from.text.endsWith(suffix[0]) ? undefined : suffix[0];
}

/** Packages of several products whose version the same variable gives. */
function along(workspace: Workspace, pin: VersionPin): string[] {
  if (pin.carrier !== "variable") return [];
  const used = new RegExp(`\\b${pin.name.replace(/[^\w]/g, "\\$&")}\\b`);
  const names = workspace.subjects("playbook").flatMap(({ subject }) =>
    subject.tasks.flatMap((task) => packagesOf(task).flatMap(({ name, version }) => (version !== undefined && used.test(version) ? [name] : []))),
  );
  return [...new Set(names)];
}
