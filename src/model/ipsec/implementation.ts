import type { Maybe } from "../../engine/unknown.ts";
import { unknown } from "../../engine/unknown.ts";
import type { IpsecConfTree } from "../../formats/ipsec-conf/index.ts";
import type { Workspace } from "../workspace.ts";
import type { Implementation } from "./connection.ts";
import type { Placed } from "./ipsec-conf-layers.ts";

/** Keywords that only one of the two knows: their ipsec.conf(5). */
const LIBRESWAN = new Set(
  `virtual-private virtual_private protostack plutodebug dumpdir nssdir logfile logtime logappend plutostderrlog phase2 phase2alg
  ikev2 salifetime ipsec-lifetime ipseclifetime leftrsasigkey rightrsasigkey leftaddresspool rightaddresspool narrowing sha2-truncbug
  sha2_truncbug ikepad retransmit-timeout retransmit-interval fragmentation-size mark-in mark-out vti-interface vti-routing ipsec-interface
  nic-offload leftmodecfgclient rightmodecfgserver failureshunt negotiationshunt initial-contact enable-tcp ppk intermediate`.split(/\s+/),
);
const STRONGSWAN = new Set(
  `charondebug strictcrlpolicy cachecrls charonstart plutostart closeaction inactivity installpolicy leftfirewall rightfirewall
  lefthostaccess leftallowany rightallowany reauth tfc margintime eap_identity aaa_identity forceencaps ah 
  leftgroups rightgroups rightsourceip leftdns rightdns mediation mediated_by me_peerid reqid mark_in mark_out
  lifebytes marginbytes lifepackets marginpackets leftsigkey rightsigkey`.split(/\s+/),
);

/** Which of the two reads the files: told by keywords that the other lacks, else by a comment that names one. */
export function implementationOf(workspace: Workspace, sections: readonly Placed[], path: string): Maybe<Implementation> {
  let libreswan = 0;
  let strongswan = 0;
  for (const { section } of sections) {
    for (const { key, value } of section.settings) {
      const name = key.text.toLowerCase();
      if (LIBRESWAN.has(name)) libreswan++;
      if (STRONGSWAN.has(name)) strongswan++;
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
