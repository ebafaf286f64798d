import type { Workspace } from "../workspace.ts";
import { fromEnc } from "./from-enc.ts";
import { fromCommands } from "./from-commands.ts";
import { fromIfupdown } from "./from-ifupdown.ts";
import { fromNetworkManager } from "./from-network-manager.ts";
import { fromNetworkd } from "./from-networkd.ts";
import { fromNetplan } from "./from-netplan.ts";
import { fromNetbox } from "./from-netbox.ts";
import { fromVariables } from "./from-variables.ts";
import { fromWgQuick } from "./from-wg-quick.ts";
import type { NetworkFile } from "./network.ts";
import { SourceText } from "./source-text.ts";

/** Reads what one kind of source says; undefined for a file of another kind, or one that says nothing of networks. */
export type NetworkReader = (source: SourceText) => NetworkFile | undefined;

/** In the order in which they are asked: the first that reads a file decides. */
const readers: readonly NetworkReader[] = [fromNetplan, fromNetworkd, fromIfupdown, fromNetworkManager, fromWgQuick, fromCommands, fromVariables, fromNetbox, fromEnc];

/** What a file says of its hosts' network; undefined where that is nothing. The subject `network`. */
export function readNetwork(workspace: Workspace, path: string): NetworkFile | undefined {
  return readNetworkFrom(new SourceText(workspace, path));
}

/** `readNetwork` with templates and variables as they are on the source's host. */
export function readNetworkFrom(source: SourceText): NetworkFile | undefined {
  for (const read of readers) {
    const file = read(source);
    if (file !== undefined) return file;
  }
  return undefined;
}
