import { HOLE } from "../../../formats/template/jinja.ts";
import type { UnitTree } from "../../../formats/systemd-unit/index.ts";
import type { Workspace } from "../../workspace.ts";
import type { Effect, UnitAction } from "./steps.ts";

/** What a service does to the rules when it is started, stopped and reloaded. */
interface UnitEffects {
  readonly start: readonly Effect[];
  readonly stop: readonly Effect[];
  /** Absent where the unit cannot be reloaded. */
  readonly reload?: readonly Effect[];
  /** How it stops, for a message. */
  readonly stops: string;
}

const NFT_LOAD: Effect = { does: "load", backend: "nftables" };
const NFT_FLUSH: Effect = { does: "flush", backend: "nftables", keepsPolicy: false };
const IPT_LOAD: Effect = { does: "load", backend: "iptables" };
const IPT_FLUSH: readonly Effect[] = [
  { does: "policy", backend: "iptables", policy: "accept" },
  { does: "flush", backend: "iptables", keepsPolicy: true },
];

const IPTABLES_SERVICES: UnitEffects = { start: [IPT_LOAD], stop: IPT_FLUSH, reload: [IPT_LOAD], stops: "sets every policy to ACCEPT and flushes all rules" };
const PERSISTENT: UnitEffects = { start: [IPT_LOAD], stop: [], reload: [IPT_LOAD], stops: "leaves the rules alone" };

/** Services as distributions ship them. */
const KNOWN: Record<string, UnitEffects> = {
  // Debian, nftables.service: ExecStart and ExecReload `nft -f /etc/nftables.conf`, ExecStop `nft flush ruleset`.
  // Fedora and RHEL: the same, with ExecReload `nft 'flush ruleset; include "/etc/sysconfig/nftables.conf";'`.
  nftables: { start: [NFT_LOAD], stop: [NFT_FLUSH], reload: [NFT_LOAD], stops: "runs `nft flush ruleset`" },
  // RHEL and CentOS, iptables-services, iptables.init: stop() sets ACCEPT, flushes and, with IPTABLES_MODULES_UNLOAD, unloads
  // conntrack; restart() is stop and start; reload() is one iptables-restore.
  iptables: IPTABLES_SERVICES,
  ip6tables: IPTABLES_SERVICES,
  // Debian, netfilter-persistent 1.0.20: start, restart and reload run iptables-restore; stop flushes only with FLUSH_ON_STOP=1.
  "netfilter-persistent": PERSISTENT,
  "iptables-persistent": PERSISTENT,
  // Debian, ferm 2.5.1: ExecStop runs `ferm --flush`; reload runs ferm, which ends in iptables-restore.
  ferm: { start: [IPT_LOAD], stop: IPT_FLUSH, reload: [IPT_LOAD], stops: "runs `ferm --flush`" },
  // Debian, ufw 0.36.2: ufw-init reload is ufw_stop and ufw_start; ufw_stop deletes the chains and sets ACCEPT.
  ufw: { start: [IPT_LOAD], stop: IPT_FLUSH, reload: [...IPT_FLUSH, IPT_LOAD], stops: "deletes its chains and sets every policy to ACCEPT" },
  // Debian, firewalld 1.3.3: CleanupOnExit=yes takes the rules away; a reload keeps an established accept in place throughout.
  firewalld: { start: [NFT_LOAD], stop: [NFT_FLUSH], reload: [NFT_LOAD], stops: "takes all its rules away" },
};

/**
 * The effects of an action on a unit as this repository or else the distribution defines it; undefined for a unit nobody
 * knows. Without `run`, as the distribution defines it: units may start each other, and init scripts of their own name.
 */
export function unitActionEffects(
  workspace: Workspace,
  unit: string,
  action: UnitAction,
  run: ((text: string) => readonly Effect[]) | undefined,
): { effects: readonly Effect[]; why: string } | undefined {
  const own = workspace.data(unitFiles).get(unit);
  const known = Object.hasOwn(KNOWN, unit) ? KNOWN[unit] : undefined;
  const effects = own === undefined || run === undefined ? known : overlay(known, own, run);
  if (effects === undefined) return undefined;
  const { start, stop, reload } = effects;
  switch (action) {
    case "start":
      return { effects: start, why: `starting ${unit} loads the rules` };
    case "stop":
      return { effects: stop, why: `stopping ${unit} ${effects.stops}` };
    case "restart":
      return { effects: [...stop, ...start], why: `a restart of ${unit} ${stop.length > 0 ? `${effects.stops} and then loads them again` : "loads the rules in one transaction"}` };
    case "reload":
      return { effects: reload ?? [...stop, ...start], why: `a reload of ${unit} loads the rules ${loadsAtOnce(reload) ? "in one transaction" : "after it has removed them"}` };
  }
}

function loadsAtOnce(effects: readonly Effect[] | undefined): boolean {
  return effects !== undefined && !effects.some((effect) => effect.does === "flush");
}

interface ExecLines {
  start?: string[];
  stop?: string[];
  reload?: string[];
}

/**
 * Exec lines of every unit that the repository defines or drops lines into, by unit name. An empty line resets, and a drop-in
 * comes after its unit, systemd.unit(5).
 */
function unitFiles(workspace: Workspace): ReadonlyMap<string, ExecLines> {
  const files = new Map<string, { name: string; dropIn: boolean; path: string }>();
  const note = (path: string, installed: string): void => {
    const match = /(?:^|\/)([\w@.-]+)\.service(\.d\/[^/]+\.conf)?(?:\.j2)?$/.exec(installed);
    if (match) files.set(path, { name: match[1]!, dropIn: match[2] !== undefined, path });
  };
  for (const path of workspace.paths) note(path, path);
  for (const { source, destination } of workspace.fleet.deployments) if (typeof destination === "string") note(source, destination);
  const units = new Map<string, ExecLines>();
  for (const { name, dropIn, path } of [...files.values()].sort((a, b) => Number(a.dropIn) - Number(b.dropIn))) {
    const document = workspace.document(path);
    if (document?.language !== "systemd-unit") continue;
    // A whole unit file replaces the distribution's: what it leaves out is not there.
    const lines = units.get(name) ?? (dropIn ? {} : { start: [], stop: [], reload: [] });
    units.set(name, lines);
    for (const entry of (document.tree as UnitTree).sections.filter((section) => section.name === "Service").flatMap((section) => section.entries)) {
      const key = EXEC[entry.key];
      if (key === undefined) continue;
      lines[key] = entry.value === "" ? [] : [...(lines[key] ?? []), entry.value];
    }
  }
  return units;
}

const EXEC: Record<string, keyof ExecLines | undefined> = {
  ExecStartPre: "start",
  ExecStart: "start",
  ExecStop: "stop",
  ExecStopPost: "stop",
  ExecReload: "reload",
};

function overlay(known: UnitEffects | undefined, own: ExecLines, run: (text: string) => readonly Effect[]): UnitEffects | undefined {
  const effects = (lines: readonly string[]): Effect[] => lines.flatMap((line) => run(execCommand(line)));
  const templated = [own.start, own.stop, own.reload].some((lines) => lines?.some((line) => line.includes(HOLE)));
  if (templated) return known;
  const start = own.start === undefined ? known?.start : effects(own.start);
  const stop = own.stop === undefined ? known?.stop : effects(own.stop);
  const reload = own.reload === undefined ? known?.reload : own.reload.length === 0 ? undefined : effects(own.reload);
  if (start === undefined && stop === undefined) return undefined;
  const stops = own.stop === undefined && known !== undefined ? known.stops : `runs \`${(own.stop ?? []).map(execCommand).join("; ")}\``;
  return { start: start ?? [], stop: stop ?? [], stops, ...(reload === undefined ? {} : { reload }) };
}

/** An Exec line without systemd's prefixes (`-`, `@`, `:`, `+`, `!`). */
export function execCommand(line: string): string {
  return line.replace(/^[-@:+!]+/, "");
}

/** Whether the distribution's service, as nobody has changed it, reloads in one transaction. */
export function reloadIsAtomic(workspace: Workspace, unit: string): boolean {
  const known = Object.hasOwn(KNOWN, unit) && !workspace.data(unitFiles).has(unit) ? KNOWN[unit] : undefined;
  return loadsAtOnce(known?.reload);
}
