import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { lintFiles, loadWorkspace } from "../../src/core.ts";

interface Snippet {
  readonly prefix: string;
  readonly description: string;
  readonly body: readonly string[];
}

/** The file in which a snippet of each language is expanded. */
const FILE: Record<string, string> = {
  "premortem-nftables": "nftables.conf",
  "premortem-iptables": "rules.v4",
  "premortem-sysctl": "etc/sysctl.d/50-site.conf",
  "premortem-ceph-conf": "ceph.conf",
  yaml: "premortem.yaml",
};

/** The text with every placeholder as it is proposed. */
function expanded({ body }: Snippet): string {
  return body.join("\n").replace(/\$\{\d+\|([^,|]*)[^}]*\}/g, "$1").replace(/\$\{\d+:([^}]*)\}/g, "$1").replace(/\$\d+/g, "");
}

describe("snippets", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { contributes: { snippets: { language: string; path: string }[] } };
  assert.equal(manifest.contributes.snippets.length, 5);
  for (const { language, path } of manifest.contributes.snippets) {
    const snippets = JSON.parse(readFileSync(path, "utf8")) as Record<string, Snippet>;
    for (const [name, snippet] of Object.entries(snippets)) {
      it(`${language}: ${name}: parses, and nothing is found in it`, async () => {
        const text = expanded(snippet);
        assert.ok(!/\$\{|\$\d/.test(text), text);
        const file = FILE[language]!;
        const whole = language === "premortem-ceph-conf" && !text.startsWith("[") ? `[global]\n${text}` : text;
        const workspace = await loadWorkspace(new Map([[file, whole]]));
        assert.deepEqual(workspace.document(file)!.errors, [], text);
        assert.deepEqual(lintFiles(workspace).findings.map(({ rule, message }) => `${rule}: ${message}`), [], text);
      });
    }
  }
});
