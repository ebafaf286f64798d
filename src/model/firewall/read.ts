import type { NftFile } from "../../formats/nftables/index.ts";
import type { FirewalldTree } from "../../formats/firewalld/index.ts";
import type { IptablesTree } from "../../formats/iptables/tree.ts";
import type { ShellTree } from "../../formats/shell/index.ts";
import type { Workspace } from "../workspace.ts";
import { fromFirewalld, servicesOf } from "./from-firewalld/index.ts";
import { fromIptables } from "./from-iptables/index.ts";
import { fromUfw } from "./from-iptables/ufw.ts";
import { fromNftables } from "./from-nftables/index.ts";
import { includesIn, scopeOf } from "./from-nftables/includes.ts";
import { fromShell } from "./from-shell/index.ts";
import type { Ruleset } from "./ruleset.ts";

/** The packet filter that a file describes; undefined where it describes none. */
export function readFirewall(workspace: Workspace, path: string): Ruleset | undefined {
  const document = workspace.document(path);
  switch (document?.language) {
    case "nftables":
      return fromNftables(path, document.tree as NftFile, scopeOf(workspace, path), includesIn(workspace));
    case "iptables-save":
      return fromUfw(workspace, path) ?? fromIptables(path, document.tree as IptablesTree);
    case "firewalld":
      return fromFirewalld(path, document.tree as FirewalldTree, (name) => workspace.derive(servicesOf).get(name));
    case "shell":
      return fromShell(path, document.text, document.tree as ShellTree);
    default:
      return undefined;
  }
}
