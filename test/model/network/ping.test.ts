import assert from "node:assert/strict";
import { parseCommands } from "../../../src/formats/shell/index.ts";
import { pingOf } from "../../../src/model/network/ping.ts";

const read = (text: string): unknown[] =>
  parseCommands(text).flatMap(({ words }) => {
    const ping = pingOf(words);
    return ping === undefined ? [] : [[ping.program, ping.target?.text, ping.device?.text, ping.size?.value, ping.whole, ping.family]];
  });

describe("ping", () => {
  it("takes its options apart and together, with their values in the same word or the next", () => {
    assert.deepEqual(read("ping -qc3 -W2 -I wg0 10.9.0.2"), [["ping", "10.9.0.2", "wg0", undefined, false, undefined]]);
    assert.deepEqual(read("ping 10.9.0.2 -s1400 -M do -6"), [["ping", "10.9.0.2", undefined, 1400, true, 6]]);
    assert.deepEqual(read("/bin/ping6 -n -i 0.2 -c 5 -s 1232 fd00::2 > /dev/null"), [["ping6", "fd00::2", undefined, 1232, false, 6]]);
    assert.deepEqual(read("ping -M dont -c1 host.example.net"), [["ping", "host.example.net", undefined, undefined, false, undefined]]);
  });

  it("reads fping's and the plugins' options as they mean them", () => {
    assert.deepEqual(read("fping -q -c 3 -M -b 1448 10.9.0.2"), [["fping", "10.9.0.2", undefined, 1448, true, undefined]]);
    assert.deepEqual(read("/usr/lib/nagios/plugins/check_ping -H 10.9.0.2 -w 100,20% -c 500,60% -p 5"), [["check_ping", "10.9.0.2", undefined, undefined, false, undefined]]);
  });

  it("is found behind other programs, and is not what others are called", () => {
    assert.deepEqual(read("if ! sudo timeout 5 ping -c1 10.9.0.2; then exit 1; fi"), [["ping", "10.9.0.2", undefined, undefined, false, undefined]]);
    assert.deepEqual(read("ip netns exec red ping -c1 10.9.0.2"), [["ping", "10.9.0.2", undefined, undefined, false, undefined]]);
    assert.deepEqual(read("arping -I eth0 192.0.2.1; redis-cli ping; echo ping 10.9.0.2"), []);
  });
});
