import { isUnknown } from "../../engine/unknown.ts";
import { isConditional } from "../../formats/template/conditional.ts";
import { maskJinja } from "../../formats/template/jinja.ts";
import type { Workspace } from "../workspace.ts";
import type { Machine } from "./machines.ts";
import type { Interface, Route } from "./network.ts";

/** A default route with the interface that it belongs to, where the text tells. */
export interface DefaultRoute {
  readonly route: Route;
  readonly device: string | undefined;
}

/** The default routes of a machine that are in one table with one metric, where there are several; in the order of the text, those that a template may leave out left out. */
export function rivalDefaults(workspace: Workspace, { files }: Machine): readonly (readonly DefaultRoute[])[] {
  const groups = new Map<string, DefaultRoute[]>();
  for (const file of files) {
    const vrfs = new Map(file.interfaces.map((one) => [one.name, one.vrf]));
    const add = (route: Route, one: Interface | undefined): void => {
      const { to, family, table, metric, type, conditional } = route;
      if (to !== "default" || isUnknown(family) || isUnknown(table) || isUnknown(metric) || conditional === true || one?.conditional === true) return;
      if (type !== undefined && type !== "unicast") return;
      const device = one?.name ?? route.device;
      const vrf = device === undefined ? undefined : (one?.vrf ?? vrfs.get(device));
      if (vrf !== undefined && isUnknown(vrf.value)) return;
      const key = [family, vrf?.value ?? "", table, metric ?? ""].join("\0");
      groups.set(key, [...(groups.get(key) ?? []), { route, device: device === undefined || isUnknown(device) ? undefined : device }]);
    };
    for (const one of file.interfaces) for (const route of one.gateways) add(route, one);
    for (const route of file.routes) add(route, undefined);
  }
  const rivals = [...groups.values()].map(distinct).filter((list) => list.length > 1);
  return rivals.map((list) => list.filter(({ route }) => !isConditional(maskJinja(workspace.text(route.location.path) ?? ""), route.location.range))).filter((list) => list.length > 1);
}

/** A reader may give a route with its interface and among the file's; one place is one route. */
function distinct(list: readonly DefaultRoute[]): DefaultRoute[] {
  const byPlace = new Map(list.map((one) => [`${one.route.location.path}\0${one.route.location.range.start}`, one]));
  return [...byPlace.values()];
}
