import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { UnitTree } from "../../formats/wg-quick/index.ts";
import { parseCommands } from "../../formats/shell/index.ts";
import { networkOf } from "./address.ts";
import { Draft } from "./draft.ts";
import { readCommands } from "./ip-commands.ts";
import type { NetworkFile } from "./network.ts";
import { endpoint, tableName } from "./route.ts";
import { partsOf, SectionFile } from "./section-file.ts";
import type { SourceText } from "./source-text.ts";
import { peersOf } from "./peers.ts";
import { tunnelFrom } from "./tunnel.ts";

/** wg-quick(8): the interface is called like the file, and every AllowedIPs becomes a route. */
export function fromWgQuick(source: SourceText): NetworkFile | undefined {
  const document = source.workspace.document(source.path);
  if (document?.language !== "wg-quick") return undefined;
  const file = new SectionFile(source, document.tree as UnitTree);
  const draft = new Draft();
  const interfaceSection = file.sections.find(({ name }) => name === "Interface");
  const location = source.at(interfaceSection?.range ?? { start: 0, end: 0 });
  // Elsewhere a file is often a template for interfaces of other names.
  const named = /(?:^|\/)wireguard\/([\w=+.-]{1,15})\.conf$/.exec(source.path)?.[1] ?? /(?:^|\/)(wg\d+)\.conf(?:\.(?:j2|jinja2?|erb|tmpl))?$/.exec(source.path)?.[1];
  const name: Maybe<string> = named ?? unknown("the interface is called like the file, which is put elsewhere");
  const device = isUnknown(name) ? draft.add({ name, kind: "tunnel", location }) : draft.interface(name, location, "tunnel");
  const remotes = file.all(["Peer"], "endpoint").map((entry) => endpoint(source.written(partsOf(entry)[0]?.text ?? "", partsOf(entry)[0]?.range ?? entry.valueRange))!);
  device.tunnel = tunnelFrom({ mode: "wireguard", remotes, peers: peersOf(source, file.sections.filter((section) => section.name === "Peer")) });
  device.mtu = file.number(["Interface"], "mtu") ?? { value: unknown("wg-quick works the MTU out from the route to the peers"), location };
  for (const part of file.all(["Interface"], "address").flatMap(partsOf)) device.addresses.push(source.prefix(part.text, part.range));
  const table = file.written(["Interface"], "table")?.value ?? "main";
  if (table !== "off") {
    for (const { text, range } of file.all(["Peer"], "allowedips").flatMap(partsOf)) {
      const written = source.destination(text, range);
      // WireGuard drops the host's bits.
      const to = isUnknown(written) || written === "default" ? written : networkOf(written);
      // A default route gets a table and a rule of its own: it competes with none.
      if (to === "default") continue;
      draft.routes.push({ to, family: isUnknown(to) ? to : to.family, device: name, table: table === "auto" ? "main" : tableName(table), location: source.at(range) });
    }
  }
  if (!isUnknown(name)) {
    for (const { valueRange: { start, end } } of file.all(["Interface"], /^(?:PreUp|PostUp)$/i)) {
      readCommands(parseCommands(document.text.slice(start, end), start), { source, draft, iface: name }, false);
    }
  }
  return draft.file(source.path, "wg-quick");
}
