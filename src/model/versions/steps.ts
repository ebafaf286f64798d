import { RELEASE_NAMES } from "../ceph/options.ts";
import type { Version } from "./version.ts";
import { parseVersionText } from "./version.ts";

/** How far a product may move in one step, by its makers' word. */
export interface StepPolicy {
  /** Which of the numbers counts: 0 the first. */
  readonly digit: 0 | 1;
  readonly most: number;
  /** What a step is, in the plural. */
  readonly steps: string;
  readonly source: string;
}

const POLICIES: { readonly [product: string]: StepPolicy } = {
  ceph: { digit: 0, most: 2, steps: "releases", source: "Ceph: release notes, each of which supports upgrades from the two releases before" },
  debian: { digit: 0, most: 1, steps: "releases", source: "Debian: release notes, Upgrades from the previous release only" },
  kubernetes: { digit: 1, most: 1, steps: "minor versions", source: "Kubernetes: Upgrading kubeadm clusters, skipping minor versions is unsupported" },
  etcd: { digit: 1, most: 1, steps: "minor versions", source: "etcd: upgrade guides, one minor version at a time" },
};
/** Ubuntu's long-term releases are the ones that follow each other. */
const UBUNTU_LTS: readonly string[] = ["14.04", "16.04", "18.04", "20.04", "22.04", "24.04", "26.04"];

/** Sources of all policies. */
export const STEP_SOURCES: readonly string[] = [...Object.values(POLICIES).map(({ source }) => source), "Ubuntu: upgrades from one LTS release to the next"];

/** Releases that go by name, as the version that they are. */
const CODENAMES: { readonly [product: string]: { readonly [name: string]: string } } = {
  ceph: Object.fromEntries(Object.entries(RELEASE_NAMES).map(([name, major]) => [name, String(major)])),
  debian: { jessie: "8", stretch: "9", buster: "10", bullseye: "11", bookworm: "12", trixie: "13", forky: "14" },
  ubuntu: { trusty: "14.04", xenial: "16.04", bionic: "18.04", focal: "20.04", jammy: "22.04", noble: "24.04" },
};

/** The version behind a release's name; undefined where the product has no such name. */
export function codenamed(product: string, text: string): Version | undefined {
  const number = CODENAMES[product]?.[text.toLowerCase().replace(/-(?:slim|backports)$/, "")];
  const version = number === undefined ? undefined : parseVersionText(number, "release");
  return version === undefined ? undefined : { ...version, text };
}

/** What is skipped by one step from `from` to `to`: how many steps it is, and how many are supported; undefined where it is within. */
export function tooFar(product: string, from: Version, to: Version): { readonly steps: number; readonly most: number; readonly unit: string } | undefined {
  if (product === "ubuntu") {
    const release = ({ numbers }: Version): number => UBUNTU_LTS.indexOf(`${numbers[0]}.${String(numbers[1] ?? 0).padStart(2, "0")}`);
    const steps = release(to) - release(from);
    return release(from) === -1 || release(to) === -1 || steps <= 1 ? undefined : { steps, most: 1, unit: "LTS releases" };
  }
  const policy = POLICIES[product];
  if (policy === undefined || from.numbers.length <= policy.digit || to.numbers.length <= policy.digit) return undefined;
  if (policy.digit === 1 && from.numbers[0] !== to.numbers[0]) return undefined;
  const steps = to.numbers[policy.digit]! - from.numbers[policy.digit]!;
  return steps <= policy.most ? undefined : { steps, most: policy.most, unit: policy.steps };
}

/** How much a version moves: the first of its numbers that differs. Below 1 the second number is what the first is later. */
export function jump(from: Version, to: Version): "major" | "minor" | "patch" | "none" {
  const first = [...from.numbers].findIndex((number, index) => number !== (to.numbers[index] ?? 0));
  const longer = first === -1 && to.numbers.length > from.numbers.length && to.numbers.slice(from.numbers.length).some((number) => number > 0);
  const at = longer ? from.numbers.length : first;
  if (at === -1) return from.upstream === to.upstream ? "none" : "patch";
  const shift = from.numbers[0] === 0 && to.numbers[0] === 0 ? 1 : 0;
  return at - shift <= 0 ? "major" : at - shift === 1 ? "minor" : "patch";
}
