import type { ReloadMethod } from "./losses.ts";

/** The two sets of tools; a step of one says nothing about rules of the other. */
export type Backend = "nftables" | "iptables";

/** What one command does to the loaded rules. */
export type Effect =
  /** Rules go; `keepsPolicy`: the base chains stay, with their policies. */
  | { readonly does: "flush"; readonly backend: Backend; readonly keepsPolicy: boolean }
  /** A file is loaded in one transaction. `file`: as the command names it; `unlessRunning`: a service's start does it. */
  | { readonly does: "load"; readonly backend: Backend; readonly file?: string; readonly unlessRunning?: boolean }
  /** One rule is added. */
  | { readonly does: "add"; readonly backend: Backend; readonly stateful: boolean }
  | { readonly does: "policy"; readonly backend: Backend; readonly policy: "accept" | "drop" }
  | { readonly does: "conntrack-flush" }
  /** A service is told to do something; `reload-units.ts` knows what that means. */
  | { readonly does: "unit"; readonly unit: string; readonly action: UnitAction }
  /** Another program of the repository is run. */
  | { readonly does: "run"; readonly program: string; readonly argument?: string };

/** What is done to a unit. */
export type UnitAction = "start" | "stop" | "restart" | "reload";

const PREFIXES = new Set(["sudo", "exec", "nohup", "command", "env", "time", "nice", "ionice", "then", "else", "do", "!", "if"]);
const ACTIONS: Record<string, UnitAction> = {
  start: "start",
  stop: "stop",
  restart: "restart",
  "try-restart": "restart",
  condrestart: "restart",
  reload: "reload",
  "force-reload": "reload",
  // systemd reloads where the unit can, and every unit in the table can but those of which restart is all there is
  "reload-or-restart": "reload",
  "try-reload-or-restart": "reload",
};

/** What a simple command does to the firewall; empty where nothing. `words` as the shell would pass them. */
export function effectsOf(words: readonly string[]): Effect[] {
  let at = 0;
  while (at < words.length && (PREFIXES.has(words[at]!) || /^\w+=/.test(words[at]!) || (at > 0 && words[at]!.startsWith("-")))) at++;
  const program = words[at]?.replace(/^-?.*\//, "") ?? "";
  const rest = words.slice(at + 1);
  const init = /^\/etc\/(?:rc\.d\/)?init\.d\/([\w.@-]+)$/.exec(words[at] ?? "");
  if (init) return unitEffect(init[1]!, rest[0] ?? "");
  switch (program) {
    case "timeout":
      return effectsOf(rest.filter((word, index) => !(index === 0 && /^\d+[smhd]?$/.test(word))));
    case "ip":
      return rest[0] === "netns" && rest[1] === "exec" ? effectsOf(rest.slice(3)) : [];
    case "nft":
      return nft(rest);
    case "iptables":
    case "ip6tables":
    case "iptables-legacy":
    case "ip6tables-legacy":
    case "iptables-nft":
    case "ip6tables-nft":
      return iptables(rest);
    case "iptables-restore":
    case "ip6tables-restore":
    case "iptables-legacy-restore":
    case "ip6tables-legacy-restore":
    case "iptables-nft-restore":
    case "ip6tables-nft-restore":
    case "iptables-apply":
    case "ip6tables-apply":
      return restore(rest);
    case "conntrack":
      return rest.some((word) => word === "--flush" || /^-F/.test(word)) ? [{ does: "conntrack-flush" }] : [];
    case "rmmod":
    case "modprobe":
      return (program === "rmmod" || rest.includes("-r") || rest.includes("--remove")) && rest.some((word) => /^nf_conntrack(_ipv[46])?$/.test(word))
        ? [{ does: "conntrack-flush" }]
        : [];
    case "systemctl":
      return systemctl(rest);
    case "service":
    case "rc-service":
    case "invoke-rc.d": {
      const [unit, action] = rest.filter((word) => !word.startsWith("-"));
      return unit !== undefined && action !== undefined ? unitEffect(unit, action) : [];
    }
    case "netfilter-persistent":
    case "iptables-persistent":
      return rest[0] === "flush"
        ? [{ does: "flush", backend: "iptables", keepsPolicy: false }]
        : unitEffect("netfilter-persistent", rest[0] ?? "");
    case "ufw":
      return unitEffect("ufw", rest.find((word) => word === "reload" || word === "disable" || word === "enable")?.replace("disable", "stop").replace("enable", "start") ?? "");
    case "firewall-cmd":
      if (rest.includes("--complete-reload")) return [{ does: "conntrack-flush" }];
      return rest.includes("--reload") ? unitEffect("firewalld", "reload") : [];
    default:
      break;
  }
  const script = ["sh", "bash", "dash", "ash"].includes(program) ? rest.find((word) => !word.startsWith("-")) : words[at];
  if (script === undefined || !/\.sh$|\//.test(script)) return [];
  const argument = words[words.indexOf(script) + 1];
  return [{ does: "run", program: script, ...(argument === undefined ? {} : { argument }) }];
}

function nft(words: readonly string[]): Effect[] {
  const text: string[] = [];
  let file: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "-c" || word === "--check" || /^-[a-zA-Z]*c[a-zA-Z]*f?$/.test(word)) return [];
    if (word === "-f" || word === "--file" || /^-[a-z]+f$/.test(word)) file = words[++i];
    else if (word.startsWith("--file=")) file = word.slice(7);
    else if (word === "-I" || word === "--includepath" || word === "-D" || word === "--define") i++;
    else if (!word.startsWith("-")) text.push(word);
  }
  if (file !== undefined) return [{ does: "load", backend: "nftables", file }];
  const command = text.join(" ");
  const flush = /\b(?:flush\s+(ruleset|table|chain)|(?:delete|destroy)\s+(table))\b/.exec(command);
  const load = /\binclude\b|\b(?:add|insert|create)\s+rule\b/.test(command);
  // one nft command is one transaction, however many statements it has
  if (flush && load) return [{ does: "load", backend: "nftables" }];
  if (flush) return [{ does: "flush", backend: "nftables", keepsPolicy: flush[1] === "table" || flush[1] === "chain" }];
  if (!load) return [];
  return [/\binclude\b/.test(command) ? { does: "load", backend: "nftables" } : { does: "add", backend: "nftables", stateful: /\bct\b/.test(command) }];
}

function iptables(words: readonly string[]): Effect[] {
  const tableAt = words.findIndex((word) => word === "-t" || word === "--table");
  const table = tableAt >= 0 ? (words[tableAt + 1] ?? "filter") : "filter";
  const argumentOf = (...options: string[]): string | undefined => {
    const at = words.findIndex((word) => options.includes(word));
    return at < 0 ? undefined : (words[at + 1] ?? "");
  };
  const flushed = argumentOf("-F", "--flush");
  if (flushed !== undefined) {
    // a chain of one's own, or nat alone, leaves the rest of the rules in charge
    const whole = flushed === "" || flushed.startsWith("-") || /^(INPUT|OUTPUT|FORWARD|PREROUTING)$/.test(flushed);
    return whole && !/^(nat|mangle|security)$/.test(table) ? [{ does: "flush", backend: "iptables", keepsPolicy: true }] : [];
  }
  const policy = argumentOf("-P", "--policy");
  if (policy !== undefined) {
    const target = words[words.indexOf(policy) + 1];
    return policy === "INPUT" && table === "filter" && (target === "ACCEPT" || target === "DROP")
      ? [{ does: "policy", backend: "iptables", policy: target === "DROP" ? "drop" : "accept" }]
      : [];
  }
  const added = argumentOf("-A", "--append", "-I", "--insert");
  return added === undefined ? [] : [{ does: "add", backend: "iptables", stateful: isStateful(words, table) }];
}

function isStateful(words: readonly string[], table: string): boolean {
  return table === "nat" || words.some((word) => word === "--state" || word === "--ctstate");
}

function restore(words: readonly string[]): Effect[] {
  if (words.includes("-t") && words[words.indexOf("-t") + 1] === undefined) return [];
  if (words.includes("--test")) return [];
  const file = words.find((word, index) => !word.startsWith("-") && !/^(-T|--table|-W|-w|-M)$/.test(words[index - 1] ?? ""));
  return [{ does: "load", backend: "iptables", ...(file === undefined ? {} : { file }) }];
}

function systemctl(words: readonly string[]): Effect[] {
  const [action, ...units] = words.filter((word) => !word.startsWith("-"));
  return units.flatMap((unit) => unitEffect(unit, action ?? ""));
}

/** The effect of an action on a unit; empty where the action loads and removes nothing. */
export function unitEffect(unit: string, action: string): Effect[] {
  const known = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
  return known === undefined ? [] : [{ does: "unit", unit: unit.replace(/\.service$/, ""), action: known }];
}

/** How a run of effects loads rules: the method, and the effect by which it came to be so; undefined where nothing is loaded. */
export function methodOf<E extends Effect>(effects: readonly E[], policy: "accept" | "drop"): { method: ReloadMethod; at: E } | undefined {
  let input = policy;
  let gap: { method: ReloadMethod; at: E } | undefined;
  let result: { method: ReloadMethod; at: E } | undefined;
  for (const effect of effects) {
    switch (effect.does) {
      case "policy":
        input = effect.policy;
        break;
      case "conntrack-flush":
        return { method: "conntrack-flush", at: effect };
      case "flush":
        if (!effect.keepsPolicy) input = "accept";
        gap ??= { method: input === "drop" ? "drop-gap" : "two-step", at: effect };
        break;
      case "load":
      case "add":
        if (gap !== undefined) result = gap;
        else if (effect.does === "load" && effect.unlessRunning !== true) result ??= { method: "atomic", at: effect };
        if (effect.does === "load") gap = undefined;
        break;
      default:
        break;
    }
    if (result !== undefined && result.method !== "atomic") return result;
  }
  return result;
}
