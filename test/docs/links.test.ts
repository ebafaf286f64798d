import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { root } from "../../scripts/setup.mjs";
import { rules } from "../../src/core.ts";
import { lessons } from "../../src/lessons/index.ts";
import { anchorsOf, documents, linksOf, textOf } from "./markdown.ts";

/** Kinds of addresses outside of the repository that documents may name. Nothing is asked of the network. */
const OUTSIDE = [
  // Post-mortems, manuals and standards, by an address that says all of it.
  /^https:\/\/(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?(?:\/[^\s<>"]*)?$/i,
  // Some organisations' own texts are no more than that.
  /^http:\/\/(?:[a-z0-9-]+\.)+[a-z]{2,}(?:\/[^\s<>"]*)?$/i,
];
/** Names in code that look like a rule's. */
const FOLDERS = [...new Set([...rules.keys()].map((id) => id.split("/")[0]!))].join("|");

describe("links in the documents", () => {
  for (const path of documents()) {
    it(path, () => {
      for (const link of linksOf(textOf(path))) {
        if (/^[a-z][a-z0-9+.-]*:/i.test(link)) {
          assert.ok(OUTSIDE.some((kind) => kind.test(link)) && URL.canParse(link), `${link} is no address that a document may have`);
          continue;
        }
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? path : posix.normalize(posix.join(posix.dirname(path), decodeURI(file)));
        assert.ok(!target.startsWith(".."), `${link} leads out of the repository`);
        assert.ok(existsSync(join(root, target)), `${link}: there is no ${target}`);
        if (anchor === undefined) continue;
        assert.ok(statSync(join(root, target)).isFile(), `${link} names a heading of a folder`);
        assert.ok(anchorsOf(textOf(target)).has(anchor), `${link}: ${target} has no such heading, only ${[...anchorsOf(textOf(target))].join(", ")}`);
      }
    });
  }

  it("names of rules in code are those of rules", () => {
    const wrong = documents().flatMap((path) => {
      const text = textOf(path).replace(/^(`{3,})[^]*?^\1`*$/gm, "");
      const named = [...text.matchAll(new RegExp(`\`((?:${FOLDERS})/[a-z0-9-]+)\``, "g"))].map(([, id]) => id!);
      return named.filter((id) => !rules.has(id) && !lessons.has(id) && id !== "firewall/thing-check").map((id) => `${path}: ${id}`);
    });
    assert.deepEqual(wrong, []);
  });
});
