import assert from "node:assert/strict";
import { release } from "node:os";
import { losses } from "../../src/model/firewall/reload/losses.ts";
import type { Lost, ReloadMethod } from "../../src/model/firewall/reload/losses.ts";
import { labMissing, runLab } from "./available.ts";
import { skip } from "../support/skip.ts";

/** One reload with a TCP stream that runs already, and which of the model's losses would stall that stream. */
interface Case {
  readonly what: string;
  readonly method: ReloadMethod;
  readonly run: { readonly [name: string]: string | number | boolean };
  readonly stalledBy: readonly Lost[];
}

const SENDER = { fwside: "tx", gap: 0.3 };
const legacy = { backend: "ipt-legacy" };
const half = { half: true };

const CASES: readonly Case[] = [
  { what: "nft -f with flush ruleset inside", method: "atomic", run: { method: "atomic" }, stalledBy: ["streaming", "all"] },
  { what: "nft -f, peer has half closed", method: "atomic", run: { method: "atomic", ...half }, stalledBy: ["half-closed", "streaming", "all"] },
  { what: "iptables-restore, host sends", method: "atomic", run: { method: "atomic", ...SENDER, ...legacy }, stalledBy: ["senders", "streaming", "all"] },
  { what: "flush, pause, load", method: "two-step", run: { method: "two-step" }, stalledBy: ["streaming", "all"] },
  { what: "flush, load at once", method: "two-step", run: { method: "restart" }, stalledBy: ["streaming", "all"] },
  { what: "flush, pause, load; peer has half closed", method: "two-step", run: { method: "two-step", ...half }, stalledBy: ["half-closed", "streaming", "all"] },
  { what: "iptables -F, rules one by one; peer has half closed", method: "two-step", run: { method: "one-by-one", ...half, ...legacy }, stalledBy: ["half-closed", "streaming", "all"] },
  { what: "the same, liberal", method: "two-step", run: { method: "one-by-one", ...half, ...legacy, liberal: 1 }, stalledBy: ["half-closed", "streaming", "all"] },
  { what: "chain flushed with policy drop, host sends", method: "drop-gap", run: { method: "drop-gap", ...SENDER }, stalledBy: ["senders", "streaming", "all"] },
  { what: "iptables -F with policy DROP, host sends", method: "drop-gap", run: { method: "drop-gap", ...SENDER, ...legacy }, stalledBy: ["senders", "streaming", "all"] },
  { what: "the same, liberal", method: "drop-gap", run: { method: "drop-gap", ...SENDER, ...legacy, liberal: 1 }, stalledBy: ["senders", "streaming", "all"] },
  { what: "notrack came and went", method: "notrack-toggled", run: { method: "notrack-toggled" }, stalledBy: ["all"] },
  { what: "the same, liberal", method: "notrack-toggled", run: { method: "notrack-toggled", liberal: 1 }, stalledBy: ["all"] },
  { what: "table emptied, peer speaks first, NEW needs SYN", method: "conntrack-flush", run: { method: "conntrack-flush", traffic: "peer" }, stalledBy: ["unaccepted", "all"] },
  { what: "first enabled, peer speaks first, NEW needs SYN", method: "first-enabled", run: { method: "first-enabled", traffic: "peer" }, stalledBy: ["unaccepted", "all"] },
  { what: "the same, liberal", method: "first-enabled", run: { method: "first-enabled", traffic: "peer", liberal: 1 }, stalledBy: ["unaccepted", "all"] },
  { what: "table emptied, tcp_loose = 0, port accepted without SYN", method: "conntrack-flush", run: { method: "conntrack-flush", traffic: "self", style: "port", loose: 0 }, stalledBy: ["all"] },
  { what: "the same, tcp_loose = 1", method: "conntrack-flush", run: { method: "conntrack-flush", traffic: "self", style: "port" }, stalledBy: ["all"] },
];

describe("lab: reloads on this machine's kernel", () => {
  let verdicts: readonly string[];

  before(function () {
    const missing = labMissing(["nft", "iptables-legacy"]);
    if (missing !== undefined) skip(this, missing);
    verdicts = runLab("./reload.py", CASES.map(({ run }) => run)) as string[];
  }).timeout(100_000);

  const [major, minor] = release().split(".").map(Number);
  CASES.forEach(({ what, method, run, stalledBy }, index) => {
    const { lost } = losses(method, { major: major!, minor: minor! }, { liberal: run["liberal"] === 1, loose: run["loose"] !== 0 });
    const expected = stalledBy.includes(lost) ? "STALL" : "ok";
    it(`${what}: ${expected}, as the model says (${lost})`, () => assert.equal(verdicts[index], expected));
  });
});
