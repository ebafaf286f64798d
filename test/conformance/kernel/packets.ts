import type { Packet } from "../../../src/model/firewall/ruleset.ts";

/** A small generator of pseudo-random numbers (mulberry32), so that every run sends the same packets. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Packets that the rules of `text` are about: its addresses, ports and interfaces, and some that it does not name. */
export function packetsFor(text: string, family: "ip" | "ip6", count: number, seed: number): Packet[] {
  const next = random(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  const rules = text.replace(/^\s*[#:*].*$/gm, "").replace(/#.*$/gm, "");
  const interfaces = [...new Set([...rules.matchAll(/(?:(?:\s-[io]|[io]if(?:name)?)\s+(?:!=\s*)?\{?\s*"?)([a-z][\w.-]{0,13})(?=["\s,}])/g)].map((match) => match[1]!))].filter((name) => name !== "lo").slice(0, 6);
  interfaces.push("eth9");
  const ports = [...new Set([...rules.matchAll(/(?<![\w.:/])(\d{1,5})(?![\w./])/g)].map((match) => Number(match[1])))].filter((port) => port > 0 && port < 65536).slice(0, 60);
  ports.push(22, 80, 53, 6800, 40000);
  const networks = family === "ip"
    ? [...new Set([...rules.matchAll(/(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(?:\/(\d{1,2})(?!\d))?/g)].map((match) => `${match[1]}/${match[2] ?? 32}`))]
    : [...new Set([...rules.matchAll(/(?<![\w:])((?:[0-9a-f]{1,4}:){1,7}(?::|[0-9a-f]{1,4})?[0-9a-f:]*)(?:\/(\d{1,3}))?/gi)].map((match) => `${match[1]}/${match[2] ?? 128}`))];
  const usable = networks.slice(0, 60).filter((network) => (family === "ip" ? !/^(0|127|169\.254|22[4-9]|23\d|24\d|25[0-5])\b/.test(network) && !network.startsWith("255") : /^[23]/.test(network)));
  usable.push(...(family === "ip" ? ["198.51.100.0/24", "203.0.113.7/32", "10.0.0.0/8"] : ["2001:db8:77::/48", "2001:db8::1/128"]));
  const address = (): string => {
    for (;;) {
      const [base, length] = pick(usable).split("/") as [string, string];
      if (family === "ip6") {
        if (Number(length) > 112 || !/^[0-9a-f:]*::$/i.test(base)) return base.includes("::") || base.split(":").length === 8 ? base : "2001:db8::5";
        return `${base}${Math.floor(next() * 65535).toString(16)}`;
      }
      const value = base.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
      const size = 2 ** (32 - Number(length));
      const chosen = Math.floor(value / size) * size + Math.floor(next() * size);
      const text = [24, 16, 8, 0].map((shift) => Math.floor(chosen / 2 ** shift) % 256).join(".");
      if (!/^(0|127|22[4-9]|23\d|24\d|25[0-5])\./.test(text)) return text;
    }
  };
  const packets: Packet[] = [];
  while (packets.length < count) {
    const hook = pick(["input", "input", "forward", "output"] as const);
    const ends = { ...(hook !== "output" && { iif: pick(interfaces) }), ...(hook !== "input" && { oif: pick(interfaces) }) };
    const [saddr, daddr] = [address(), address()];
    if (saddr === daddr) continue;
    const base = { hook, ...ends, saddr, daddr };
    const kind = next();
    if (kind < 0.2) {
      const icmp = family === "ip" ? pick([{ type: 8, code: 0, ct: "new" }, { type: 3, code: 4, ct: "related" }, { type: 11, code: 0, ct: "related" }, { type: 0, code: 0, ct: "established" }] as const) : pick([{ type: 128, code: 0, ct: "new" }, { type: 2, code: 0, ct: "related" }, { type: 1, code: 4, ct: "related" }, { type: 129, code: 0, ct: "established" }, { type: 135, code: 0 }] as const);
      packets.push({ ...base, proto: family === "ip" ? "icmp" : "icmpv6", ...icmp });
      continue;
    }
    const proto = kind < 0.75 ? "tcp" : "udp";
    const ct = pick(["new", "new", "new", "established", "invalid"] as const);
    if (ct === "invalid" && hook === "output") continue;
    packets.push({ ...base, proto, sport: pick([40000, pick(ports)]), dport: pick(ports), ct, ...(proto === "tcp" && { flags: ct === "new" ? ["syn"] : ["ack"] }) });
  }
  return packets;
}
