import assert from "node:assert/strict";
import ipaddr from "ipaddr.js";
import fc from "fast-check";
import { hasHostBits, overlap, withoutHostBits } from "../../../src/model/network/prefixes/fault.ts";
import { problemOf } from "../../../src/model/network/prefixes/written.ts";

const address4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join("."));

describe("prefixes as they are written", () => {
  it("says what is wrong with what looks like an address, and nothing of versions, times and hardware addresses", () => {
    for (const text of ["10.1.256.0/24", "10.1.2.0/33", "2001:db8:::1", "2001:db8::1::2", "2001:db8::/129", "2001:db8::12345", "1:2:3:4:5:6:7:8:9/64"]) assert.ok(problemOf(text), text);
    for (const text of ["10.1.2.0/24", "2001:db8::/32", "fe80::1", "1.2.3.4", "52:54:00:12:34:56", "10:30:00", "::ffff:192.0.2.1", "24.04", "a:b"]) assert.equal(problemOf(text), undefined, text);
  });

  it("agrees with the library on networks, and two prefixes overlap exactly where one holds the other's network", () => {
    fc.assert(
      fc.property(address4, fc.integer({ min: 1, max: 32 }), address4, fc.integer({ min: 1, max: 32 }), (a, aLength, b, bLength) => {
        const one = { family: 4, address: a, length: aLength } as const;
        const other = { family: 4, address: b, length: bLength } as const;
        const network = ipaddr.IPv4.networkAddressFromCIDR(`${a}/${aLength}`).toString();
        assert.equal(withoutHostBits(one), `${network}/${aLength}`);
        assert.equal(hasHostBits(one), network !== a);
        const [wide, narrow] = aLength <= bLength ? [one, other] : [other, one];
        assert.equal(overlap(one, other), ipaddr.IPv4.parse(narrow.address).match(ipaddr.IPv4.parse(wide.address), wide.length));
      }),
    );
  });
});
