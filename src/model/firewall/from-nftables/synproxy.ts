import type { Range } from "../../../engine/location.ts";
import type { Statement } from "../ruleset.ts";
import type { Surroundings } from "./match.ts";

const SYN_OR_ACK = 0x12n;

/**
 * `synproxy` takes the packets of a TCP handshake itself (net/netfilter/nft_synproxy.c): it answers for the server and then
 * lets the connection through. Other packets go on to the next statement.
 */
export function lowerSynproxy(range: Range, around: Surroundings, found: Statement[]): void {
  around.context.transport(6n, range, found);
  found.push(
    { kind: "match", field: "tcp flags", negated: true, values: { kind: "masked", mask: SYN_OR_ACK, values: [0n] }, range },
    { kind: "other", name: "synproxy", range },
    { kind: "verdict", verdict: { kind: "accept" }, range },
  );
}
