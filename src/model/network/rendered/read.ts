import type { Host } from "../../fleet/fleet.ts";
import type { Workspace } from "../../workspace.ts";
import type { NetworkFile } from "../network.ts";
import { readNetworkFrom } from "../read.ts";
import { SourceText } from "../source-text.ts";
import type { RenderedFile } from "./files.ts";
import { renderedFilesOf } from "./files.ts";
import { setOrigins } from "./origin.ts";
import { placeIn, variableIn } from "./text.ts";

/** What the files say that templates give a host, by the template. Hosts with the same files have the same objects. */
export function renderedNetworkOf(workspace: Workspace, host: Host): ReadonlyMap<string, readonly NetworkFile[]> {
  const files = renderedFilesOf(workspace, host);
  if (files.length === 0) return NONE;
  const [first] = files;
  const known = byFirst.get(first!) ?? [];
  const same = known.find((one) => one.files.length === files.length && one.files.every((file, index) => file === files[index]));
  if (same !== undefined) return same.network;
  const network = read(files, workspace);
  // Of hosts that begin alike and go on differently, the last few.
  byFirst.set(first!, [{ files, network }, ...known.slice(0, 7)]);
  return network;
}

interface Known {
  readonly files: readonly RenderedFile[];
  readonly network: ReadonlyMap<string, readonly NetworkFile[]>;
}

const NONE: ReadonlyMap<string, readonly NetworkFile[]> = new Map();
const byFirst = new WeakMap<RenderedFile, readonly Known[]>();
const alone = new WeakMap<RenderedFile, NetworkFile | "nothing">();

function read(files: readonly RenderedFile[], workspace: Workspace): ReadonlyMap<string, readonly NetworkFile[]> {
  const byTemplate = new Map<string, NetworkFile[]>();
  // networkd's files speak of each other's devices; any other speaks for itself.
  const together = files.filter(({ destination }) => /(?:^|\/)systemd\/network\//.test(destination));
  const joint = together.length > 1 ? tree(together, workspace) : undefined;
  for (const file of files) {
    const own = joint !== undefined && together.includes(file) ? ofFile(file, joint) : readAlone(file, workspace);
    const list = byTemplate.get(file.path);
    if (list === undefined) byTemplate.set(file.path, own === undefined ? [] : [own]);
    else if (own !== undefined) list.push(own);
  }
  return byTemplate;
}

function readAlone(file: RenderedFile, workspace: Workspace): NetworkFile | undefined {
  let found = alone.get(file);
  if (found === undefined) alone.set(file, (found = ofFile(file, tree([file], workspace)) ?? "nothing"));
  return found === "nothing" ? undefined : found;
}

/** The files as a host has them, which lead back to their templates. */
function tree(files: readonly RenderedFile[], workspace: Workspace): Workspace {
  const host = workspace.apart(new Map(files.map(({ destination, rendered }) => [destination, rendered.text])));
  setOrigins(host, new Map(files.map(({ destination, rendered }) => [destination, { place: (range) => placeIn(rendered, range), variable: (range) => variableIn(rendered, range) }])));
  return host;
}

function ofFile({ path, destination, undecided }: RenderedFile, host: Workspace): NetworkFile | undefined {
  const file = readNetworkFrom(new SourceText(host, destination));
  return file && { ...file, path, rendered: destination, ...(undecided && { undecided }) };
}
