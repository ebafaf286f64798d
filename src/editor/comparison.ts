/** What a review compares: the working tree with its unsaved text against a base, or two states of which neither is on the disk. */
export type Comparison =
  | { readonly kind: "head" }
  /** The working tree against its merge base with the default branch. */
  | { readonly kind: "mergeBase" }
  /** The working tree against its merge base with the branch that it follows. */
  | { readonly kind: "upstream" }
  /** The index against HEAD. */
  | { readonly kind: "staged" }
  /** The working tree against the index. */
  | { readonly kind: "unstaged" }
  /** The working tree against a revision of the repository at `root`. */
  | { readonly kind: "ref"; readonly ref: string; readonly root: string }
  /** The workspace folder at `root` against another folder. */
  | { readonly kind: "folder"; readonly folder: string; readonly root: string }
  /** A revision of the repository at `root`, which is not checked out, against its merge base with the default branch. */
  | { readonly kind: "branch"; readonly ref: string; readonly root: string };

/** What is asked of a review. Plain data, so that a panel can be restored from it. */
export interface ReviewRequest {
  readonly comparison: Comparison;
  /** Addresses of the files and folders whose changes count; undefined: all. The others stay as they are on both sides. */
  readonly within?: readonly string[];
}

/** The bases that the setting `premortem.review.base` may name. */
export const CONFIGURED = ["head", "mergeBase", "staged"] as const;

/** The comparison that a value of the setting or of a task's `base` stands for; HEAD where it is none. */
export function comparisonNamed(name: unknown): Comparison {
  const kind = CONFIGURED.find((one) => one.toLowerCase() === String(name).toLowerCase());
  return { kind: kind ?? "head" };
}

/** A request from data that was kept or sent; undefined where it is none. */
export function requestOf(data: unknown): ReviewRequest | undefined {
  if (!isRecord(data) || !isRecord(data["comparison"])) return undefined;
  const { kind, ref, root, folder } = data["comparison"];
  const { within } = data;
  const narrowed = Array.isArray(within) && within.every((one) => typeof one === "string") ? { within } : {};
  const text = (value: unknown): value is string => typeof value === "string";
  switch (kind) {
    case "head": case "mergeBase": case "upstream": case "staged": case "unstaged":
      return { comparison: { kind }, ...narrowed };
    case "ref": case "branch":
      return text(ref) && text(root) && isRevision(ref) ? { comparison: { kind, ref, root }, ...narrowed } : undefined;
    case "folder":
      return text(folder) && text(root) ? { comparison: { kind, folder, root }, ...narrowed } : undefined;
    default:
      return undefined;
  }
}

/** True for what git can take for a revision and not for an option. */
export function isRevision(text: string): boolean {
  return text !== "" && !text.startsWith("-") && !/[\u0000-\u0020\u007F]/.test(text);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
