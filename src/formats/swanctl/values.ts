import ipaddr from "ipaddr.js";
import type { Kind } from "./keys.ts";
import { proposalFault } from "./proposal.ts";

/** A number as strtoul reads it with base 0: decimal, octal behind `0`, hexadecimal behind `0x`. */
const NUMBER = String.raw`[+-]?(?:0x[\da-f]+|0[0-7]*|[1-9]\d*)`;
const TIME = new RegExp(`^(?:${NUMBER})?\\s*[dhms]?$`, "i");
const BYTES = new RegExp(`^(?:${NUMBER})?\\s*[gmk]?$`, "i");
const PLAIN = new RegExp(`^(?:${NUMBER})$`, "i");
const MASK = String.raw`(?:/(?:${NUMBER})?)?`;
const MARK = new RegExp(`^(?:${NUMBER}|%unique(?:-dir)?)?${MASK}$`, "i");
const SET_MARK = new RegExp(`^(?:${NUMBER}|%same)?${MASK}$`, "i");
const INTERFACE_ID = new RegExp(`^(?:${NUMBER}|%unique(?:-dir)?)$`, "i");

/** A value that charon refuses: the part of it that is wrong, and why as the end of a sentence. */
export interface ValueFault {
  readonly start: number;
  readonly end: number;
  readonly reason: string;
}

/** What is wrong with `text` where `kind` is taken, by vici_config.c; undefined where charon takes it. An empty value unsets. */
export function valueFault(text: string, kind: Kind, key: string): ValueFault | undefined {
  const whole = (bad: boolean, reason: string): ValueFault | undefined => (bad ? { start: 0, end: text.length, reason } : undefined);
  if (text === "") return undefined;
  if (typeof kind !== "string") {
    // Actions may be joined since 5.9.3: trap and start at once.
    const parts = key.endsWith("_action") && !/^(?:route|restart)$/i.test(text) ? text.split("|").filter((part) => part !== "") : [text];
    return whole(!parts.every((part) => kind.includes(part.trim().toLowerCase())), `it takes ${spoken(kind)}`);
  }
  switch (kind) {
    case "time":
      return whole(!TIME.test(text), "it takes one number with s, m, h or d behind it, such as 30s or 1h");
    case "bytes":
      return whole(!BYTES.test(text), "it takes one number with k, m or g behind it, such as 500m");
    case "number":
      return whole(!PLAIN.test(text), key === "keyingtries" && text === "%forever" ? "it takes a number here, and 0 means for ever" : "it takes a whole number");
    case "binary":
      return whole(!/^[01]+$/.test(text), "it takes six binary digits, such as 101110");
    case "mark":
      return whole(!MARK.test(text), "it takes a number, a number with a mask, %unique or %unique-dir");
    case "set-mark":
      return whole(!SET_MARK.test(text), "it takes a number, a number with a mask, or %same");
    case "interface-id":
      return whole(!INTERFACE_ID.test(text), "it takes a number, %unique or %unique-dir");
    case "padding":
      return whole(text !== "mtu" && !PLAIN.test(text), "it takes a number of bytes, or mtu");
    case "auth":
      return whole(!/^(?:ike:|pubkey|rsa|ecdsa|bliss)|^(?:psk$|xauth|eap)/.test(text) && !/^(?:psk$|xauth|eap)/i.test(text), "it takes psk, pubkey, eap, xauth, or a kind of key with its hash, such as rsa-sha256");
    case "selectors":
      return inList(text, selectorFault);
    case "virtual-addresses":
      return inList(text, (item) => (isAddress(item) || /^%any[46]?$/.test(item) ? undefined : `${item} is no address`));
    case "ike-proposals":
    case "esp-proposals":
    case "ah-proposals":
      return inList(text, (item) => proposalFault(item, kind.slice(0, -10) as "ike" | "esp" | "ah"));
    case "text":
      return undefined;
  }
}

function selectorFault(item: string): string | undefined {
  const bracket = item.indexOf("[");
  const network = bracket === -1 ? item : item.slice(0, bracket);
  if (bracket !== -1 && !item.includes("]", bracket)) return "the bracket behind the network is not closed";
  if (network === "dynamic") return undefined;
  const range = network.split("-");
  if (range.length === 2 && !network.includes("/")) return range.every(isAddress) ? undefined : `${network} is no range of addresses`;
  const address = network.replace(/\/.*$/, "");
  return isAddress(address) || /^%any[46]?$/.test(address) ? undefined : `${network} is no network`;
}

function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? !/(?:^|\.)0\d/.test(text) : text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text);
}

/** The first item of a list, separated by commas, that is at fault. */
function inList(text: string, fault: (item: string) => string | undefined): ValueFault | undefined {
  for (const { 0: found, index } of text.matchAll(/[^,]+/g)) {
    const item = found.trim();
    const reason = item === "" ? undefined : fault(item);
    if (reason !== undefined) {
      const start = index + found.indexOf(item);
      return { start, end: start + item.length, reason };
    }
  }
  return undefined;
}

function spoken(words: readonly string[]): string {
  const shown = words.includes("enabled") ? ["yes", "no"] : words;
  return `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)!}`;
}
