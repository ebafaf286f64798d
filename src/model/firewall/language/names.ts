import type { NftFile } from "../../../formats/nftables/index.ts";
import type { IptablesTree } from "../../../formats/iptables/index.ts";
import type { ShellTree } from "../../../formats/shell/index.ts";
import type { Document } from "../../workspace.ts";
import { iptablesNames, shellNames } from "./iptables-names.ts";
import { nftNames } from "./nft-names.ts";
import type { Occurrence } from "./occurrence.ts";
import { spanAt } from "./occurrence.ts";

const known = new WeakMap<Document, readonly Occurrence[]>();

/** Every name in a firewall file, in the order of the text; none in files of other kinds. Kept as long as the document is. */
export function namesOf(document: Document): readonly Occurrence[] {
  let names = known.get(document);
  if (names === undefined) known.set(document, (names = read(document)));
  return names;
}

function read(document: Document): readonly Occurrence[] {
  switch (document.language) {
    case "nftables":
      return nftNames(document.tree as NftFile);
    case "iptables-save":
      return iptablesNames(document.tree as IptablesTree);
    case "shell":
      return shellNames(document.tree as ShellTree);
    default:
      return [];
  }
}

/** The name at a place of the text. */
export function nameAt(document: Document, offset: number): Occurrence | undefined {
  return spanAt(namesOf(document), offset);
}
