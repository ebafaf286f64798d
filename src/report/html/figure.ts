/** One picture of the review's page, with all that it says in words. */
export interface Figure {
  readonly kind: "flows" | "reach" | "maintenance" | "rollout" | "demand";
  /** The heading above it. */
  readonly title: string;
  /** What the picture shows, in one or two sentences with numbers: its text equivalent for screen readers. */
  readonly summary: string;
  /**
   * The drawing: SVG, and where there are what-ifs, radio buttons that switch between drawings by CSS alone. No scripts, no
   * `style` attributes (the page's policy forbids both); colours come from the classes of `figures/style.ts`.
   */
  readonly html: string;
  /** The same numbers as a table. */
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
  /** Fingerprints of the findings whose numbers it draws; empty where it is about the whole change. */
  readonly findings: readonly string[];
}
