import { isUnknown } from "../../engine/unknown.ts";
import { isConditional } from "../../formats/template/conditional.ts";
import { maskJinja } from "../../formats/template/jinja.ts";
import type { Workspace } from "../workspace.ts";
import type { Machine } from "./machines.ts";
import type { Interface, NetworkFile, Route } from "./network.ts";

/** A default route with the interface that it belongs to, where the text tells. */
export interface DefaultRoute {
  readonly route: Route;
  readonly device: string | undefined;
}

/** The default routes of a machine that are in one table with one metric, where there are several; in the order of the text, those that a template may leave out left out. */
export function rivalDefaults(workspace: Workspace, { files }: Machine): readonly (readonly DefaultRoute[])[] {
  const groups = new Map<string, DefaultRoute[]>();
  const decided = new Set<Route>();
  const started = startedByIfupdown(workspace, files);
  for (const file of files) {
    if (leftOut(workspace, file, files)) continue;
    const vrfs = new Map(file.interfaces.map((one) => [one.name, one.vrf]));
    const add = (route: Route, one: Interface | undefined): void => {
      const { to, family, table, metric, type, conditional } = route;
      if (to !== "default" || isUnknown(family) || isUnknown(table) || isUnknown(metric) || conditional === true || one?.conditional === true || route.replaces === true) return;
      if (type !== undefined && type !== "unicast") return;
      const device = one?.name ?? route.device;
      const vrf = device === undefined ? undefined : (one?.vrf ?? vrfs.get(device));
      if (vrf !== undefined && isUnknown(vrf.value)) return;
      if (file.source === "ifupdown" && started !== undefined && device !== undefined && !isUnknown(device) && !started.has(device)) return;
      // Scripts run when something calls them, and what may not be there stands for itself.
      const apart = file.rendered !== undefined && (file.undecided === true || file.source === "shell") ? file.rendered : "";
      const key = [family, vrf?.value ?? "", table, metric ?? "", apart].join("\0");
      if (file.rendered !== undefined) decided.add(route);
      groups.set(key, [...(groups.get(key) ?? []), { route, device: device === undefined || isUnknown(device) ? undefined : device }]);
    };
    for (const one of file.interfaces) for (const route of one.gateways) add(route, one);
    for (const route of file.routes) add(route, undefined);
  }
  const rivals = [...groups.values()].map((list) => distinct(list, decided)).filter((list) => list.length > 1);
  // What a host gets is decided.
  return rivals.map((list) => list.filter(({ route }) => decided.has(route) || !isConditional(maskJinja(workspace.text(route.location.path) ?? ""), route.location.range))).filter((list) => list.length > 1);
}

/** The interfaces that ifupdown brings up by itself; undefined where no line says so, or a pattern or template does. The others wait for somebody who calls ifup. */
function startedByIfupdown(workspace: Workspace, files: readonly NetworkFile[]): ReadonlySet<string> | undefined {
  const lines = files.filter(({ source }) => source === "ifupdown").flatMap(({ path }) => [...(workspace.text(path) ?? "").matchAll(/^[ \t]*(?:auto|allow-\S+)[ \t]+(\S.*)$/gm)].map((match) => match[1]!));
  const names = lines.flatMap((line) => line.trim().split(/\s+/));
  if (names.length === 0 || names.some((name) => /[/*?[{%\\$]/.test(name))) return undefined;
  return new Set(names.map((name) => name.replace(/:.*$/, "")));
}

/** True for a file in interfaces.d that the machine's own interfaces(5) does not read: `source-directory` takes names of letters, digits, - and _ alone. */
function leftOut(workspace: Workspace, { path, rendered }: NetworkFile, files: readonly NetworkFile[]): boolean {
  const [, folder, name] = /^(.*\/network\/)interfaces\.d\/([^/]+)$/.exec(rendered ?? path) ?? [];
  const main = files.find((file) => file.source === "ifupdown" && (file.rendered ?? file.path) === `${folder}interfaces`);
  if (folder === undefined || main === undefined) return false;
  const text = workspace.text(main.path) ?? "";
  if (/^[ \t]*source[ \t]/m.test(text) || text.includes("{")) return false;
  return !/^[ \t]*source-dir(?:ectory)?[ \t]/m.test(text) || !/^[\w-]+$/.test(name!);
}

/** A reader may give a route with its interface and among the file's; one place is one route. */
function distinct(list: readonly DefaultRoute[], decided: ReadonlySet<Route>): DefaultRoute[] {
  const byPlace = new Map(list.map((one) => [`${one.route.location.path}\0${one.route.location.range.start}${decided.has(one.route) ? `\0${JSON.stringify([one.device, one.route.via?.value])}` : ""}`, one]));
  return [...byPlace.values()];
}
