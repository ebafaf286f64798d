import { HOLE } from "../template/jinja.ts";
import type { Say } from "./check-chains.ts";
import type { Protocols } from "./check-protocols.ts";
import type { Variables } from "./check-variables.ts";
import { CLOSED } from "./symbols.ts";
import type { StatementNode } from "./tree.ts";

/** `reject` with an answer that cannot be sent to this packet. */
export function checkReject({ family: answer, code, range }: Extract<StatementNode, { kind: "reject" }>, protocols: Protocols, say: Say): void {
  const { network, transport, family } = protocols;
  const at = { range: code?.range ?? range };
  if (family === "arp" || ((family === "bridge" || family === "netdev") && network !== undefined && network !== "ip" && network !== "ip6")) {
    return say({ range }, `Nothing can answer ${network ?? family} packets: nft loads nothing of this file. Use drop.`);
  }
  if (answer === "tcp") {
    if (transport !== undefined && transport !== "tcp") say({ range }, `A TCP reset cannot answer ${transport}: nft loads nothing of this file. Use plain reject, or match on tcp.`);
    return;
  }
  if (answer === "icmpx" && (family === "ip" || family === "ip6")) return say(at, `icmpx is for tables with both families: nft loads nothing of this file. Use ${family === "ip" ? "icmp" : "icmpv6"}.`);
  const wanted = answer === "icmp" ? "ip" : answer === "icmpv6" ? "ip6" : undefined;
  if (wanted !== undefined && network !== undefined && network !== wanted) {
    return say(at, `${answer} cannot answer ${network} packets: nft loads nothing of this file. Use icmpx, or plain reject.`);
  }
  if (!answer || !code || code.text.includes(HOLE) || /^(\d+|0x[0-9a-f]+)$/i.test(code.text)) return;
  const names = CLOSED.get(`${answer}_code`);
  if (names && !names.has(code.text)) say(at, `${answer} has no code "${code.text}": nft loads nothing of this file. Use one of ${[...names.keys()].join(", ")}.`);
}

/** `queue` with a number that is none, or balanced over a single one. */
export function checkQueue({ num, flags }: Extract<StatementNode, { kind: "queue" }>, variables: Variables, say: Say): void {
  if (!num) return;
  const value = variables.expand(num);
  if (value.kind === "word" && /^\d+$/.test(value.text) && Number(value.text) > 65535) return say(num, "Queues are numbered up to 65535: nft loads nothing of this file.");
  if (value.kind === "field") {
    const [, modulus = "0", offset = "0"] = /mod (\d+)(?:.* offset (\d+))?/.exec(value.field) ?? [];
    if (Number(modulus) + Number(offset) - 1 > 65535) return say(num, "This gives numbers above 65535, and there are no such queues: nft loads nothing of this file.");
  }
  if (value.kind === "range" && value.from.kind === "word" && value.to.kind === "word" && Number(value.from.text) > Number(value.to.text)) {
    return say(num, "This range ends before it begins: nft loads nothing of this file. Turn it round.");
  }
  if (flags.includes("fanout") && (value.kind === "word" || value.kind === "field") && !("text" in value && value.text.includes(HOLE))) {
    say(num, "fanout spreads packets over several queues, so it needs a range such as 0-3: nft loads nothing of this file.");
  }
}

/** The family that a translation's address is of; undefined where the text does not tell it. Complains where it must. */
export function natFamily(statement: Extract<StatementNode, { kind: "nat" }>, protocols: Protocols, variables: Variables, say: Say): "ip" | "ip6" | undefined {
  const { network, family } = protocols;
  const { family: written, nat, to, port } = statement;
  const known = network === "ip" || network === "ip6" ? network : undefined;
  if (written !== undefined) {
    if (known !== undefined && known !== written && written !== "") {
      say(statement, `This is about ${written}, but the packet is ${known} here: nft loads nothing of this file.`);
    }
    return written === "ip" || written === "ip6" ? written : undefined;
  }
  if (nat === "tproxy" && port === undefined && !protocols.told) {
    say(statement, 'tproxy needs a match on the transport protocol before it: nft loads nothing of this file. Add one such as "meta l4proto tcp".');
    return undefined;
  }
  const value = to && variables.expand(to);
  const literal = value?.kind === "range" ? variables.expand(value.from) : value?.kind === "prefix" ? variables.expand(value.base) : value;
  if (family === "inet" && known === undefined && literal?.kind === "word" && /^[\d.]+$|:/.test(literal.text)) {
    const wanted = literal.text.includes(":") ? "ip6" : "ip";
    say(statement, `In an inet table nft must be told the family of the new address: it loads nothing of this file. Write "${nat} ${wanted} to …".`);
  }
  return known;
}
