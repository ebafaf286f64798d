import assert from "node:assert/strict";
import { lintFiles, loadWorkspace } from "../../src/core.ts";
import { skip } from "../support/skip.ts";
import { labMissing, runLab } from "./available.ts";

const LESSON = "lesson/docker-ipv6-forwarding-kills-accept-ra";
type Settings = readonly (readonly [key: string, value: string])[];

const conf = (interfaceName: string, key: string, value: number): readonly [string, string] => [`net.ipv6.conf.${interfaceName}.${key}`, String(value)];

/** Everything that takes or forwards, on the interface, on all and on both. */
const cases: readonly Settings[] = [0, 1].flatMap((everywhere) =>
  [undefined, 0, 1].flatMap((own) => [0, 1, 2].map((accept): Settings => [conf("all", "forwarding", everywhere), ...(own === undefined ? [] : [conf("up0", "forwarding", own)]), conf("up0", "accept_ra", accept)])),
);

describe("lab: router advertisements and forwarding", () => {
  it("the lesson fires where the kernel ignores what accept_ra = 1 wants, and nowhere else", async function () {
    this.timeout(120_000);
    const missing = labMissing([]);
    if (missing !== undefined) return skip(this, missing);
    const taken = runLab("router_advertisement.py", cases) as (boolean | string)[];
    const refused = taken.find((one) => typeof one === "string");
    if (refused !== undefined) return skip(this, String(refused));
    for (const [index, settings] of cases.entries()) {
      const text = settings.map(([key, value]) => `${key} = ${value}\n`).join("");
      const workspace = await loadWorkspace(new Map([["premortem.yaml", "lessons: [post-mortems]\n"], ["etc/sysctl.d/60-net.conf", text]]));
      const { findings, failures } = lintFiles(workspace, ["etc/sysctl.d/60-net.conf"], { only: new Set([LESSON]) });
      assert.deepEqual(failures, []);
      assert.equal(findings.length > 0, settings.at(-1)![1] === "1" && taken[index] === false, `${text}taken: ${taken[index]!}`);
    }
    // Both happen, else the comparison would say nothing.
    assert.ok(taken.includes(true) && taken.includes(false));
    return undefined;
  });
});
