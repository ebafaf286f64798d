import type { Location, Range } from "../../../engine/location.ts";
import type { UnitTree } from "../../../formats/systemd-unit/index.ts";
import type { YamlNode, YamlTree } from "../../../formats/yaml/index.ts";
import { entriesOf, entryOf, itemsOf, nodeAt } from "../../../formats/yaml/index.ts";
import type { Workspace } from "../../workspace.ts";
import { mappings, moduleName } from "../../written/tasks.ts";

/** A port of the host that a container runtime translates to a container, for anybody. */
export interface Published {
  readonly port: number;
  /** The container's own port. */
  readonly inner: number;
  readonly protocol: "tcp" | "udp";
  /** The service or container, for a message. */
  readonly name: string;
  readonly runtime: "Docker" | "podman";
  readonly location: Location;
}

/** Every port that compose files, Quadlets and Ansible tasks publish on all addresses, by the file that says so. */
export function publishedPorts(workspace: Workspace): readonly Published[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): Published[] {
  return workspace.paths.flatMap((path): Published[] => {
    const document = workspace.document(path);
    if (/(^|\/)(docker-)?compose[\w.-]*\.ya?ml(\.j2)?$/.test(path) && document?.language === "yaml") return ofCompose(path, document.tree as YamlTree);
    if (/(^|\/)containers\/systemd\/.*\.container(\.j2)?$/.test(path)) return ofQuadlet(workspace, path);
    return document?.language === "yaml" && /\b(docker|podman)_container\b/.test(document.text) ? ofTasks(workspace, path) : [];
  });
}

function ofCompose(path: string, tree: YamlTree): Published[] {
  return entriesOf(nodeAt(tree.documents[0], "services")).flatMap(({ key, value }) => {
    // In the host's own network nothing is translated.
    if (text(entryOf(value, "network_mode")?.value) === "host") return [];
    return itemsOf(entryOf(value, "ports")?.value).flatMap((node) => port(node, { path, name: key, runtime: "Docker" }));
  });
}

function ofTasks(workspace: Workspace, path: string): Published[] {
  return [...mappings(workspace, path)].flatMap(({ node }) =>
    entriesOf(node).flatMap(({ key, value }) => {
      const module = moduleName(key);
      if (module !== "docker_container" && module !== "podman_container") return [];
      if (text(entryOf(value, "network_mode")?.value) === "host" || text(entryOf(value, "network")?.value) === "host") return [];
      const name = text(entryOf(value, "name")?.value) ?? "a container";
      const ports = entryOf(value, "published_ports") ?? entryOf(value, "ports") ?? entryOf(value, "publish");
      return itemsOf(ports?.value).flatMap((item) => port(item, { path, name, runtime: module === "docker_container" ? "Docker" : "podman" }));
    }),
  );
}

function ofQuadlet(workspace: Workspace, path: string): Published[] {
  const source = workspace.text(path) ?? "";
  const document = workspace.document(path);
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.container(\.j2)?$/, "");
  const about = { path, name, runtime: "podman" } as const;
  if (/^[ \t]*Network[ \t]*=[ \t]*host\b/m.test(source)) return [];
  if (document?.language === "systemd-unit") {
    const entries = (document.tree as UnitTree).sections.flatMap((section) => section.entries);
    return entries.filter(({ key }) => key === "PublishPort").flatMap(({ value, valueRange }) => published(value, valueRange, about));
  }
  return [...source.matchAll(/^[ \t]*PublishPort[ \t]*=[ \t]*(\S+)/gm)].flatMap((match) => {
    const end = match.index + match[0].length;
    return published(match[1]!, { start: end - match[1]!.length, end }, about);
  });
}

type About = { readonly path: string; readonly name: string; readonly runtime: Published["runtime"] };

function port(node: YamlNode, about: About): Published[] {
  if (node.kind === "mapping") {
    const [outer, inner] = [text(entryOf(node, "published")?.value), text(entryOf(node, "target")?.value)];
    if (outer === undefined || inner === undefined || isLocal(text(entryOf(node, "host_ip")?.value) ?? "")) return [];
    return published(`${outer}:${inner}/${text(entryOf(node, "protocol")?.value) ?? "tcp"}`, node.range, about);
  }
  const written = text(node);
  return written === undefined ? [] : published(written, node.range, about);
}

/** `[address:]port:inner[/protocol]` with single ports; a range or a variable tells no port. */
function published(written: string, range: Range, { path, name, runtime }: About): Published[] {
  const match = /^(?:(\[[^\]]*\]|[\d.]+|localhost):)?(\d+):(\d+)(?:\/(tcp|udp))?$/.exec(written.trim());
  if (match === null || isLocal(match[1] ?? "")) return [];
  return [{ port: Number(match[2]), inner: Number(match[3]), protocol: (match[4] ?? "tcp") as "tcp" | "udp", name, runtime, location: { path, range } }];
}

/** Bound to an address of its own, the loopback's or a link's, it is not for anybody. */
function isLocal(address: string): boolean {
  return address !== "" && !/^(0\.0\.0\.0|\[::\]|::)$/.test(address);
}

function text(node: YamlNode | undefined): string | undefined {
  return node?.kind === "scalar" ? node.text : undefined;
}
