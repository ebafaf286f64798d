import type { Dice } from "./dice.ts";

type Version = "ip" | "ip6";

const ENDS = {
  ip: ["192.0.2.1", "192.0.2.0/24", "10.0.0.0/8", "10.1.2.0/255.255.254.0", "203.0.113.9", "198.51.100.128/25", "10.0.0.3/255.0.0.255"],
  ip6: ["2001:db8::1", "2001:db8::/32", "2001:db8:1::/48", "fd00::/8", "2001:db8:77::9"],
} as const;
const PORTS = ["22", "53", "80", "443", "1:1023", "6800:7300", "65535", ":100", "1024:"];
const STATES = ["NEW", "ESTABLISHED,RELATED", "INVALID", "UNTRACKED", "NEW,UNTRACKED", "ESTABLISHED", "RELATED"];
const INTERFACES = ["eth0", "eth1", "eth+", "wan0", "lan0", "lo"];
const MARKS = ["0x1", "0x10", "0x1/0x1", "0x10/0x11", "0x0/0xff"];

/** A ruleset of iptables-save or ip6tables-save: the tables raw, mangle, nat and filter with chains of their own. */
export function iptablesRuleset(dice: Dice, version: Version): string {
  return new SavedTables(dice, version).text();
}

class SavedTables {
  readonly #dice: Dice;
  readonly #version: Version;

  constructor(dice: Dice, version: Version) {
    this.#dice = dice;
    this.#version = version;
  }

  text(): string {
    const { chance, many, pick } = this.#dice;
    let text = "";
    if (chance(0.4)) text += this.#table("raw", { PREROUTING: many(0, 3, () => this.#early()), OUTPUT: many(0, 2, () => this.#early()) });
    if (chance(0.5)) text += this.#table("mangle", { PREROUTING: many(0, 4, () => this.#marking("PREROUTING")), INPUT: many(0, 2, () => this.#marking("INPUT")), FORWARD: many(0, 2, () => this.#marking("FORWARD")), OUTPUT: many(0, 2, () => this.#marking("OUTPUT")), POSTROUTING: [] });
    if (chance(0.4)) text += this.#table("nat", { PREROUTING: many(0, 3, () => this.#nat("PREROUTING")), INPUT: [], OUTPUT: many(0, 1, () => this.#nat("OUTPUT")), POSTROUTING: many(0, 2, () => this.#nat("POSTROUTING")) });
    const users = pick([0, 1, 2, 3, 4]);
    const chains: Record<string, string[]> = { INPUT: many(2, 16, () => this.#filter("INPUT", 0, users)), FORWARD: many(1, 10, () => this.#filter("FORWARD", 0, users)), OUTPUT: many(0, 8, () => this.#filter("OUTPUT", 0, users)) };
    for (let i = 1; i <= users; i++) chains[`user${i}`] = many(1, 6, () => this.#filter("user", i, users));
    return text + this.#table("filter", chains);
  }

  #table(name: string, chains: Readonly<Record<string, readonly string[]>>): string {
    const policy = (chain: string): string => (chain.startsWith("user") ? "-" : name === "filter" ? this.#dice.pick(["ACCEPT", "DROP"]) : "ACCEPT");
    const heads = Object.keys(chains).map((chain) => `:${chain} ${policy(chain)} [0:0]\n`).join("");
    const rules = Object.entries(chains).flatMap(([chain, list]) => list.map((rule) => `-A ${chain} ${rule}`.trim() + "\n")).join("");
    return `*${name}\n${heads}${rules}COMMIT\n`;
  }

  #filter(chain: string, index: number, users: number): string {
    const { pick, chance } = this.#dice;
    const { text, tcp } = this.#matches(chain);
    const below = users - index;
    if (below > 0 && chance(0.3)) return `${text} ${pick(["-j", "-j", "-g"])} user${index + 1 + Math.floor(this.#dice.next() * below)}`;
    const reject = tcp && chance(0.4) ? "REJECT --reject-with tcp-reset" : "REJECT";
    return `${text} ${pick(["-j ACCEPT", "-j ACCEPT", "-j ACCEPT", "-j DROP", "-j DROP", `-j ${reject}`, "-j RETURN", "-j LOG", ""])}`;
  }

  #matches(chain: string): { text: string; tcp: boolean } {
    const { pick, chance, some } = this.#dice;
    const protocol = pick(["tcp", "tcp", "udp", "icmp", "sctp", "", "", "47", "!tcp"]);
    const parts: (() => string)[] = [
      () => `${this.#not(0.2)}-s ${pick(ENDS[this.#version])}`, () => `${this.#not(0.2)}-d ${pick(ENDS[this.#version])}`,
      () => this.#link(chain), () => this.#state(), () => this.#mark(), () => this.#rare(),
    ];
    const head = protocol === "" ? "" : protocol === "!tcp" ? "! -p tcp" : `-p ${protocol === "icmp" && this.#version === "ip6" ? "ipv6-icmp" : protocol}`;
    const own = protocol === "tcp" || protocol === "udp" || protocol === "sctp" ? this.#ports(protocol) : protocol === "icmp" && chance(0.7) ? this.#icmp() : "";
    const matches = some(parts, 3, 0).map((make) => make());
    if (chance(0.04)) matches.push("-m limit --limit 2/sec");
    return { text: [head, own, ...matches].filter((part) => part !== "").join(" "), tcp: protocol === "tcp" };
  }

  #not(share: number): string {
    return this.#dice.chance(share) ? "! " : "";
  }

  #ports(protocol: string): string {
    const { pick, some } = this.#dice;
    return pick([
      () => `-m ${protocol} ${this.#not(0.2)}--dport ${pick(PORTS)}`, () => `-m ${protocol} ${this.#not(0.2)}--sport ${pick(PORTS)}`, () => `-m ${protocol} --sport 1024: ${this.#not(0.2)}--dport ${pick(PORTS)}`,
      () => `-m multiport ${this.#not(0.2)}--dports ${some(["22", "53", "80:90", "443", "6800:7300"], 4).join(",")}`, () => `-m multiport --sports 53,1024:65535`, () => `-m multiport ${this.#not(0.2)}--ports 22,80:90`,
      () => (protocol === "tcp" ? `-m tcp ${this.#not(0.2)}${pick(["--syn", "--tcp-flags SYN,ACK SYN", "--tcp-flags FIN,SYN,RST,ACK SYN", "--tcp-flags FIN,SYN FIN,SYN", "--tcp-flags ALL NONE"])}` : ""),
    ])();
  }

  #icmp(): string {
    const { pick } = this.#dice;
    if (this.#version === "ip") return `-m icmp ${this.#not(0.2)}--icmp-type ${pick(["8", "0", "3", "3/4", "11", "any"].slice(0, 5))}`;
    return `-m icmp6 ${this.#not(0.2)}--icmpv6-type ${pick(["128", "129", "2", "1", "135", "136", "1/4"])}`;
  }

  #link(chain: string): string {
    const { pick } = this.#dice;
    const ways = chain === "INPUT" || chain === "PREROUTING" ? ["-i"] : chain === "OUTPUT" || chain === "POSTROUTING" ? ["-o"] : chain === "user" ? [] : ["-i", "-o"];
    return ways.length === 0 ? "" : `${this.#not(0.25)}${pick(ways)} ${pick(INTERFACES)}`;
  }

  #state(): string {
    const { pick, chance } = this.#dice;
    return chance(0.3) ? `-m state ${this.#not(0.15)}--state ${pick(STATES)}` : `-m conntrack ${this.#not(0.2)}--ctstate ${pick(STATES)}`;
  }

  #mark(): string {
    const { pick, chance } = this.#dice;
    return chance(0.7) ? `-m mark ${this.#not(0.2)}--mark ${pick(MARKS)}` : `-m connmark ${this.#not(0.2)}--mark ${pick(MARKS)}`;
  }

  #rare(): string {
    const { pick } = this.#dice;
    const range = this.#version === "ip" ? "203.0.113.5-203.0.113.20" : "2001:db8::5-2001:db8::ffff";
    return pick([`-m iprange ${this.#not(0.2)}--src-range ${range}`, `-m iprange --dst-range ${range}`, `-m addrtype ${this.#not(0.3)}--dst-type LOCAL`, "-m addrtype --src-type UNICAST", `-m pkttype ${this.#not(0.3)}--pkt-type unicast`, "-m comment --comment \"a -j DROP in words\"", "-m conntrack --ctdir ORIGINAL"]);
  }

  #early(): string {
    const { pick, chance } = this.#dice;
    return `${this.#narrow()} -j ${chance(0.6) ? pick(["NOTRACK", "CT --notrack"]) : pick(["ACCEPT", "DROP", "RETURN"])}`;
  }

  #marking(chain: string): string {
    const { pick, chance } = this.#dice;
    const { text } = this.#matches(chain);
    if (chance(0.15)) return `${text} -j ${pick(["ACCEPT", "RETURN", "DROP"])}`;
    return `${text} -j ${pick(["MARK --set-xmark 0x1/0xffffffff", "MARK --set-xmark 0x10/0x10", "MARK --or-mark 0x10", "MARK --and-mark 0xffffffee", "MARK --xor-mark 0x1", "CONNMARK --set-xmark 0x1/0xffffffff", "CONNMARK --save-mark", "CONNMARK --restore-mark", "MARK --set-mark 0x10"])}`;
  }

  #narrow(): string {
    const { pick, some } = this.#dice;
    return some([() => `-s ${pick(ENDS[this.#version])}`, () => `-p ${pick(["tcp", "udp"])} --dport ${pick(["22", "53", "80", "1:1023"])}`, () => `-d ${pick(ENDS[this.#version])}`], 2, 1).map((make) => make()).join(" ");
  }

  #nat(chain: "PREROUTING" | "OUTPUT" | "POSTROUTING"): string {
    const { pick, chance } = this.#dice;
    const six = this.#version === "ip6";
    const matches = `-p ${pick(["tcp", "udp"])} --dport ${pick(["80", "443", "53", "1:1023"])}${chance(0.4) ? ` ${pick(["-s", "-d"])} ${pick(ENDS[this.#version])}` : ""}`;
    if (chance(0.15)) return `${matches} -j ${pick(["ACCEPT", "RETURN"])}`;
    if (chain === "POSTROUTING") return `${matches} -j ${pick(["MASQUERADE", `SNAT --to-source ${six ? "2001:db8::1" : "192.0.2.77"}`])}`;
    if (chain === "PREROUTING" && chance(0.3)) return `${matches} -j REDIRECT --to-ports ${pick(["22", "8080"])}`;
    const to = chain === "OUTPUT" || chance(0.5) ? (six ? "2001:db8:1::80" : "10.1.2.80") : six ? "2001:db8::fa" : "192.0.2.250";
    return `${matches} -j DNAT --to-destination ${chance(0.5) ? (six ? `[${to}]:8080` : `${to}:8080`) : to}`;
  }
}
