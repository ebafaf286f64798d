import { isUnknown } from "../../engine/unknown.ts";
import type { IpsecConfTree, Section } from "../../formats/ipsec-conf/index.ts";
import type { Workspace } from "../workspace.ts";
import { concrete } from "./addresses.ts";
import type { Algorithms } from "./algorithms.ts";
import { libreswanAlgorithms, strongswanAlgorithms } from "./algorithms.ts";
import type { Implementation } from "./connection.ts";
import { implementationOf } from "./implementation.ts";
import type { Inheritance } from "./ipsec-conf-layers.ts";
import { inheritance, sectionsBeside, settingUnder } from "./ipsec-conf-layers.ts";
import type { Carried, End, Peering, Proof, Said } from "./peering.ts";

/** The connections of an ipsec.conf that are loaded, left as the local end. */
export function peeringsOfIpsecConf(workspace: Workspace, path: string): Peering[] {
  const tree = workspace.document(path)!.tree as IpsecConfTree;
  const beside = sectionsBeside(workspace, path);
  const told = implementationOf(workspace, beside, path);
  const implementation = isUnknown(told) ? undefined : told;
  return tree.sections.flatMap((section) => {
    if (section.type.text !== "conn" || section.name === undefined || section.name.hidden || section.conditional || section.name.text === "%default") return [];
    const inherited = inheritance(beside, { path, section });
    const auto = word(inherited, "auto");
    if (!inherited.complete || auto === undefined || auto === "ignore" || /^(?:passthrough|pass|drop|reject)$/.test(word(inherited, "type") ?? "")) return [];
    return [peering(path, section, inherited, implementation)];
  });
}

function peering(path: string, section: Section, inherited: Inheritance, implementation: Implementation | undefined): Peering {
  const end = (side: "left" | "right"): End => {
    const address = concrete(word(inherited, side) ?? "");
    const id = said(inherited, `${side}id`, (text) => text);
    const proof = said(inherited, `${side}auth`, proofOf) ?? (word(inherited, `${side}auth`) === undefined ? said(inherited, "authby", proofOf) : undefined);
    return { addresses: address === undefined ? [] : [address], ...(id && { id }), ...(proof && { proof }) };
  };
  const ike = said(inherited, "keyexchange", (text) => (text === "ikev1" ? 1 : text === "ikev2" ? 2 : undefined)) ?? said(inherited, "ikev2", (text) => (/^(?:insist|yes|always|propose)$/.test(text) ? 2 : /^(?:no|never)$/.test(text) ? 1 : undefined));
  const algorithms = (text: string): readonly Algorithms[] | undefined => {
    // Without an exclamation mark strongSwan offers its defaults as well.
    if (implementation === "strongswan" && !text.endsWith("!")) return undefined;
    const list = text.replace(/!$/, "").split(",").map((one) => (implementation === "strongswan" ? strongswanAlgorithms(one.trim()) : libreswanAlgorithms(one.trim())));
    return list.every((one) => one !== undefined) ? list : undefined;
  };
  const proposals = implementation && said(inherited, "ike", algorithms);
  const near = said(inherited, "leftsubnet", networks);
  const far = said(inherited, "rightsubnet", networks);
  const mode = said(inherited, "type", (text) => (text === "tunnel" || text === "transport" ? text : undefined));
  const esp = implementation && (said(inherited, "esp", algorithms) ?? said(inherited, "phase2alg", algorithms));
  // Libreswan takes PFS from its own switch, so the group behind an algorithm tells nothing.
  const plain = esp && implementation === "libreswan" ? undefined : esp;
  const carried: Carried = { name: section.name!.text, ...(near && { near }), ...(far && { far }), ...(plain && { esp: plain }), ...(mode && { mode }) };
  return {
    path, name: section.name!.text, location: { path, range: section.name!.range }, ...(implementation && { implementation }), eitherWay: true,
    local: end("left"), remote: end("right"), ...(ike && { ike }), ...(proposals && { proposals }), carries: [carried],
  };
}

function word(inherited: Inheritance, name: string): string | undefined {
  return settingUnder(inherited, [name])?.setting.value?.text.toLowerCase();
}

function said<T>(inherited: Inheritance, name: string, read: (text: string) => T | undefined): Said<T> | undefined {
  const found = settingUnder(inherited, [name]);
  if (found === undefined || found.setting.conditional || found.setting.value!.hidden) return undefined;
  const value = read(found.setting.value!.text);
  return value === undefined ? undefined : { value, location: { path: found.path, range: found.setting.range } };
}

function proofOf(text: string): Proof | undefined {
  if (/^(?:secret|psk)$/i.test(text)) return "a pre-shared key";
  return /^(?:rsasig|rsa|pubkey|ecdsa|ecdsasig|rsa-sha\w+|ecdsa-sha\w+)(?:,\s*(?:rsasig|rsa|ecdsa|rsa-sha\w+|ecdsa-sha\w+))*$/i.test(text) ? "a certificate or public key" : undefined;
}

function networks(text: string): readonly string[] | undefined {
  const list = text.split(",").map((one) => one.trim());
  return list.every((one) => /^[\da-f.:]+\/\d+$/i.test(one)) ? list : undefined;
}
