import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { IfupdownOption, IfupdownStanza, IfupdownTree } from "../../formats/ifupdown/index.ts";
import { parseCommands } from "../../formats/shell/index.ts";
import { Draft } from "./draft.ts";
import type { InterfaceDraft } from "./draft.ts";
import { familyOf } from "./address.ts";
import { readCommands } from "./ip-commands.ts";
import type { NetworkFile, Route, Written } from "./network.ts";
import { familyOfRoute } from "./route.ts";
import type { SourceText } from "./source-text.ts";
import { encapsulationOf, tunnelFrom } from "./tunnel.ts";

/** Commands that run when the interface comes up; what runs when it goes down takes away. */
const RUN_UP = /^(?:pre-up|up|post-up)$/;

/** Stanzas that inherit from one another, in one row. */
const LONGEST_CHAIN = 20;

/** interfaces(5) with the options of ifupdown's own methods, of bridge-utils, ifenslave and vlan, and of ifupdown2. */
export function fromIfupdown(source: SourceText): NetworkFile | undefined {
  const document = source.workspace.document(source.path);
  if (document?.language !== "ifupdown") return undefined;
  const draft = new Draft();
  const stanzas = (document.tree as IfupdownTree).stanzas.filter(({ keyword }) => keyword === "iface");
  const reader = new StanzaReader(source, draft, stanzas, document.text);
  for (const stanza of stanzas) reader.stanza(stanza);
  return draft.file(source.path, "ifupdown");
}

/** Options by name; `bridge_ports` and `bridge-ports` are one. */
type Options = ReadonlyMap<string, readonly IfupdownOption[]>;

class StanzaReader {
  readonly #source: SourceText;
  readonly #draft: Draft;
  /** The first stanza of each name, from which others inherit. */
  readonly #stanzas = new Map<string, IfupdownStanza>();
  readonly #text: string;

  constructor(source: SourceText, draft: Draft, stanzas: readonly IfupdownStanza[], text: string) {
    this.#source = source;
    this.#draft = draft;
    for (const stanza of stanzas) {
      const name = stanza.words[0]?.text ?? "";
      if (!this.#stanzas.has(name)) this.#stanzas.set(name, stanza);
    }
    this.#text = text;
  }

  stanza(stanza: IfupdownStanza): void {
    const [word, family, method] = stanza.words;
    if (word === undefined) return;
    const options = this.#options(stanza, new Set());
    const name = this.#source.text(word.text, word.range);
    const device = this.#device(name, stanza);
    if (method !== undefined && /^(?:dhcp|auto|bootp|ppp|wvdial|cellular)$/.test(method.text)) device.dynamic = true;
    if (method?.text === "loopback") device.kind = "loopback";
    this.#addresses(device, options, family?.text === "inet6" ? 6 : family?.text === "inet" ? 4 : undefined, stanza);
    const mtu = this.#number(options, "mtu");
    if (mtu !== undefined) device.mtu = mtu;
    this.#links(device, options);
    this.#tunnel(device, options, method?.text);
    const vrf = this.#written(options, "vrf");
    if (vrf !== undefined) device.vrf = vrf;
    const iface = isUnknown(name) ? undefined : name;
    for (const option of stanza.options) {
      if (!RUN_UP.test(option.key)) continue;
      const { start, end } = option.valueRange;
      readCommands(parseCommands(this.#text.slice(start, end), start), { source: this.#source, draft: this.#draft, ...(iface !== undefined && { iface }) }, option.conditional || stanza.conditional);
    }
  }

  /** An alias, `eth0:1`, is a further address of the interface. */
  #device(name: Maybe<string>, { words: [word], keywordRange, conditional }: IfupdownStanza): InterfaceDraft {
    const location = this.#source.at(word?.range ?? keywordRange);
    if (isUnknown(name)) return this.#draft.add({ name, kind: "other", location, ...(conditional && { conditional }) });
    const own = name.replace(/:.*$/, "");
    const first = this.#draft.named(own) === undefined;
    const device = this.#draft.interface(own, location);
    // It is there as soon as one of its stanzas is.
    if (!conditional) delete device.conditional;
    else if (first) device.conditional = true;
    if (/[*?[]/.test(own)) device.pattern = true;
    return device;
  }

  /** The stanza's options, after those that it inherits. */
  #options(stanza: IfupdownStanza, open: Set<IfupdownStanza>): Options {
    const all = new Map<string, IfupdownOption[]>();
    open.add(stanza);
    const at = stanza.words.findIndex(({ text }) => text === "inherits");
    const inherited = at === -1 ? undefined : stanza.words[at + 1]?.text;
    const base = inherited === undefined ? undefined : this.#stanzas.get(inherited);
    const own = new Set(stanza.options.map(({ key }) => plain(key)));
    if (base !== undefined && !open.has(base) && open.size < LONGEST_CHAIN) for (const [key, list] of this.#options(base, open)) if (!own.has(key)) all.set(key, [...list]);
    for (const option of stanza.options) {
      const list = all.get(plain(option.key));
      if (list === undefined) all.set(plain(option.key), [option]);
      else list.push(option);
    }
    return all;
  }

  #addresses(device: InterfaceDraft, options: Options, family: 4 | 6 | undefined, holder: IfupdownStanza): void {
    const mask = this.#written(options, "netmask") ?? this.#written(options, "prefixlen");
    for (const { value, valueRange } of options.get("address") ?? []) {
      const written = this.#source.prefix(value, valueRange, mask);
      // Without a mask ifupdown takes IPv4's old classes, and 64 for IPv6.
      const text = isUnknown(written.value) || value.includes("/") || mask !== undefined ? undefined : written.value;
      device.addresses.push(text === undefined ? written : { value: { ...text, length: text.family === 6 ? 64 : classLength(text.address) }, location: written.location });
    }
    for (const { value, valueRange, conditional } of options.get("gateway") ?? []) {
      for (const part of wordsOf(value, valueRange)) {
        const via = this.#source.written(part.text, part.range);
        const metric = this.#number(options, "metric")?.value;
        // On a link between two hosts the other end is the gateway, in no network of one's own.
        const onLink = options.has("pointopoint") || options.has("dstaddr") || options.has("endpoint");
        const known = isUnknown(via.value) ? family : (familyOf(via.value) ?? family);
        device.gateways.push({
          to: "default", family: known ?? familyOfRoute("default", "", via), via, device: device.name, table: "main", location: via.location,
          ...(metric !== undefined && { metric }), ...(onLink && { onLink }), ...((conditional || holder.conditional) && { conditional: true }),
        } satisfies Route);
      }
    }
  }

  #links(device: InterfaceDraft, options: Options): void {
    const bridge = options.get("bridge-ports");
    const bond = options.get("bond-slaves") ?? options.get("slaves");
    if (bridge !== undefined || (options.has("bridge-vlan-aware") && device.kind === "other")) device.kind = "bridge";
    if (bond !== undefined || options.has("bond-mode")) device.kind = "bond";
    for (const option of [...(bridge ?? []), ...(bond ?? [])]) for (const port of this.#ports(option)) device.members.push(port);
    const master = this.#written(options, "bond-master");
    if (master !== undefined && !isUnknown(master.value) && !isUnknown(device.name)) {
      this.#draft.interface(master.value, master.location, "bond").members.push({ value: device.name, location: master.location });
      this.#draft.refer("interface", master.value, master.location);
    }
    this.#vlan(device, options);
  }

  /** `bridge_ports eth0 eth1`; `none`, `all` and `regex …` name no interface. */
  #ports({ value, valueRange }: IfupdownOption): Written<Maybe<string>>[] {
    const ports: Written<Maybe<string>>[] = [];
    let mode = "";
    for (const { text, range } of wordsOf(value, valueRange)) {
      if (text === "regex" || text === "noregex" || text === "glob") mode = text;
      // ifupdown2 counts `swp3-9` out behind `glob`.
      else if (mode !== "regex" && !(mode === "glob" && /\d-\d/.test(text)) && text !== "none" && text !== "all" && !/[*?[]/.test(text)) {
        const port = this.#source.written(text, range);
        ports.push(port);
        if (!isUnknown(port.value)) this.#draft.refer("interface", port.value, port.location);
      }
    }
    return ports;
  }

  /** `vlan-raw-device`, or a name that says it: `eth0.10`, `vlan10`. */
  #vlan(device: InterfaceDraft, options: Options): void {
    const raw = this.#written(options, "vlan-raw-device");
    const id = this.#number(options, "vlan-id");
    if (isUnknown(device.name)) return;
    const dotted = /^(\S+)\.(\d{1,4})$/.exec(device.name);
    const named = /^vlan0*(\d{1,4})$/.exec(device.name);
    const number = dotted?.[2] ?? (raw === undefined ? undefined : (named?.[1] ?? /(\d{1,4})$/.exec(device.name)?.[1]));
    if (id === undefined && number === undefined) return;
    const parent = dotted === null ? undefined : { value: dotted[1]!, location: device.location };
    const link = raw ?? parent;
    device.kind = "vlan";
    device.vlan = { id: id ?? { value: Number(number), location: device.location }, ...(link && { link }) };
    if (link !== undefined && !isUnknown(link.value)) this.#draft.refer("interface", link.value, link.location);
  }

  #tunnel(device: InterfaceDraft, options: Options, method: string | undefined): void {
    const vni = this.#written(options, "vxlan-id");
    if (vni !== undefined) {
      const remotes = [...(options.get("vxlan-remoteip") ?? []), ...(options.get("vxlan-peer-ips") ?? [])].flatMap((option) => this.#list(option));
      device.kind = "tunnel";
      device.tunnel = tunnelFrom({ mode: "vxlan", local: this.#written(options, "vxlan-local-tunnelip") ?? this.#written(options, "vxlan-local-ip"), remotes, key: vni, underlay: this.#written(options, "vxlan-physdev") });
      return;
    }
    const word = this.#written(options, "tunnel-mode") ?? (method === "tunnel" ? this.#written(options, "mode") : undefined);
    const sit = method === "v4tunnel" || method === "6to4" || method === "isatap";
    if (word === undefined && !sit) {
      if (options.has("wireguard-config-path")) device.tunnel = tunnelFrom({ mode: "wireguard" });
      if (device.tunnel !== undefined) device.kind = "tunnel";
      return;
    }
    const mode = word === undefined ? "sit" : isUnknown(word.value) ? word.value : (encapsulationOf(word.value) ?? unknown(`${word.value} is no mode of a tunnel that is known here`));
    const remote = this.#written(options, "tunnel-endpoint") ?? this.#written(options, "tunnel-remote") ?? this.#written(options, "endpoint");
    device.kind = "tunnel";
    device.tunnel = tunnelFrom({
      mode,
      local: this.#written(options, "tunnel-local") ?? this.#written(options, "local"),
      remotes: remote === undefined || remote.value === "any" ? [] : [remote],
      key: this.#written(options, "tunnel-key") ?? this.#written(options, "key"),
      underlay: this.#written(options, "tunnel-physdev") ?? this.#written(options, "tunnel-dev"),
    });
  }

  #list({ value, valueRange }: IfupdownOption): Written<Maybe<string>>[] {
    return wordsOf(value, valueRange).map(({ text, range }) => this.#source.written(text, range));
  }

  #written(options: Options, key: string): Written<Maybe<string>> | undefined {
    const option = options.get(key)?.at(-1);
    return option && this.#source.written(option.value, option.valueRange);
  }

  #number(options: Options, key: string): Written<Maybe<number>> | undefined {
    const option = options.get(key)?.at(-1);
    return option && this.#source.number(option.value, option.valueRange);
  }
}

function plain(key: string): string {
  return key.replaceAll("_", "-");
}

/** The words of a value on one line, with their places. */
function wordsOf(value: string, range: { start: number; end: number }): { text: string; range: { start: number; end: number } }[] {
  const whole = range.end - range.start === value.length;
  return [...value.matchAll(/\S+/g)].map(({ 0: text, index }) => ({ text, range: whole ? { start: range.start + index, end: range.start + index + text.length } : range }));
}

/** The length that an address without a mask has by its class, as ifupdown's inet methods assume. */
function classLength(address: string): number {
  const first = Number(address.split(".")[0]);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}
