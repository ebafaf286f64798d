import { hash } from "../../../engine/fingerprint.ts";
import type { Reviewed, Translate } from "../../reviewed.ts";
import type { Figure } from "../figure.ts";
import { demandFigures } from "./demand.ts";
import { flowFigures } from "./flows.ts";
import { maintenanceFigures } from "./maintenance.ts";
import { reachFigures } from "./reach.ts";
import { rolloutFigures } from "./rollout.ts";

/**
 * The pictures that a review has numbers for, in the order of the page; none where there is nothing to draw. `scope` tells
 * the ids of several reviews on one page apart where they are of the same findings.
 */
export function figuresOf(reviewed: Reviewed, t: Translate, scope = ""): Figure[] {
  const { report } = reviewed;
  const id = `fig-${hash([scope, report.change?.base ?? "", ...report.findings.map(({ fingerprint }) => fingerprint)].join("\0"))}`;
  return [...flowFigures(reviewed, id, t), ...reachFigures(reviewed, id, t), ...maintenanceFigures(reviewed, id, t), ...rolloutFigures(reviewed, id, t), ...demandFigures(reviewed, id, t)];
}
