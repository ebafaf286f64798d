import { isUnknown } from "../../engine/unknown.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { CommandWords } from "./command-words.ts";
import type { CommandReading } from "./command-reading.ts";
import { interfaceAt, numberOf, wordText, writtenWord } from "./command-reading.ts";
import type { Written } from "./network.ts";
import { endpoint, familyOfRoute } from "./route.ts";
import { tunnelFrom } from "./tunnel.ts";

/** Commands of net-tools, bridge-utils, vlan and wireguard-tools. */
export function readLegacyCommand(program: string, words: CommandWords, reading: CommandReading): void {
  if (program === "ifconfig") readIfconfig(words, reading);
  else if (program === "route") readRoute(words, reading);
  else if (program === "brctl") readBrctl(words, reading);
  else if (program === "vconfig") readVconfig(words, reading);
  else if (program === "wg") readWg(words, reading);
}

function readIfconfig(words: CommandWords, reading: CommandReading): void {
  const { source } = reading;
  const device = interfaceAt(words.take(), reading);
  if (device === undefined) return;
  while (words.left > 0) {
    const word = words.take()!;
    if (word.text === "mtu") device.mtu = numberOf(words.take(), reading)!;
    else if (word.text === "netmask") {
      const mask = writtenWord(words.take(), reading);
      const address = device.addresses.pop();
      if (address === undefined) continue;
      const value = isUnknown(address.value) ? undefined : address.value.address;
      device.addresses.push(value === undefined ? address : source.prefix(value, address.location.range, mask));
    } else if (/^[\d.]+(?:\/\d+)?$/.test(word.text) || word.text.includes(":")) device.addresses.push(source.prefix(word.text, word.range));
    else if (/^(?:broadcast|pointopoint|dstaddr|hw|metric|txqueuelen)$/.test(word.text)) words.take();
  }
}

function readRoute(words: CommandWords, reading: CommandReading): void {
  const { source, draft, conditional } = reading;
  let family: 4 | 6 | undefined;
  while (words.peek()?.startsWith("-") === true) {
    const option = words.take()!.text;
    if (option === "-6" || option === "-Ainet6" || (option === "-A" && words.take()?.text === "inet6")) family = 6;
  }
  if (!words.takeIf("add")) return;
  words.takeIf("-net", "-host");
  const to = words.take();
  if (to === undefined) return;
  let mask: Written<Maybe<string>> | undefined;
  let via: Written<Maybe<string>> | undefined;
  let device: Maybe<string> | undefined;
  let metric: Maybe<number> | undefined;
  while (words.left > 0) {
    const word = words.take()!;
    if (word.text === "netmask") mask = writtenWord(words.take(), reading);
    else if (word.text === "gw") via = writtenWord(words.take(), reading);
    else if (word.text === "dev") device = wordText(words.take(), reading);
    else if (word.text === "metric") metric = numberOf(words.take(), reading)?.value;
    else if (word.text === "reject") return;
  }
  const plain = mask === undefined || to.text === "default";
  const whole = plain ? source.destination(to.text, to.range) : source.prefix(to.text, to.range, mask).value;
  const destination = !isUnknown(whole) && whole !== "default" && whole.length === 0 ? "default" : whole;
  draft.routes.push({
    to: destination, family: family ?? (destination === "default" && via === undefined ? 4 : familyOfRoute(destination, to.text, via)), table: "main", location: source.at(to.range),
    ...(via && { via }), ...(device !== undefined && { device }), ...(metric !== undefined && { metric }), ...(conditional && { conditional }),
  });
}

function readBrctl(words: CommandWords, reading: CommandReading): void {
  const verb = words.take()?.text;
  if (verb !== "addbr" && verb !== "addif") return;
  const bridge = interfaceAt(words.take(), reading);
  if (bridge === undefined) return;
  bridge.kind = "bridge";
  while (verb === "addif" && words.left > 0) {
    const port = writtenWord(words.take(), reading)!;
    bridge.members.push(port);
    if (!isUnknown(port.value)) reading.draft.refer("interface", port.value, port.location);
  }
}

/** `vconfig add eth0 10` makes eth0.10. */
function readVconfig(words: CommandWords, reading: CommandReading): void {
  if (!words.takeIf("add")) return;
  const link = writtenWord(words.take(), reading);
  const word = words.take();
  const id = numberOf(word, reading);
  if (link === undefined || id === undefined || isUnknown(link.value) || isUnknown(id.value)) return;
  const made = reading.draft.interface(`${link.value}.${id.value}`, id.location, "vlan");
  made.vlan = { id, link };
  reading.draft.refer("interface", link.value, link.location);
}

/** `wg set wg0 … peer KEY endpoint HOST:PORT` */
function readWg(words: CommandWords, reading: CommandReading): void {
  if (!words.takeIf("set")) return;
  const device = interfaceAt(words.take(), reading);
  if (device?.tunnel === undefined) return;
  while (words.left > 0) {
    if (words.take()!.text !== "endpoint") continue;
    const remote = endpoint(writtenWord(words.take(), reading));
    if (remote !== undefined) device.tunnel = tunnelFrom({ ...device.tunnel, remotes: [...device.tunnel.remotes, remote] });
  }
}
