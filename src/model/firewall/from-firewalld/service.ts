import type { Range } from "../../../engine/location.ts";
import { unknown } from "../../../engine/unknown.ts";
import type { XmlElement } from "../../../formats/xml.ts";
import { HOLE } from "../../../formats/template/jinja.ts";
import type { Statement } from "../ruleset.ts";
import { addressMatch, asks, attribute, portMatch } from "./build.ts";
import type { Service } from "./services.ts";
import { builtInService } from "./services.ts";

/** Finds a service that the repository defines itself. */
export type OwnServices = (name: string) => Service | undefined;

/** Services include each other at most so deep. */
const DEEPEST = 8;

/** The service that a file of firewalld.service(5) defines. */
export function readService(root: XmlElement): Service {
  const of = (name: string): readonly XmlElement[] => root.children.filter((child) => child.name === name);
  const port = (child: XmlElement): string => `${attribute(child, "port") ?? ""}/${attribute(child, "protocol") ?? ""}`;
  const ports = of("port").map(port);
  return {
    ports: ports.filter((one) => !one.startsWith("/")),
    protocols: [...of("protocol").map((child) => attribute(child, "value") ?? ""), ...ports.filter((one) => one.startsWith("/")).map((one) => one.slice(1))],
    sourcePorts: of("source-port").map(port),
    destinations: of("destination").flatMap((child) => ["ipv4", "ipv6"].flatMap((family) => attribute(child, family) ?? [])),
    includes: of("include").flatMap((child) => attribute(child, "service") ?? []),
  };
}

/** The ways in which a packet can be for a service; one with unknown values where nobody knows the service. */
export function serviceMatches(name: string, range: Range, own: OwnServices): Statement[][] {
  const found: Statement[][] = [];
  const seen = new Set<string>();
  const add = (wanted: string, depth: number): void => {
    if (seen.has(wanted) || depth > DEEPEST) return;
    seen.add(wanted);
    const service = wanted.includes(HOLE) ? undefined : (own(wanted) ?? builtInService(wanted));
    if (service === undefined) {
      found.push([asks("meta l4proto", unknown(wanted.includes(HOLE) ? "a template decides the service" : `what the service ${wanted} is is not in the text`), range)]);
      return;
    }
    const ways = [
      ...service.ports.map((port) => portMatch(port.split("/")[0]!, port.split("/")[1]!, "dport", range)),
      ...service.sourcePorts.map((port) => portMatch(port.split("/")[0]!, port.split("/")[1]!, "sport", range)),
      ...service.protocols.map((protocol) => portMatch("", protocol, "dport", range)),
    ];
    const destinations = service.destinations.map((address) => addressMatch(address, "daddr", range));
    for (const way of ways) {
      if (destinations.length === 0) found.push(way);
      else for (const destination of destinations) found.push([...destination, ...way]);
    }
    for (const included of service.includes) add(included, depth + 1);
  };
  add(name, 0);
  return found;
}
