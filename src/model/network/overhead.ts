import { isUnknown } from "../../engine/unknown.ts";
import { espOverhead } from "./esp.ts";
import type { Encapsulation, EncapsulationOptions, Tunnel } from "./network.ts";

/** Bytes; `least` and `most` differ where the text does not tell all that decides. */
export interface ByteRange {
  readonly least: number;
  readonly most: number;
}

/** Length of the fixed header, RFC 791 and RFC 8200. */
const IP: Record<4 | 6, number> = { 4: 20, 6: 40 };
const UDP = 8;
const ETHERNET = 14;
const TAG = 4;
/** Destination options header with the tunnel encapsulation limit, RFC 2473 section 4.1.1. */
const LIMIT = 8;

/**
 * What an encapsulation adds to a packet in bytes, the outer IP header of `family` included, by the headers' lengths in
 * their standards: GRE RFC 2784 and 2890, VXLAN RFC 7348, Geneve RFC 8926, WireGuard's paper section 5.4.6, L2TPv3
 * RFC 3931, ESP RFC 4303, GUE draft-ietf-intarea-gue. What a link of the underlay carries less this is the greatest MTU
 * of the tunnel. For ESP that depends on the underlay's MTU, which padding must fit: `underlay`, 1500 where not given.
 */
export function overheadOf(encapsulation: Encapsulation, family: 4 | 6, options: EncapsulationOptions = {}, underlay = 1500): ByteRange {
  const ip = IP[family];
  const ethernet = ETHERNET + (options.innerTag === true ? TAG : 0);
  const wrapped = options.udp === "gue" ? UDP + 4 : options.udp === "fou" ? UDP : 0;
  const gre = 4 + (options.key === true ? 4 : 0) + (options.checksum === true ? 4 : 0) + (options.sequence === true ? 4 : 0);
  const limit = family === 6 && options.encapsulationLimit !== false ? LIMIT : 0;
  switch (encapsulation) {
    case "gre":
      return exactly(ip + wrapped + gre);
    case "gretap":
      return exactly(ip + wrapped + gre + ethernet);
    case "ip6gre":
      return exactly(ip + wrapped + gre + limit);
    case "ip6gretap":
      return exactly(ip + wrapped + gre + ethernet + limit);
    case "ipip":
    case "sit":
      return exactly(ip + wrapped);
    case "ip6tnl":
      return exactly(ip + wrapped + limit);
    case "vxlan":
      return exactly(ip + UDP + 8 + ethernet);
    case "geneve":
      return exactly(ip + UDP + 8 + (options.optionBytes ?? 0) + ethernet);
    case "wireguard":
      // Type, receiver and counter are 16 bytes, Poly1305's tag as many.
      return exactly(ip + UDP + 32);
    case "fou":
      return exactly(ip + UDP);
    case "gue":
      return exactly(ip + UDP + 4);
    case "ipsec":
    case "vti":
      return espOverhead(ip + (options.udp === "natt" ? UDP : 0), underlay, options.proposal);
    case "l2tp":
      // Session id, then none or 8 bytes of cookie and none or 4 of sublayer; over UDP 8 for it and 4 of flags more.
      return { least: ip + 4 + ethernet, most: ip + UDP + 4 + 4 + 8 + 4 + ethernet };
    case "openvpn":
      // Opcode and peer id, packet id and the AEAD's tag over UDP; at most TCP, an HMAC, an IV, padding and Ethernet.
      return { least: ip + UDP + 4 + 4 + 16, most: ip + 32 + 2 + 4 + 64 + 16 + 8 + 16 + ethernet };
  }
}

/** `overheadOf` a tunnel as it is configured; undefined where its mode is not known. An unknown outer family widens the range. */
export function overheadOfTunnel({ mode, outer, options }: Tunnel, underlay = 1500): ByteRange | undefined {
  if (isUnknown(mode)) return undefined;
  if (!isUnknown(outer)) return overheadOf(mode, outer, options, underlay);
  return { least: overheadOf(mode, 4, options, underlay).least, most: overheadOf(mode, 6, options, underlay).most };
}

/**
 * The MTU that Linux gives the device of a tunnel for which none is set, over a link of `underlay` bytes; undefined where
 * that depends on more than is given. drivers/net/{vxlan,geneve,wireguard}, net/ipv4/ip_tunnel.c, net/ipv6/ip6_{gre,tunnel}.c.
 */
export function defaultMtu({ mode, outer, options, underlay: link, remotes }: Tunnel, underlay: number): number | undefined {
  if (isUnknown(mode)) return undefined;
  // WireGuard looks at no link: 1500 less its overhead over IPv6.
  if (mode === "wireguard") return 1420;
  if (mode === "vxlan" && link === undefined) return 1500;
  if (isUnknown(outer)) return undefined;
  if (remotes.some(({ value }) => isUnknown(value))) return undefined;
  if (mode === "ipsec" || mode === "vti" || mode === "l2tp" || mode === "openvpn") return undefined;
  // Without another end and a link there is no route from which the kernel could learn of the underlay.
  const routed = link !== undefined || remotes.length > 0;
  if (!routed && mode === "geneve") return 1500;
  return (routed ? underlay : 1500) - overheadOf(mode, outer, options, underlay).most;
}

/** The greatest TCP segment in packets of `mtu` bytes, without options: RFC 9293 section 3.7.1. */
export function segmentSize(mtu: number, family: 4 | 6): number {
  return mtu - IP[family] - 20;
}

/** The payload (`ping -s`) with which an echo request is `mtu` bytes long. */
export function pingPayload(mtu: number, family: 4 | 6): number {
  return mtu - IP[family] - 8;
}

function exactly(bytes: number): ByteRange {
  return { least: bytes, most: bytes };
}
