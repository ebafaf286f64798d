import assert from "node:assert/strict";
import { labMissing, runLab } from "./available.ts";
import { skip } from "../support/skip.ts";

interface Counts {
  readonly skip?: string;
  readonly attempts: number;
  readonly empty: number;
  readonly full: boolean;
  readonly refused: number;
  readonly old: boolean;
  readonly notrack: number;
}

describe("lab: a full table of connections", () => {
  it("refuses every new connection to the OSD port, keeps the old one, and is no matter with notrack", function () {
    this.timeout(60_000);
    const missing = labMissing(["nft"]);
    if (missing !== undefined) skip(this, missing);
    const counts = runLab("./conntrack_full.py", {}) as Counts;
    if (counts.skip !== undefined) skip(this, counts.skip);
    assert.deepEqual(counts, { attempts: counts.attempts, empty: counts.attempts, full: true, refused: counts.attempts, old: true, notrack: counts.attempts });
  });
});
