import { PROTOCOLS } from "../../../formats/iptables/names.ts";
import type { Field } from "../ruleset.ts";
import { addressText } from "../words/addresses.ts";
import type { Reading } from "./reading.ts";

const FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];

/** What a field holds, in the notation in which rules write it. */
export function readingText(field: Field, reading: Reading): string {
  switch (reading.kind) {
    case "absent":
      return "not there";
    case "unknown":
      return reading.not === undefined ? "not known" : `some interface other than ${reading.not}`;
    case "name":
      return reading.name === "" ? "none" : reading.name;
    case "names":
      return reading.names.length === 0 ? "none" : reading.names.join(",");
    case "number":
      return reading.known === undefined ? numberText(field, reading.value) : "known in part";
  }
}

function numberText(field: Field, value: bigint): string {
  if (/^ip6? [sd]addr$/.test(field)) return addressText(value, field.startsWith("ip6") ? "ip6" : "ip");
  if (field === "meta nfproto") return value === 2n ? "ipv4" : value === 10n ? "ipv6" : String(value);
  if (field === "meta protocol") return value === 0x0800n ? "ip" : value === 0x86ddn ? "ip6" : String(value);
  if (field === "meta l4proto" || field === "ip protocol" || field === "ip6 nexthdr") return value === 58n ? "icmpv6" : (Object.keys(PROTOCOLS).find((name) => BigInt(PROTOCOLS[name]!) === value) ?? String(value));
  if (field === "tcp flags") return FLAGS.filter((_, i) => (value & (1n << BigInt(i))) !== 0n).join(",") || "none";
  if (field.endsWith(" mark")) return `0x${value.toString(16)}`;
  return String(value);
}
