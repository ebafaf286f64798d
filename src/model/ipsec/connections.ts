import type { Workspace } from "../workspace.ts";
import type { Connection } from "./connection.ts";
import { readIpsecConfFile } from "./ipsec-conf.ts";
import { readRacoonFile } from "./racoon.ts";
import { readSwanctlFile } from "./swanctl.ts";

/** What one file of a keying daemon says. */
export interface IpsecFile {
  readonly path: string;
  readonly connections: readonly Connection[];
}

/** The connections that `path` defines; undefined where it is no keying daemon's file. */
export function readIpsec(workspace: Workspace, path: string): IpsecFile | undefined {
  switch (workspace.language(path)) {
    case "swanctl":
      return { path, connections: readSwanctlFile(workspace, path) };
    case "racoon":
      return { path, connections: readRacoonFile(workspace, path) };
    case "ipsec-conf":
      return { path, connections: readIpsecConfFile(workspace, path) };
    default:
      return undefined;
  }
}
