import type { Location } from "../../../engine/location.ts";
import { isUnknown } from "../../../engine/unknown.ts";
import type { Host, Task } from "../../fleet/fleet.ts";
import { handlersOf } from "../../fleet/handlers.ts";
import { listOf, textAsWritten } from "../../fleet/values.ts";
import type { Workspace } from "../../workspace.ts";
import { sharedHosts } from "../paths/beside.ts";
import { playsWith, siblingsOf } from "../reload/tasks.ts";
import type { Ruleset } from "../ruleset.ts";

/** Programs that add firewall rules of their own while a host runs. */
export type Writer = "Docker" | "Kubernetes" | "libvirt" | "fail2ban" | "podman";

/** Why a program is taken to write rules on the hosts of a ruleset. */
export interface WriterEvidence {
  readonly writer: Writer;
  /** As a clause without full stop. */
  readonly why: string;
  readonly location?: Location;
  /** How many of the ruleset's hosts; undefined where they are not known. */
  readonly hosts?: number;
}

/** What one program is known by: packages, services, paths on a host, and what it names in the rules. */
const SIGNS: Readonly<Record<Writer, { readonly packages: RegExp; readonly services: RegExp; readonly paths: RegExp; readonly interfaces: RegExp; readonly chains: RegExp }>> = {
  Docker: {
    packages: /^(docker-ce|docker\.io|docker-engine|docker|moby-engine)$/,
    services: /^docker$/,
    paths: /(^|\/)etc\/docker\/daemon\.json(\.j2)?$|(^|\/)etc\/systemd\/system\/docker\.service\.d\//,
    interfaces: /^(docker0|br-[0-9a-f]{12}|docker_gwbridge)$/,
    chains: /^DOCKER(-|$)/,
  },
  Kubernetes: {
    packages: /^(kubelet|kubeadm|k3s|rke2-(server|agent)|k0s|microk8s)$/,
    services: /^(kubelet|k3s(-agent)?|rke2-(server|agent)|k0s(controller|worker))$/,
    paths: /(^|\/)etc\/(rancher\/(k3s|rke2)|kubernetes|k0s)\/[^/]+$/,
    interfaces: /^(cni0|flannel\.1|cali(\*|[0-9a-f]+)|cilium_\w+|kube-ipvs0|kube-bridge)$/,
    chains: /^(KUBE-|cali-|FLANNEL-|CNI-)/,
  },
  libvirt: {
    packages: /^(libvirt|libvirt-bin|libvirt-daemon(-system|-driver-network|-config-network)?)$/,
    services: /^(libvirtd|virtnetworkd)$/,
    paths: /(^|\/)etc\/libvirt\/(qemu\/networks\/|network\.conf)/,
    interfaces: /^virbr\d+$/,
    chains: /^LIBVIRT_/,
  },
  fail2ban: {
    packages: /^fail2ban(-server)?$/,
    services: /^fail2ban$/,
    paths: /(^|\/)etc\/fail2ban\/(jail|fail2ban|action)\b/,
    interfaces: /^$/,
    chains: /^(f2b|fail2ban)-/,
  },
  podman: {
    packages: /^$/,
    services: /^$/,
    paths: /(^|\/)etc\/cni\/net\.d\/[^/]+\.conflist$/,
    interfaces: /^(cni-podman\d+|podman\d+)$/,
    chains: /^NETAVARK/,
  },
};
const WRITERS = Object.keys(SIGNS) as Writer[];
const PACKAGE_MODULES = /^(apt|apt_rpm|dnf5?|yum|package|zypper|pacman|apk|portage)$/;
const SERVICE_MODULES = /^(service|systemd|systemd_service|sysvinit|openrc)$/;

/** The programs that write rules on the hosts of a ruleset: by what plays install there, by what is deployed there, by what its own rules name. */
export function ruleWriters(workspace: Workspace, ruleset: Ruleset): WriterEvidence[] {
  const found = new Map<Writer, WriterEvidence>();
  const note = (evidence: WriterEvidence): void => {
    if (!found.has(evidence.writer)) found.set(evidence.writer, evidence);
  };
  const scope = workspace.fleet.scopeOf(ruleset.path);
  const names = new Set(isUnknown(scope) ? [] : scope.hosts.map(({ name }) => name));
  for (const one of workspace.data(installations)) {
    const there = one.hosts.filter(({ name }) => names.has(name)).length;
    if (there > 0) note({ writer: one.writer, why: one.why, location: one.location, hosts: there });
  }
  for (const path of workspace.derive(writersFiles)) {
    const writer = WRITERS.find((one) => SIGNS[one].paths.test(path))!;
    const shared = sharedHosts(workspace, ruleset.path, path);
    if (shared !== undefined) note({ writer, why: `${path} is for the same hosts`, location: { path, range: { start: 0, end: 0 } }, ...(shared === "tree" ? {} : { hosts: shared }) });
  }
  const mentioned = namesIn(ruleset);
  for (const writer of WRITERS) {
    const named = namedBy(mentioned, writer);
    if (named !== undefined) note({ writer, why: `a rule here names ${named}` });
  }
  return [...found.values()];
}

interface Installation {
  readonly writer: Writer;
  readonly hosts: readonly Host[];
  readonly why: string;
  readonly location: Location;
}

function installations(workspace: Workspace): Installation[] {
  return workspace.fleet.plays.flatMap((play) => {
    const { scope } = play;
    if (isUnknown(scope) || scope.hosts.length === 0) return [];
    return play.tasks.flatMap((task) => {
      const sign = writerOf(task);
      return sign === undefined || task.args.get("state")?.value === "absent" ? [] : [{ ...sign, hosts: scope.hosts, location: task.location }];
    });
  });
}

function writerOf(task: Task): { writer: Writer; why: string } | undefined {
  const packages = PACKAGE_MODULES.test(task.module) ? namesOf(task) : [];
  const service = SERVICE_MODULES.test(task.module) && !/^(stopped)$/.test(textAsWritten(task.args.get("state")?.value) ?? "") ? textAsWritten(task.args.get("name")?.value)?.replace(/\.service$/, "") : undefined;
  for (const writer of WRITERS) {
    const name = packages.find((one) => SIGNS[writer].packages.test(one));
    if (name !== undefined) return { writer, why: `they get the package ${name}` };
    if (service !== undefined && SIGNS[writer].services.test(service)) return { writer, why: `they run ${service}` };
  }
  return undefined;
}

function namesOf(task: Task): string[] {
  const values = ["name", "pkg", "package"].flatMap((key) => listOf(task.args.get(key)?.value));
  for (const [key, { value }] of task.keywords) if (key === "loop" || key === "with_items") values.push(...listOf(value));
  return values.flatMap((value) => (typeof value === "string" ? value.split(/[\s,]+/) : [])).map((name) => name.replace(/[=<>~].*$/, ""));
}

function writersFiles(workspace: Workspace): string[] {
  return workspace.paths.filter((path) => /(^|\/)etc\//.test(path) && WRITERS.some((writer) => SIGNS[writer].paths.test(path)));
}

/** Every chain and interface that a ruleset names. */
function namesIn(ruleset: Ruleset): { readonly chains: ReadonlySet<string>; readonly interfaces: ReadonlySet<string> } {
  const chains = new Set<string>();
  const interfaces = new Set<string>();
  for (const table of ruleset.tables) {
    for (const chain of table.chains) {
      chains.add(chain.name);
      for (const { statements } of chain.rules) {
        for (const statement of statements) {
          if (statement.kind !== "match" || (statement.field !== "meta iifname" && statement.field !== "meta oifname") || isUnknown(statement.values) || statement.values.kind !== "names") continue;
          for (const name of statement.values.names) interfaces.add(name);
        }
      }
    }
  }
  return { chains, interfaces };
}

/** An interface or chain that only this program makes, in a rule of the ruleset. */
function namedBy({ chains, interfaces }: ReturnType<typeof namesIn>, writer: Writer): string | undefined {
  const chain = [...chains].find((name) => SIGNS[writer].chains.test(name));
  if (chain !== undefined) return `the chain ${chain}`;
  const name = [...interfaces].find((one) => SIGNS[writer].interfaces.test(one));
  return name && `the interface ${name}`;
}

/** Docker that is told to leave the firewall alone writes no rules (daemon.json(5), `iptables`). */
export function dockerLeavesRulesAlone(workspace: Workspace): boolean {
  return workspace.paths.some((path) => /(^|\/)daemon\.json(\.j2)?$/.test(path) && /"iptables"\s*:\s*false/.test(workspace.text(path) ?? "")) || workspace.fleet.plays.some(({ tasks }) => tasks.some(hasOption));
}

function hasOption(task: Task): boolean {
  return [...task.args.values()].some(({ value }) => typeof value === "string" && /--iptables=false|"iptables"\s*:\s*false/.test(value));
}

/** Whether what installs the ruleset at `path`, or the script that it is, starts the program anew after the rules. */
export function restartsWriter(workspace: Workspace, path: string, writer: Writer): boolean {
  const { services } = SIGNS[writer];
  const restarts = (task: Task): boolean => {
    const name = textAsWritten(task.args.get("name")?.value)?.replace(/\.service$/, "") ?? "";
    return SERVICE_MODULES.test(task.module) && services.test(name) && /^(restarted|reloaded)$/.test(textAsWritten(task.args.get("state")?.value) ?? "");
  };
  const text = workspace.language(path) === "shell" ? workspace.text(path)! : "";
  const commands = [...text.matchAll(/\b(?:systemctl|service|rc-service)\s+(?:\S+\s+)?(?:restart|reload|start)?\s*([\w.-]+)/g)].map((match) => match[1]!.replace(/\.service$/, ""));
  if (commands.some((name) => services.test(name))) return true;
  return workspace.fleet.deployments
    .filter(({ source }) => source === path)
    .some(({ task }) => playsWith(workspace, task).some((play) => [...handlersOf(play, task), ...siblingsOf(play, task)].some(restarts)));
}
