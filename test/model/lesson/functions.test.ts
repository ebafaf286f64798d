import assert from "node:assert/strict";
import { outcome } from "./lesson.ts";

const TEXT = "net.ipv4.ip_local_port_range = 32768 60999\n";

describe("functions of conditions", () => {
  const table: readonly [string, string][] = [
    ["sysctl.numbers[0] == 32768 && sysctl.numbers.size() == 2", "true"],
    ["size(sysctl.numbers.filter(n, n > 40000)) == 1", "true"],
    ["sysctl.key.contains(\"port\") && sysctl.key.startsWith(\"net.\") && sysctl.key.endsWith(\"range\")", "true"],
    ["sysctl.key.split(\".\")[1] == \"ipv4\"", "true"],
    ["sysctl.key.split(\".\").join(\"/\") == \"net/ipv4/ip_local_port_range\"", "true"],
    ["\"Ab\".lowerAscii() + \"c\".upperAscii() == \"abC\"", "true"],
    ["\" a \".trim().size() == 1", "true"],
    ["size(\"aé😀\") == 3", "true"],
    ["sysctl.key.matches(\"^net\\\\.ipv[46]\\\\.\")", "true"],
    ["sysctl.key.matches(\"^ipv4\")", "false"],
    ["double(1) / 2.0 == 0.5 && int(2.9) == 2 && string(12) == \"12\"", "true"],
    ["7 / 2 == 3 && 7 % 4 == 3 && -7 / 2 == -3", "true"],
    ["inNetwork(\"192.0.2.7\", \"192.0.2.0/24\") && inNetwork(\"192.0.2.1-192.0.2.9\", \"192.0.2.0/28\")", "true"],
    ["inNetwork(\"192.0.2.0/23\", \"192.0.2.0/24\")", "false"],
    ["inNetwork(\"2001:db8::1\", \"192.0.2.0/24\")", "false"],
    ["overlaps(\"192.0.2.0/23\", \"192.0.3.0/24\") && !overlaps(\"192.0.2.0/24\", \"192.0.3.0/24\")", "true"],
    ["family(\"2001:db8::/32\") == 6 && family(\"192.0.2.1\") == 4", "true"],
    ["isOlder(\"6.1.9\", \"6.1.10\") && !isOlder(\"6.1.10\", \"6.1.10\")", "true"],
    ["[1, 2, 3].map(n, n * n) == [1, 4, 9]", "true"],
    ["[1, 2, 3].map(n, n > 1, n) == [2, 3]", "true"],
    ["[1, 2, 3].exists_one(n, n > 2)", "true"],
    ["{\"a\": 1, \"b\": 2}.exists(k, k == \"b\")", "true"],
    ["[\"a\", \"b\"] != [\"a\"]", "true"],
  ];
  for (const [when, result] of table) it(`${when} is ${result}`, async () => assert.equal(await outcome(when, TEXT), result));
});
