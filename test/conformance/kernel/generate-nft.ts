import type { Dice } from "./dice.ts";

const HOSTS = { ip: ["192.0.2.1", "192.0.2.77", "10.1.2.3", "203.0.113.9", "172.16.5.4"], ip6: ["2001:db8::1", "2001:db8:1::7", "fd00:1::5", "2001:db8:77::9"] } as const;
const NETWORKS = { ip: ["192.0.2.0/24", "10.0.0.0/8", "10.1.2.0/23", "198.51.100.128/25", "172.16.0.0/12", "203.0.113.8/30"], ip6: ["2001:db8::/32", "2001:db8:1::/48", "fd00::/8", "2001:db8:77::/64"] } as const;
const RANGES = { ip: ["203.0.113.5-203.0.113.20", "10.1.2.250-10.1.3.9", "192.0.2.7-192.0.2.7"], ip6: ["2001:db8::5-2001:db8::ffff", "2001:db8:77::8-2001:db8:77::f0"] } as const;
const PORTS = ["22", "53", "80", "443", "1-1023", "6800-7300", "65535", "30000-32767", "8080", "1024-65535"];
const SINGLE_PORTS = ["22", "53", "80", "443", "6800", "8080", "65535"];
const INTERFACES = ["eth0", "eth1", "wan0", "lan0"];
const MARKS = ["0x1", "0x10", "0xff", "0x80000000", "7"];

/** Where translations lead to: addresses of the host itself, and others. */
export const LOCAL = { ip: "192.0.2.250", ip6: "2001:db8::fa" } as const;
const ELSEWHERE = { ip: "10.1.2.80", ip6: "2001:db8:1::80" } as const;

type Version = "ip" | "ip6";
type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";

/** A ruleset of nft: one to three tables with sets, maps, chains that jump among one another, marks and translations. */
export function nftRuleset(dice: Dice): string {
  const families = dice.pick([["inet"], ["inet"], ["ip"], ["ip6"], ["inet", "ip"], ["inet", "ip6", "ip"]] as const);
  const tables = families.map((family, i) => new NftTable(dice, family, `t${i}`).text());
  if (dice.chance(0.12)) tables.push(new NftTable(dice, "netdev", "links").atDevices());
  return tables.join("\n");
}

class NftTable {
  readonly #dice: Dice;
  readonly #family: "inet" | "netdev" | Version;
  readonly #name: string;
  /** Names of sets by what they hold. */
  readonly #sets = new Map<string, string[]>();
  #userChains = 0;
  /** nft refuses rules that ask two protocols for their fields: what the current rule is about. */
  #protocolNow: "tcp" | "udp" | "sctp" | "icmp" | "any" = "any";

  constructor(dice: Dice, family: "inet" | "netdev" | Version, name: string) {
    this.#dice = dice;
    this.#family = family;
    this.#name = name;
  }

  text(): string {
    const { pick, chance, many } = this.#dice;
    const sets = this.#declareSets();
    this.#userChains = pick([0, 1, 2, 3, 4]);
    const chains: string[] = [];
    for (let i = this.#userChains; i > 0; i--) chains.unshift(this.#chain(`user${i}`, undefined, many(1, 6, () => this.#rule("user", i))));
    if (chance(0.4)) chains.push(this.#chain("raw_pre", "type filter hook prerouting priority raw; policy accept;", many(1, 3, () => this.#early("prerouting"))));
    if (chance(0.2)) chains.push(this.#chain("raw_out", "type filter hook output priority raw; policy accept;", many(1, 3, () => this.#early("output"))));
    if (chance(0.4)) chains.push(this.#chain("mangle_pre", `type filter hook prerouting priority ${pick(["mangle", "mangle", "-201", "-199"])}; policy accept;`, many(1, 4, () => this.#marking("prerouting"))));
    if (chance(0.35)) chains.push(this.#chain("dstnat", `type nat hook prerouting priority ${pick(["dstnat", "-90", "-110"])};`, many(1, 3, () => this.#nat("prerouting"))));
    if (chance(0.2)) chains.push(this.#chain("dstnat2", "type nat hook prerouting priority -80;", many(1, 2, () => this.#nat("prerouting"))));
    if (chance(0.2)) chains.push(this.#chain("nat_out", "type nat hook output priority -100;", many(1, 2, () => this.#nat("output"))));
    if (chance(0.3)) chains.push(this.#chain("srcnat", "type nat hook postrouting priority srcnat;", many(1, 3, () => this.#nat("postrouting"))));
    for (const hook of ["input", "forward", "output"] as const) {
      if (chance(hook === "input" ? 0.95 : 0.7)) chains.push(this.#base(hook, hook, pick(["filter", "0", "filter + 5"])));
      if (chance(0.25)) chains.push(this.#base(`${hook}2`, hook, pick(["-10", "security", "10"])));
    }
    if (chance(0.3)) chains.push(this.#base("late", "postrouting", pick(["filter", "srcnat + 10"])));
    return `table ${this.#family} ${this.#name} {\n${sets}${chains.join("")}}\n`;
  }

  /** Chains at interfaces, which see packets before all others do. */
  atDevices(): string {
    const { pick, many } = this.#dice;
    const rule = (): string => {
      const version = this.#about();
      return [...this.#dice.some([() => this.#address(version), () => this.#port()], 2, 1).map((make) => make()), pick(["drop", "accept", "counter", "meta mark set 0x10"])].join(" ");
    };
    return `table netdev ${this.#name} {\n${this.#chain("in_eth0", `type filter hook ingress device "${pick(["eth0", "eth1"])}" priority ${pick(["0", "-500"])}; policy ${pick(["accept", "accept", "drop"])};`, many(1, 5, rule))}}\n`;
  }

  #base(name: string, hook: Hook, priority: string): string {
    const { pick, many } = this.#dice;
    return this.#chain(name, `type filter hook ${hook} priority ${priority}; policy ${hook === "postrouting" ? "accept" : pick(["accept", "drop", "drop"])};`, many(2, 14, () => this.#rule(hook, 0)));
  }

  #chain(name: string, head: string | undefined, rules: readonly string[]): string {
    return `  chain ${name} {\n${head === undefined ? "" : `    ${head}\n`}${rules.map((rule) => `    ${rule}\n`).join("")}  }\n`;
  }

  #declareSets(): string {
    const { chance } = this.#dice;
    const versions: Version[] = this.#family === "ip" || this.#family === "ip6" ? [this.#family] : ["ip", "ip6"];
    let text = "";
    const add = (kind: string, name: string, declaration: string): void => {
      this.#sets.set(kind, [...(this.#sets.get(kind) ?? []), name]);
      text += `  ${declaration.replace("NAME", name)}\n`;
    };
    for (const version of versions) {
      const type = version === "ip" ? "ipv4_addr" : "ipv6_addr";
      if (chance(0.6)) add(`address ${version}`, `nets_${version}`, `set NAME { type ${type}; flags interval; auto-merge; elements = { ${this.#list([...NETWORKS[version], ...RANGES[version], ...HOSTS[version]], 5)} }; }`);
      if (chance(0.4)) add(`tuple ${version}`, `pairs_${version}`, `set NAME { type ${type} . inet_service; flags interval; elements = { ${this.#pairs(version)} }; }`);
      if (chance(0.3)) add(`vmap ${version}`, `verdicts_${version}`, `map NAME { type ${type} : verdict; flags interval; elements = { ${this.#disjoint(version).map((one) => `${one} : ${this.#dice.pick(["accept", "drop", "return", "continue"])}`).join(", ")} }; }`);
    }
    if (chance(0.6)) add("ports", "ports", `set NAME { type inet_service; flags interval; auto-merge; elements = { ${this.#list(PORTS, 4)} }; }`);
    if (chance(0.4)) add("port vmap", "by_port", `map NAME { type inet_service : verdict; elements = { ${SINGLE_PORTS.filter(() => chance(0.6)).concat("9").map((port) => `${port} : ${this.#dice.pick(["accept", "drop", "return"])}`).join(", ")} }; }`);
    if (chance(0.3)) add("names", "links", `set NAME { type ifname; elements = { ${this.#list(INTERFACES.map((name) => `"${name}"`), 3)} }; }`);
    return text;
  }

  #list(choices: readonly string[], most: number): string {
    return this.#dice.some(choices, most).join(", ");
  }

  #disjoint(version: Version): readonly string[] {
    return this.#dice.some(version === "ip" ? ["192.0.2.0/24", "10.1.0.0/16", "203.0.113.9", "172.16.0.0-172.16.9.255"] : ["2001:db8::/48", "fd00::/16", "2001:db8:77::9"], 3);
  }

  #pairs(version: Version): string {
    const { some, pick } = this.#dice;
    const addresses = version === "ip" ? ["192.0.2.0/24", "10.1.2.3", "203.0.113.5-203.0.113.20"] : ["2001:db8::/48", "fd00:1::5", "2001:db8:77::8-2001:db8:77::f0"];
    return some(addresses, 3).map((address) => `${address} . ${pick(PORTS)}`).join(", ");
  }

  #rule(where: Hook | "user", index: number): string {
    const { pick, chance } = this.#dice;
    const version = this.#about();
    const matches = this.#matches(where, version);
    if (chance(0.06)) matches.push("limit rate 2/second");
    const doing = chance(0.15) ? ["counter"] : chance(0.12) ? [this.#mark()] : [];
    const map = chance(0.14) ? this.#verdictMap(where, version) : undefined;
    return [...matches, ...doing, map ?? this.#verdict(where, index)].filter((part) => part !== "").join(" ").trim() || pick(["counter", "continue"]);
  }

  #verdict(where: Hook | "user", index: number): string {
    const { pick, chance } = this.#dice;
    const targets = this.#userChains - index;
    if (targets > 0 && chance(0.3)) return `${pick(["jump", "jump", "goto"])} user${index + 1 + Math.floor(this.#dice.next() * targets)}`;
    if (where === "postrouting") return pick(["accept", "drop", "return", ""]);
    return pick(["accept", "accept", "accept", "drop", "drop", where === "user" ? "drop" : "reject", "return", "continue", ""]);
  }

  #verdictMap(where: Hook | "user", version: Version): string | undefined {
    const { pick } = this.#dice;
    const named = this.#sets.get(`vmap ${version}`);
    const ports = this.#sets.get("port vmap");
    const transport = this.#protocolNow === "any" ? undefined : this.#transport;
    return pick([
      "ct state vmap { established : accept, related : accept, invalid : drop }",
      `meta l4proto vmap { tcp : ${pick(["accept", "continue"])}, udp : drop, 132 : accept }`,
      named && `${version} ${pick(["saddr", "daddr"])} vmap @${pick(named)}`,
      ports && transport && `${transport} dport vmap @${pick(ports)}`,
      transport && `${transport} dport . ${version} saddr vmap { 22 . ${pick(HOSTS[version])} : accept, 80 . ${pick(HOSTS[version])} : drop }`,
      `${where === "output" || where === "postrouting" ? "oifname" : "iifname"} vmap { "eth0" : drop, "lan0" : accept, "lo" : accept }`,
    ]);
  }

  /** Begins another rule: its protocol, and the family that it asks. */
  #about(): Version {
    this.#protocolNow = this.#dice.pick(["tcp", "tcp", "tcp", "udp", "udp", "sctp", "icmp", "any"] as const);
    return this.#version();
  }

  /** The rule's protocol if it has ports, else TCP: matches on more than ports are made elsewhere. */
  get #transport(): "tcp" | "udp" | "sctp" | undefined {
    const now = this.#protocolNow;
    return now === "icmp" ? undefined : now === "any" ? "tcp" : now;
  }

  #version(): Version {
    return this.#family === "ip" || this.#family === "ip6" ? this.#family : this.#dice.pick(["ip", "ip6"] as const);
  }

  #matches(where: Hook | "user", version: Version): string[] {
    const now = this.#protocolNow;
    const address = (): string => this.#address(version);
    const port = (): string => this.#port();
    const own = now === "icmp" ? [() => this.#icmp(version)] : now === "any" ? [() => this.#protocol(version)] : now === "tcp" ? [port, port, () => this.#flags()] : [port, port];
    const all = [address, address, ...own, () => this.#link(where), () => this.#state(), () => this.#markMatch(), () => this.#rare(version)];
    const count = this.#dice.pick([0, 1, 1, 2, 2, 3]);
    return this.#dice.some(all, count, count).map((make) => make());
  }

  #address(version: Version): string {
    const { pick, chance } = this.#dice;
    const end = `${version} ${pick(["saddr", "daddr"])}`;
    const not = chance(0.2) ? "!= " : "";
    const sets = this.#sets.get(`address ${version}`);
    const pairs = this.#sets.get(`tuple ${version}`);
    return pick([
      () => `${end} ${not}${pick(HOSTS[version])}`,
      () => `${end} ${not}${pick(NETWORKS[version])}`,
      () => `${end} ${not}${pick(RANGES[version])}`,
      () => `${end} ${not}{ ${this.#list([...HOSTS[version]], 3)} }`,
      () => (version === "ip" ? `${end} & 255.0.0.255 ${chance(0.2) ? "!=" : "=="} ${pick(["10.0.0.3", "192.0.0.1"])}` : `${end} ${not}${pick(NETWORKS.ip6)}`),
      () => (sets ? `${end} ${not}@${pick(sets)}` : `${end} ${pick(NETWORKS[version])}`),
      () => (pairs && this.#protocolNow !== "any" && this.#transport ? `${end} . ${this.#transport} dport ${not}@${pick(pairs)}` : `${version} saddr . ${version} daddr { ${pick(HOSTS[version])} . ${pick(HOSTS[version])}, ${pick(NETWORKS[version])} . ${pick(NETWORKS[version])} }`),
    ])();
  }

  #port(): string {
    const { pick, chance } = this.#dice;
    const not = chance(0.2) ? "!= " : "";
    const sets = this.#sets.get("ports");
    const transport = this.#transport;
    const field = this.#protocolNow === "any" || transport === undefined ? "meta l4proto { tcp, udp } th dport" : `${transport} ${pick(["dport", "dport", "sport"])}`;
    return pick([() => `${field} ${not}${pick(PORTS)}`, () => `${field} ${not}{ ${this.#dice.some(["22", "53", "80-90", "443", "6800-7300", "40000"], 4).join(", ")} }`, () => `${field} ${pick(["<", ">", "<=", ">="])} ${pick(["1024", "443"])}`, () => (sets ? `${field} ${not}@${pick(sets)}` : `${field} ${pick(PORTS)}`)])();
  }

  #link(where: Hook | "user"): string {
    const { pick, chance } = this.#dice;
    const field = where === "output" || where === "postrouting" ? "oifname" : where === "forward" ? pick(["iifname", "oifname"]) : pick(["iifname", "iifname", "oifname"]);
    const sets = this.#sets.get("names");
    return pick([() => `${field} ${chance(0.3) ? "!= " : ""}"${pick(INTERFACES)}"`, () => `${field} "eth*"`, () => `${field} ${chance(0.2) ? "!= " : ""}{ "eth0", "lan0" }`, () => (sets ? `${field} @${pick(sets)}` : `${field} "lo"`), () => `${field.replace("name", "")} ${chance(0.2) ? "!= " : ""}"eth1"`])();
  }

  #state(): string {
    const { pick } = this.#dice;
    return pick(["ct state established,related", "ct state new", "ct state invalid", "ct state untracked", "ct state != new", "ct state { new, untracked }", "ct state != { established, related }", "ct state & (new | invalid) != 0", "ct direction original", "ct status dnat", "ct state established"]);
  }

  #protocol(version: Version): string {
    const { pick } = this.#dice;
    return pick(["meta l4proto tcp", "meta l4proto != tcp", "meta l4proto { udp, 132, 47 }", version === "ip" ? "ip protocol udp" : "ip6 nexthdr udp", this.#family === "inet" ? `meta nfproto ${version === "ip" ? "ipv4" : "ipv6"}` : "meta l4proto 50", "meta l4proto 1-17"]);
  }

  #flags(): string {
    return this.#dice.pick(["tcp flags syn", "tcp flags & (fin | syn | rst | ack) == syn", "tcp flags != syn", "tcp flags { syn, ack }", "tcp flags & (fin | syn) == fin | syn", "tcp flags ! syn", "tcp flags syn,ack", "tcp flags == ack", "tcp flags & (syn | ack) != 0", "tcp flags syn / syn,ack"]);
  }

  #icmp(version: Version): string {
    const { pick } = this.#dice;
    return version === "ip"
      ? pick(["icmp type echo-request", "icmp type { echo-reply, destination-unreachable, time-exceeded }", "icmp type != echo-request", "icmp type destination-unreachable icmp code 4", "icmp code 0", "ip protocol icmp"])
      : pick(["icmpv6 type echo-request", "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert }", "icmpv6 type packet-too-big", "icmpv6 type != { echo-request, echo-reply }", "meta l4proto ipv6-icmp"]);
  }

  #markMatch(): string {
    const { pick } = this.#dice;
    return pick([() => `meta mark ${pick(MARKS)}`, () => `meta mark != ${pick(MARKS)}`, () => `meta mark & 0x11 == ${pick(["0x1", "0x10", "0x0"])}`, () => `ct mark ${pick(MARKS)}`, () => "meta mark { 0x1, 0x10-0x20 }", () => "meta mark & 0x10 != 0"])();
  }

  #rare(version: Version): string {
    const { pick } = this.#dice;
    return pick(["fib daddr type local", "fib daddr type != local", "meta pkttype host", `${version === "ip" ? "ip ttl 64" : "ip6 hoplimit 64"}`, "meta mark 0", "ct mark 0", "meta protocol ip"]);
  }

  #mark(): string {
    const { pick } = this.#dice;
    return pick([() => `meta mark set ${pick(MARKS)}`, () => `meta mark set meta mark or ${pick(["0x1", "0x10"])}`, () => `meta mark set meta mark and 0xfffffff0`, () => `ct mark set ${pick(MARKS)}`, () => "ct mark set meta mark", () => "meta mark set ct mark", () => "meta mark set meta mark xor 0x10"])();
  }

  #early(hook: Hook): string {
    const { pick, chance } = this.#dice;
    const version = this.#about();
    const matches = this.#dice.some([() => this.#address(version), () => (this.#protocolNow === "icmp" ? this.#icmp(version) : this.#protocolNow === "any" ? this.#protocol(version) : this.#port()), () => this.#link(hook), () => this.#state(), () => this.#markMatch()], 2, 1).map((make) => make());
    return [...matches, chance(0.6) ? "notrack" : chance(0.5) ? this.#mark().replace(/^ct mark.*/, "counter") : pick(["accept", "drop", "return"])].join(" ");
  }

  #marking(hook: Hook): string {
    const { chance, pick } = this.#dice;
    const matches = this.#matches(hook, this.#about());
    return [...matches, this.#mark(), chance(0.3) ? pick(["accept", "return"]) : ""].join(" ").trim();
  }

  #nat(hook: "prerouting" | "output" | "postrouting"): string {
    const { pick, chance } = this.#dice;
    const version = this.#version();
    this.#protocolNow = pick(["tcp", "udp"] as const);
    const protocol = this.#protocolNow;
    const family = this.#family === "inet" ? ` ${version}` : "";
    const guard = this.#family === "inet" ? `meta nfproto ${version === "ip" ? "ipv4" : "ipv6"} ` : "";
    const matches = this.#dice.some([() => this.#address(version), () => `${protocol} dport ${pick(["80", "{ 443, 8080 }", "53", "1-1023"])}`, () => this.#link(hook)], 2, 1).map((make) => make());
    const port = chance(0.5);
    const address = (text: string): string => (port ? (version === "ip6" ? `[${text}]:8080` : `${text}:8080`) : text);
    const guarded = port ? [`meta l4proto ${protocol}`] : [];
    if (chance(0.15)) return [...matches, pick(["accept", "return", "counter"])].join(" ");
    if (hook === "postrouting") return chance(0.5) ? [...matches, "masquerade"].join(" ") : [...matches, ...guarded, `snat${family} to ${address(version === "ip" ? "192.0.2.77" : "2001:db8::1")}`].join(" ");
    if (hook === "prerouting" && chance(0.3)) return [...matches, `${guard}meta l4proto ${protocol} redirect to :${pick(["22", "8080"])}`].join(" ");
    return [...matches, ...guarded, `dnat${family} to ${address(hook === "output" || chance(0.5) ? ELSEWHERE[version] : LOCAL[version])}`].join(" ");
  }
}
