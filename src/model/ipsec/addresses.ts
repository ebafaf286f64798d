import ipaddr from "ipaddr.js";
import { isUnknown } from "../../engine/unknown.ts";
import type { Workspace } from "../workspace.ts";

/** An address or a host name as both ends would write it; undefined: it stands for anybody. */
export function concrete(text: string): string | undefined {
  const word = text.trim().toLowerCase();
  if (word === "" || word.startsWith("%") || word.includes("/") || /^\d[\d.]*-/.test(word)) return undefined;
  if (ipaddr.isValid(word)) return ipaddr.parse(word).toString();
  return /^[a-z][\w-]*(?:\.[\w-]+)+$/.test(word) ? word : undefined;
}

/** The address of the one host that gets `path`, where the file does not say it. */
export function addressOfHost(workspace: Workspace, path: string): readonly string[] {
  const scope = workspace.fleet.scopeOf(path);
  if (isUnknown(scope) || scope.hosts.length !== 1) return [];
  const value = scope.hosts[0]!.variables.get("ansible_host")?.value;
  const found = typeof value === "string" && ipaddr.isValid(value) ? concrete(value) : undefined;
  return found === undefined ? [] : [found];
}
