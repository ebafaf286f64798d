import type { Maybe } from "../../engine/unknown.ts";
import { unknown } from "../../engine/unknown.ts";
import type { IpsecConfTree } from "../../formats/ipsec-conf/index.ts";
import type { Workspace } from "../workspace.ts";
import type { Implementation } from "./connection.ts";
import type { Keywords } from "./ipsec-conf-keywords.ts";
import { LIBRESWAN_KEYWORDS, STRONGSWAN_KEYWORDS } from "./ipsec-conf-keywords.ts";
import type { Placed } from "./ipsec-conf-layers.ts";

/** Whether a keyword, in small letters, is one that `keywords` has anywhere. */
function knows({ setup, conn, end, ca }: Keywords, keyword: string): boolean {
  const side = /^(?:left|right)(.*)$/.exec(keyword)?.[1];
  return setup.has(keyword) || conn.has(keyword) || ca.has(keyword) || end.has(side ?? keyword);
}

/** Which of the two reads the files: told by keywords that the other lacks, else by a comment that names one. */
export function implementationOf(workspace: Workspace, sections: readonly Placed[], path: string): Maybe<Implementation> {
  let libreswan = 0;
  let strongswan = 0;
  for (const { section } of sections) {
    for (const { key, value } of section.settings) {
      const name = key.text.toLowerCase();
      const [ofLibreswan, ofStrongswan] = [knows(LIBRESWAN_KEYWORDS, name), knows(STRONGSWAN_KEYWORDS, name)];
      if (ofLibreswan && !ofStrongswan) libreswan++;
      if (ofStrongswan && !ofLibreswan) strongswan++;
      if (name === "auto" && /^(keep|ondemand)$/.test(value?.text ?? "")) libreswan++;
      if (name === "ike" && /sha2_|;/.test(value?.text ?? "")) libreswan++;
      if (/^(left|right)cert$/.test(name) && /\.(pem|der|crt)$/.test(value?.text ?? "")) strongswan++;
    }
  }
  if (libreswan !== strongswan) return libreswan > strongswan ? "libreswan" : "strongswan";
  for (const file of new Set([path, ...sections.map((placed) => placed.path)])) {
    const document = workspace.document(file);
    if (document?.language !== "ipsec-conf") continue;
    for (const { start, end } of (document.tree as IpsecConfTree).comments) {
      const comment = document.text.slice(start, end);
      if (/libreswan/i.test(comment)) return "libreswan";
      if (/strongswan/i.test(comment)) return "strongswan";
    }
  }
  return unknown("whether strongSwan or Libreswan reads this file is not told");
}
