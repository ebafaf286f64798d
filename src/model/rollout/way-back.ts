import { handlersOf } from "../fleet/handlers.ts";
import type { Play, Task } from "../fleet/fleet.ts";
import { listOf, stringsOf, truth } from "../fleet/values.ts";
import type { Workspace } from "../workspace.ts";
import type { DisruptivePlay, Disruption } from "./disruption.ts";
import type { ServiceKind } from "./services.ts";
import { kindOf, packagesOf } from "./services.ts";
import { reader } from "./standing.ts";

/** Words by which people call the way back. */
const BACK = /roll(?:ing)?[-_ ]?back|back(?:ing)?[-_ ]?out|\brevert|downgrad|\bundo\b|\brestor(?:e|ing)\b|fall[-_ ]?back|previous[-_ ]?version|(?:^|[/_ -])(?:restore|revert|undo)(?:[._ -]|$)/i;
/** What keeps the state before a change. */
const KEPT = /snapshot|apt-clone|dpkg-repack|timeshift|etckeeper|\bbackup|\.(?:bak|orig|old|previous)\b/i;
const WRITING = new Set(["template", "copy", "lineinfile", "blockinfile", "replace", "ini_file", "assemble", "unarchive"]);
/** Where a daemon of each kind has its configuration. */
const CONFIGURATION: Partial<Record<ServiceKind, RegExp>> = {
  ipsec: /\/(?:racoon|strongswan(?:\.d|\.conf)?|swanctl|ipsec(?:\.d|-tools)?(?:\.conf)?|ipsec\.\w+|iked\.conf|libreswan)(?:\/|$)/,
  firewall: /\/(?:nftables(?:\.conf|\.d)?|iptables(?:\.rules|\.up\.rules)?|ip6?tables|firewalld|ufw|shorewall6?|ferm)(?:\/|$)/,
  network: /\/(?:network(?:\/|$)|netplan|systemd\/network|NetworkManager|frr|quagga|bird6?(?:\.conf)?|keepalived|wireguard|openvpn|openvswitch|sysconfig\/network)/,
};

/** Whether a play is a way back itself: its name, its file or a tag says so. */
export function isWayBack(play: Play): boolean {
  return BACK.test(play.name) || BACK.test(baseName(play.path)) || stringsOf(play.keywords.get("tags")?.value).some((tag) => BACK.test(tag));
}

/** True where something in the play, or another play for the same service, leads back to the state before. */
export function hasWayBack(workspace: Workspace, { play, disruptions }: DisruptivePlay): boolean {
  const tasks = [...play.tasks, ...play.handlers];
  if (tasks.some(leadsBack) || [...play.files].some((file) => BACK.test(baseName(file)))) return true;
  const kinds = new Set(disruptions.map(({ kind }) => kind));
  return workspace.derive(waysBack).some(({ path, name, services }) => [...services].some((kind) => kinds.has(kind)) || path === play.path || sharesWord(name, disruptions));
}

function leadsBack(task: Task): boolean {
  if (task.blocks?.some(({ part }) => part === "rescue") === true) return true;
  const tags = listOf(task.keywords.get("tags")?.value).flatMap((tag) => String(tag).split(","));
  if ([task.name ?? "", ...tags].some((words) => BACK.test(words))) return true;
  if (truth(task.args.get("allow_downgrade")?.value) === true) return true;
  const text = [...task.args.values()].map(({ value }) => (typeof value === "string" ? value : "")).join(" ");
  return KEPT.test(task.module) || (/^(?:command|shell|raw)$/.test(task.module) && (KEPT.test(text) || BACK.test(text)));
}

interface WayBack {
  readonly path: string;
  readonly name: string;
  readonly services: ReadonlySet<ServiceKind>;
}

/** Every play of the repository that leads back, with what it acts on. */
function waysBack(workspace: Workspace): readonly WayBack[] {
  return workspace.fleet.plays.filter(isWayBack).map((play) => {
    const services = new Set<ServiceKind>();
    for (const task of [...play.tasks, ...play.handlers]) {
      const read = reader(play, task);
      const names = [...packagesOf(task, read).map(({ name }) => name), read(task.args.get("name")?.value ?? null) ?? ""];
      for (const name of names) {
        const kind = kindOf(name);
        if (kind !== undefined) services.add(kind);
      }
    }
    return { path: play.path, name: `${play.name} ${play.path}`, services };
  });
}

function sharesWord(name: string, disruptions: readonly Disruption[]): boolean {
  return disruptions.some(({ service }) => service !== "host" && name.toLowerCase().includes(service.toLowerCase().replace(/@.*$/, "")));
}

/** The upgrades of a play to whatever is newest: no version says to what, so none says from what. */
export function unversionedUpgrades({ play, disruptions }: DisruptivePlay): readonly Disruption[] {
  return disruptions.filter(({ task, kind, action, service }) => action === "upgrade" && kind !== "hypervisor" && packagesOf(task, reader(play, task)).some(({ name, version }) => name === service && version === undefined));
}

/** A task that overwrites a daemon's configuration and keeps neither a copy nor a check, with the restart that follows. */
export interface Overwriting {
  readonly task: Task;
  readonly disruption: Disruption;
}

/** What the play overwrites of the configuration of a daemon that it then restarts; nothing where a copy is kept or it is checked. */
export function overwrites({ play, disruptions }: DisruptivePlay): readonly Overwriting[] {
  const found: Overwriting[] = [];
  for (const task of play.tasks) {
    if (!WRITING.has(task.module) || task.args.has("validate") || truth(task.args.get("backup")?.value) === true) continue;
    const destination = reader(play, task)(task.args.get("dest")?.value ?? task.args.get("path")?.value ?? null) ?? "";
    const disruption = disruptions.find(
      (one) => one.action === "restart" && CONFIGURATION[one.kind]?.test(destination) === true && (handlersOf(play, task).includes(one.task) || play.tasks.indexOf(one.task) > play.tasks.indexOf(task)),
    );
    if (disruption !== undefined) found.push({ task, disruption });
  }
  return found;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
