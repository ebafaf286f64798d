import type { Section, SwanctlTree } from "../../formats/swanctl/index.ts";
import type { Workspace } from "../workspace.ts";
import { addressOfHost, concrete } from "./addresses.ts";
import type { Algorithms } from "./algorithms.ts";
import { strongswanAlgorithms } from "./algorithms.ts";
import type { Carried, End, Peering, Proof, Said } from "./peering.ts";
import type { Layered, SwanctlConfiguration } from "./swanctl-layers.ts";
import { configurationOf, layered, sectionAt, settingOf, subsections } from "./swanctl-layers.ts";

/** The connections of a swanctl.conf, each with its two ends. */
export function peeringsOfSwanctl(workspace: Workspace, path: string): Peering[] {
  const document = workspace.document(path)!;
  const configuration = configurationOf(workspace, path);
  const seen = new Set<string>();
  const owners = (document.tree as SwanctlTree).entries.filter((entry): entry is Section => entry.kind === "section" && entry.name.text === "connections");
  return owners.flatMap(({ entries }) => entries).flatMap((section) => {
    if (section.kind !== "section" || section.name.hidden || section.conditional || seen.has(section.name.text)) return [];
    seen.add(section.name.text);
    const view = layered(configuration, sectionAt(configuration, ["connections", section.name.text]));
    return view.complete ? [peering(workspace, path, configuration, section, view)] : [];
  });
}

function peering(workspace: Workspace, path: string, configuration: SwanctlConfiguration, section: Section, view: Layered): Peering {
  const authentication = [...subsections(configuration, view, (name) => /^(?:local|remote)/i.test(name))];
  const end = (side: "local" | "remote"): End => {
    const written = said(view, `${side}_addrs`, (text) => text);
    const list = (written?.value ?? "").split(",");
    const addresses = list.map(concrete).flatMap((one) => one ?? []);
    const rounds = authentication.filter(([name]) => name.toLowerCase().startsWith(side));
    // With several rounds it is not told which of them the other end means.
    const only = rounds.length === 1 ? rounds[0]![1] : undefined;
    const id = only && said(only, "id", (text) => text);
    const proof = only && said(only, "auth", proofOf);
    return { addresses: side === "local" && addresses.length === 0 ? addressOfHost(workspace, path) : addresses, ...(id && { id }), ...(proof && { proof }) };
  };
  const ike = said(view, "version", (text) => (text === "1" ? 1 : text === "2" ? 2 : undefined));
  const proposals = said(view, "proposals", algorithmsOf);
  const group = subsections(configuration, view, (name) => name.toLowerCase() === "children").get("children");
  return {
    path, name: section.name.text, location: { path, range: section.name.range }, implementation: "strongswan", eitherWay: false,
    local: end("local"), remote: end("remote"), ...(ike && { ike }), ...(proposals && { proposals }),
    carries: group === undefined ? [] : [...subsections(configuration, group)].map(([name, child]) => carried(name, child)),
  };
}

function carried(name: string, child: Layered): Carried {
  const near = said(child, "local_ts", networks);
  const far = said(child, "remote_ts", networks);
  const esp = said(child, "esp_proposals", algorithmsOf);
  const mode = said(child, "mode", (text) => (/^(?:tunnel|transport)$/i.test(text) ? (text.toLowerCase() as "tunnel") : undefined));
  return { name, ...(near && { near }), ...(far && { far }), ...(esp && { esp }), ...(mode && { mode }) };
}

/** What a setting says; absent where it is not set, a template decides it, or `read` makes nothing of it. */
function said<T>(view: Layered, key: string, read: (text: string) => T | undefined): Said<T> | undefined {
  const found = settingOf(view, key);
  if (found === undefined || found.setting.conditional || found.setting.value!.hidden) return undefined;
  const value = read(found.setting.value!.text);
  return value === undefined ? undefined : { value, location: { path: found.path, range: found.setting.range } };
}

function proofOf(text: string): Proof | undefined {
  if (/^psk$/i.test(text)) return "a pre-shared key";
  return /^(?:pubkey|rsa|ecdsa|ike:)/.test(text) ? "a certificate or public key" : undefined;
}

function algorithmsOf(text: string): readonly Algorithms[] | undefined {
  const list = text.split(",").map((one) => strongswanAlgorithms(one.trim()));
  return list.every((one) => one !== undefined) ? list : undefined;
}

function networks(text: string): readonly string[] | undefined {
  const list = text.split(",").map((one) => one.trim());
  return list.some((one) => /\[|^dynamic|^%/.test(one)) ? undefined : list;
}
