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
import { networkSources } from "./rendered/placements.ts";
import { putAt } from "./rendered/put.ts";
import { SourceText } from "./source-text.ts";

/** Reads what one kind of source says; undefined for a file of another kind, or one that says nothing of networks. */
export type NetworkReader = (source: SourceText) => NetworkFile | undefined;

/** Readers that look at nothing but the file, in the order in which they are asked: the first that reads it decides. */
const ofOneFile: readonly NetworkReader[] = [fromNetplan, fromIfupdown, fromNetworkManager, fromWgQuick, fromCommands, fromVariables];
/** Readers that look at other files or the configuration too. */
const ofSeveral: readonly NetworkReader[] = [fromNetworkd, fromNetbox, fromEnc];

interface Known {
  readonly path: string;
  readonly file: NetworkFile | undefined;
}

/** By the file's tree, which an edit of another file leaves as it is. */
const known = new WeakMap<object, Known>();

/** What a file says of its hosts' network; undefined where that is nothing. The subject `network`. */
export function readNetwork(workspace: Workspace, path: string): NetworkFile | undefined {
  const document = workspace.document(path);
  if (document === undefined || (document.language === "yaml" && /(?:^|\/)(?:templates|files)\//.test(path))) {
    const asPut = readAsPut(workspace, path);
    if (asPut !== undefined) return asPut;
  }
  const tree = document?.tree;
  if (typeof tree !== "object" || tree === null) return undefined;
  const source = new SourceText(workspace, path);
  let own = known.get(tree);
  if (own?.path !== path) known.set(tree, (own = { path, file: firstOf(ofOneFile, source) }));
  return own.file ?? firstOf(ofSeveral, source);
}

/** A file of which only the place that it is put to tells what it is, read as it stands. */
function readAsPut(workspace: Workspace, path: string): NetworkFile | undefined {
  const destination = workspace.derive(networkSources).get(path);
  const text = destination === undefined ? undefined : workspace.text(path);
  if (destination === undefined || text === undefined) return undefined;
  const file = readNetworkFrom(new SourceText(putAt(destination, path, text, workspace), destination));
  return file && { ...file, path };
}

/** `readNetwork` with templates and variables as they are on the source's host. */
export function readNetworkFrom(source: SourceText): NetworkFile | undefined {
  return firstOf(ofOneFile, source) ?? firstOf(ofSeveral, source);
}

function firstOf(readers: readonly NetworkReader[], source: SourceText): NetworkFile | undefined {
  for (const read of readers) {
    const file = read(source);
    if (file !== undefined) return file;
  }
  return undefined;
}
