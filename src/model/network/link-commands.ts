import { isUnknown, unknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { ShellWord } from "../../formats/shell/index.ts";
import type { CommandWords } from "./command-words.ts";
import type { InterfaceDraft } from "./draft.ts";
import type { CommandReading } from "./command-reading.ts";
import { interfaceAt, numberOf, writtenWord } from "./command-reading.ts";
import type { Encapsulation, EncapsulationOptions, InterfaceKind, Written } from "./network.ts";
import { encapsulationOf, tunnelFrom } from "./tunnel.ts";

const KINDS: Readonly<Record<string, InterfaceKind>> = { bridge: "bridge", bond: "bond", vlan: "vlan", dummy: "dummy", vrf: "vrf", team: "bond" };
/** Words with a value behind them that mean nothing here, so that the value is not taken for a word. */
const WITH_VALUE = new Set(["ttl", "hoplimit", "tos", "dsfield", "txqueuelen", "qlen", "address", "dstport", "srcport", "encap-sport", "encap-dport", "group", "numtxqueues", "numrxqueues", "alias", "mode", "index", "name", "vf", "ageing", "if_id", "flowlabel", "tclass", "protocol", "maxaddress"]);

/** What the words of one link say. */
interface LinkText {
  name?: ShellWord;
  type?: string;
  mtu?: Written<Maybe<number>>;
  master?: Written<Maybe<string>>;
  link?: Written<Maybe<string>>;
  local?: Written<Maybe<string>>;
  remotes: Written<Maybe<string>>[];
  id?: ShellWord;
  key?: Written<Maybe<string>>;
  options: { -readonly [K in keyof EncapsulationOptions]: EncapsulationOptions[K] };
}

/** `ip link add|set`, and `ip tunnel add|change` with what of the two `ip tunnel` it is. */
export function readLink(verb: string, words: CommandWords, reading: CommandReading, tunnel?: "tunnel" | "ip6tnl"): void {
  const adds = /^a(?:dd?)?$|^replace$/.test(verb);
  if (!adds && !/^s(?:et?)?$|^ch(?:ange?)?$/.test(verb)) return;
  const text: LinkText = { remotes: [], options: {} };
  if (tunnel === "ip6tnl") text.type = "ip6tnl";
  readWords(words, text, reading, tunnel !== undefined);
  const device = interfaceAt(text.name, reading);
  if (device === undefined) return;
  if (text.mtu !== undefined) device.mtu = text.mtu;
  if (text.master !== undefined) join(device, text.master, reading);
  if (adds || tunnel !== undefined) shape(device, text, reading);
}

function readWords(words: CommandWords, text: LinkText, reading: CommandReading, tunnel: boolean): void {
  while (words.left > 0) {
    const word = words.take()!;
    switch (word.text) {
      case "mtu": text.mtu = numberOf(words.take(), reading)!; break;
      case "master": case "vrf": text.master = writtenWord(words.take(), reading)!; break;
      case "type": case "mode": {
        if (word.text === "mode" && !tunnel) words.take();
        else text.type = words.take()?.text ?? "";
        break;
      }
      case "link": text.link = writtenWord(words.take(), reading)!; break;
      case "dev": {
        // `ip link set dev X`; for a tunnel the link under it.
        const device = words.take();
        if (text.name === undefined && device !== undefined) text.name = device;
        else text.link = writtenWord(device, reading)!;
        break;
      }
      case "name": {
        // `type veth peer name X` names another one.
        const name = words.take();
        if (text.name === undefined) set(text, "name", name);
        break;
      }
      case "up": case "down": break;
      case "local": text.local = writtenWord(words.take(), reading)!; break;
      case "remote": case "group": {
        const remote = writtenWord(words.take(), reading);
        if (remote !== undefined && remote.value !== "any" && (word.text === "remote" || text.type === "vxlan")) text.remotes.push(remote);
        break;
      }
      case "id": case "vni": set(text, "id", words.take()); break;
      case "key": case "okey": {
        text.key = writtenWord(words.take(), reading)!;
        text.options.key = true;
        break;
      }
      case "ikey": words.take(); break;
      case "csum": case "ocsum": text.options.checksum = true; break;
      case "seq": case "oseq": text.options.sequence = true; break;
      case "encaplimit": text.options.encapsulationLimit = words.take()?.text !== "none"; break;
      case "encap": {
        const kind = words.take()?.text;
        if (kind === "fou" || kind === "gue") text.options.udp = kind;
        break;
      }
      default:
        if (WITH_VALUE.has(word.text) && text.name !== undefined) words.take();
        else if (text.name === undefined) text.name = word;
    }
  }
}

function set(text: LinkText, key: "name" | "id", word: ShellWord | undefined): void {
  if (word !== undefined) text[key] = word;
}

function shape(device: InterfaceDraft, text: LinkText, reading: CommandReading): void {
  const { type, link, id, local, remotes, options } = text;
  const encapsulation: Maybe<Encapsulation> | undefined = type === undefined ? undefined : isHidden(type) ? unknown("a variable gives the tunnel's mode") : encapsulationOf(type);
  if (encapsulation !== undefined) {
    device.kind = "tunnel";
    device.tunnel = tunnelFrom({ mode: encapsulation, local, remotes, key: text.key ?? writtenWord(id, reading), underlay: link, options: Object.keys(options).length > 0 ? options : undefined });
  } else if (type !== undefined && Object.hasOwn(KINDS, type)) {
    device.kind = KINDS[type]!;
    if (type === "vlan" && id !== undefined) device.vlan = { id: numberOf(id, reading)!, ...(link && { link }) };
  }
  if (link !== undefined && !isUnknown(link.value)) reading.draft.refer("interface", link.value, link.location);
}

function isHidden(type: string): boolean {
  return !/^[\w/.-]+$/.test(type);
}

/** Puts an interface into a bridge, bond or VRF. */
function join(device: InterfaceDraft, master: Written<Maybe<string>>, reading: CommandReading): void {
  if (isUnknown(master.value) || isUnknown(device.name)) return;
  const holder = reading.draft.named(master.value);
  if (holder === undefined || holder.kind !== "vrf") reading.draft.interface(master.value, master.location).members.push({ value: device.name, location: master.location });
  else device.vrf = master;
  reading.draft.refer("interface", master.value, master.location);
}
