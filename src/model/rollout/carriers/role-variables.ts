import type { YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf } from "../../../formats/yaml/index.ts";
import type { Host, Value } from "../../fleet/fleet.ts";
import { variablesPlace } from "../../fleet/variable-files.ts";
import type { Workspace } from "../../workspace.ts";
import type { Carrier } from "./carrier.ts";
import { hostsOf } from "./reach.ts";
import { rebootCarriers } from "./unattended-upgrades.ts";

/**
 * Variables of public roles that end up in unattended-upgrades' configuration, with the one of the time and that one's
 * default: jnv.unattended-upgrades and hifis.toolkit.unattended_upgrades; geerlingguy.security.
 */
const VARIABLES: { readonly [reboot: string]: { readonly time: string; readonly otherwise: string } } = {
  unattended_automatic_reboot: { time: "unattended_automatic_reboot_time", otherwise: "now" },
  security_autoupdate_reboot: { time: "security_autoupdate_reboot_time", otherwise: "03:00" },
};

/** Variables by which hosts that others depend on reboot by themselves. */
export function roleVariables(workspace: Workspace, path: string): readonly Carrier[] {
  if (variablesPlace(path) === undefined || !/automatic_reboot|autoupdate_reboot/.test(workspace.text(path) ?? "")) return [];
  const document = workspace.document(path);
  if (document?.language !== "yaml") return [];
  const entries = entriesOf((document.tree as YamlTree).documents[0]);
  return entries.flatMap(({ key, value }) => {
    const names = VARIABLES[key];
    const hosts = names === undefined ? undefined : hostsOf(workspace, path);
    if (names === undefined || hosts === undefined) return [];
    const byTime = new Map<string, Host[]>();
    for (const host of hosts) {
      const variable = host.variables.get(key);
      const time = plain(host.variables.get(names.time)?.value) ?? (host.variables.has(names.time) ? undefined : names.otherwise);
      if (variable?.location.path !== path || plain(variable.value)?.toLowerCase() !== "true" || time === undefined) continue;
      byTime.set(time, [...(byTime.get(time) ?? []), host]);
    }
    const time = entries.find((entry) => entry.key === names.time)?.value.range;
    return rebootCarriers(workspace, byTime, { path, range: value.range }, time === undefined ? undefined : { path, range: time });
  });
}

function plain(value: Value | undefined): string | undefined {
  return (typeof value === "string" && !value.includes("{{")) || typeof value === "boolean" ? String(value).trim() : undefined;
}
