import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import type { Format } from "../../src/formats/format.ts";
import { ipsecConf } from "../../src/formats/ipsec-conf/index.ts";
import { racoon } from "../../src/formats/racoon/index.ts";
import { swanctl } from "../../src/formats/swanctl/index.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const corpus = recorded("corpus/ipsec");
const candidates: readonly Format<unknown>[] = [swanctl, racoon, ipsecConf];

describe("ipsec: files of other people", function () {
  if (!existsSync(corpus)) {
    it("give the findings that were reviewed", function () {
      needsRecord(this, "corpus/ipsec");
    });
    return;
  }
  const files = (readdirSync(corpus, { recursive: true }) as string[]).filter((file) => statSync(`${corpus}/${file}`).isFile()).sort();

  it("are each recognised as one language, and parsed without a complaint", () => {
    const counts = new Map<string, number>();
    const complaints: string[] = [];
    for (const file of files) {
      const text = readFileSync(`${corpus}/${file}`, "utf8");
      const hits = candidates.filter((format) => format.recognise(file.replace(/\.in$/, ""), text.slice(0, 4096)) !== false);
      assert.ok(hits.length < 2, `${file} is taken for ${hits.map((format) => format.language).join(" and ")}`);
      for (const format of hits) {
        counts.set(format.language, (counts.get(format.language) ?? 0) + 1);
        for (const error of format.parse(text).errors) complaints.push(`${file}: ${error.message}`);
      }
    }
    assert.deepEqual(complaints, []);
    for (const [language, least] of [["swanctl", 200], ["ipsec-conf", 200], ["racoon", 7]] as const) {
      assert.ok((counts.get(language) ?? 0) >= least, `${language}: ${counts.get(language)}`);
    }
  });
});
