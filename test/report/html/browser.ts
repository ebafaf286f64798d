import { createHash } from "node:crypto";
import type { Browser } from "playwright-core";
import { chromium } from "playwright-core";
import { join } from "node:path";
import { ensureChromium } from "../../../scripts/setup.mjs";
import { PAGE_STYLE, reviewHtml } from "../../../src/report/html/page.ts";
import type { Reviewed } from "../../../src/report/reviewed.ts";
import { findingOf, reviewedOf, textsOf } from "../../support/reviewed.ts";
import { skip } from "../../support/skip.ts";

const INCIDENTS = "test/incidents";

/** A browser without a window; skips the suite where there is none. */
export async function launch(context: Mocha.Context): Promise<Browser> {
  const executablePath = ensureChromium();
  if (executablePath === undefined) skip(context, "there is no chromium and it cannot be installed; as root: apt-get install chromium");
  // As root, chromium's sandbox does not start.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}

/** The page as the command line writes it. */
export function fileOf(reviewed: Reviewed): string {
  return reviewHtml([reviewed], { policy: { styleHash: `sha256-${createHash("sha256").update(PAGE_STYLE).digest("base64")}` } });
}

/** The review of an incident; `of`: the folder below it with another change. */
export function incident(name: string, of = ""): Promise<Reviewed> {
  return reviewedOf(textsOf(join(INCIDENTS, name, of, "before")), textsOf(join(INCIDENTS, name, of, "after")));
}

/** A review with a number of findings, in files and rules by turns. */
export async function large(findings: number): Promise<Reviewed> {
  const line = "net.ipv4.ip_forward = 0 # as it was\n";
  const texts = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`hosts/web${index}/etc/sysctl.d/${index}.conf`, line.repeat(300)]));
  const rules = ["sysctl/forwarding-off", "sysctl/overridden", "sysctl/unknown-key", "firewall/flow-opened"];
  const list = Array.from({ length: findings }, (_, index) => {
    const start = line.length * (index % 300);
    const range = { start, end: start + 19 };
    const path = `hosts/web${index % 20}/etc/sysctl.d/${index % 20}.conf`;
    return findingOf({
      rule: rules[index % rules.length]!,
      severity: (["error", "warning", "info"] as const)[index % 3]!,
      message: `Finding ${index} says what is wrong. It says what happens. It says what to do.`,
      location: { path, range },
      lessons: ["2015-tunnel-pmtu-collapse"],
      related: [{ location: { path, range }, message: "This is why." }],
      fixes: [{ title: "Set it to 1", safety: "unsafe", edits: [{ path, range, newText: "net.ipv4.ip_forward = 1" }] }],
      data: { hosts: index },
      fingerprint: index.toString(16).padStart(16, "0"),
    });
  });
  return reviewedOf({}, texts, { findings: list });
}
