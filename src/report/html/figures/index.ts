import type { Reviewed, Translate } from "../../reviewed.ts";
import type { Figure } from "../figure.ts";

/** The pictures that a review has numbers for, in the order of the page; none where there is nothing to draw. */
export function figuresOf(_reviewed: Reviewed, _t: Translate): Figure[] {
  return [];
}
