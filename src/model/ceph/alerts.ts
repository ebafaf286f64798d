import type { Range } from "../../engine/location.ts";
import type { YamlTree } from "../../formats/yaml/index.ts";
import { entryOf, itemsOf, nodeAt } from "../../formats/yaml/index.ts";
import type { Workspace } from "../workspace.ts";
import { mappings, plainText } from "../written/tasks.ts";
import type { CephSettings } from "./settings.ts";

/** An alert of Prometheus that asks for one of Ceph's metrics. */
export interface CephAlert {
  readonly path: string;
  readonly name: string;
  readonly range: Range;
  /** It fires when an OSD is down, or when the cluster's health says so. */
  readonly noticesOsds: boolean;
}

/** What tells of a dead OSD: its own metric, the health check, the cluster's health, or its service on the host. */
const NOTICES = /\bceph_osd_(up|in|metadata)\b|\bceph_health_(status|detail)\b|\bceph_num_osd|OSD_DOWN|OSD_HOST_DOWN|ceph[-_]osd@|ceph-osd/;
const CEPH = /\bceph_[a-z]+_?[a-z]|\bcount\(ceph_/;

/** Every alert on Ceph in the repository. */
export function cephAlerts(workspace: Workspace): readonly CephAlert[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): CephAlert[] {
  const found: CephAlert[] = [];
  for (const path of workspace.paths) {
    const text = workspace.text(path) ?? "";
    if (!text.includes("alert:") || !text.includes("ceph_") || workspace.language(path) !== "yaml") continue;
    for (const { node } of mappings(workspace, path)) {
      const name = entryOf(node, "alert")?.value;
      const expression = plainText(entryOf(node, "expr")?.value);
      if (name === undefined || expression === undefined || !CEPH.test(expression)) continue;
      found.push({ path, name: plainText(name) ?? "", range: name.range, noticesOsds: NOTICES.test(expression) });
    }
  }
  return found;
}

/** True for a file of alerts whose whole tree could be read. */
export function isWholeAlertFile(workspace: Workspace, path: string): boolean {
  const document = workspace.document(path);
  return document?.language === "yaml" && document.errors.length === 0 && (document.tree as YamlTree).documents.length > 0;
}

/** A place that silences news of dead OSDs. */
export interface Muted {
  readonly range: Range;
  readonly how: string;
}

/** `ceph health mute OSD_DOWN`, and Rook's checks of OSDs that are switched off. */
export function mutedOsds({ commands, resources }: CephSettings): Muted[] {
  const found: Muted[] = [];
  for (const { words } of commands) {
    const [area, verb, code, ...rest] = words;
    if (area?.text !== "health" || verb?.text !== "mute" || code === undefined || !/^OSD_(DOWN|HOST_DOWN|RACK_DOWN|ROOT_DOWN|ORPHAN|UNREACHABLE)$/.test(code.text)) continue;
    const sticky = rest.some(({ text }) => text === "--sticky");
    const duration = rest.find(({ text }) => /^\d+[smhdw]/.test(text));
    if (duration !== undefined && !sticky) continue;
    found.push({ range: code.range, how: `${code.text} is muted${sticky ? ", and stays so when it comes back" : " without an end"}` });
  }
  for (const { kind, spec } of resources) {
    if (kind !== "CephCluster") continue;
    const check = nodeAt(spec, "healthCheck", "daemonHealth", "osd", "disabled");
    if (check !== undefined && plainText(check) === "true") found.push({ range: check.range, how: "Rook does not look after OSDs" });
    for (const item of itemsOf(nodeAt(spec, "healthCheck", "muted"))) if (/^OSD_DOWN/.test(plainText(item) ?? "")) found.push({ range: item.range, how: `${plainText(item)!} is muted` });
  }
  return found;
}
