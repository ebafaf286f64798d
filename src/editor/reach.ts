import * as vscode from "vscode";
import type { EditReach, ReachedHost } from "../model/fleet/change/reach.ts";
import { reachesIn } from "../model/fleet/change/reach.ts";
import type { Location } from "../engine/location.ts";
import { recordsOf } from "../model/fleet/records/read.ts";
import { isUnknown } from "../engine/unknown.ts";
import type { Workspace } from "../model/workspace.ts";
import type { Heads } from "./heads.ts";
import type { DocumentPlace } from "./place.ts";
import { placeOf } from "./place.ts";
import type { Projects } from "./projects.ts";

/** The command behind a lens. */
export const SHOW_REACH = "premortem.showReach";
/** Above so many changed files an edit is followed by itself and not together with the others. */
const MANY_FILES = 200;
/** The longest wait after a keystroke, in ms. */
const LONGEST_WAIT = 1_500;

interface Shown {
  readonly title: string;
  readonly reach: EditReach;
  readonly place: DocumentPlace;
}

type Item = vscode.QuickPickItem & { readonly location?: { readonly uri: vscode.Uri; readonly range: vscode.Range } };

/** Above each edited variable, inventory block, template, task or play: how many hosts the edit reaches, against HEAD. */
export class ReachLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #projects: Projects;
  readonly #heads: Heads;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[];
  /** What the lenses of a document show, by its address. */
  readonly #shown = new Map<string, readonly Shown[]>();
  /** How long the last answer took, in ms. */
  #cost = 0;

  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(projects: Projects, heads: Heads) {
    this.#projects = projects;
    this.#heads = heads;
    const again = (): void => this.#changed.fire();
    this.#subscriptions = [
      this.#changed,
      heads.onDidChange(again),
      projects.onDidChange(again),
      vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("premortem") && again()),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#shown.delete(uri.toString())),
    ];
  }

  dispose(): void {
    this.#subscriptions.forEach((subscription) => void subscription.dispose());
  }

  async provideCodeLenses(document: vscode.TextDocument, token: vscode.CancellationToken): Promise<vscode.CodeLens[]> {
    const wanted = vscode.workspace.getConfiguration("premortem", document.uri).get<string>("reach", "changed");
    if (wanted === "off") return [];
    // While the user types, nothing is worked out: the next keystroke makes it obsolete.
    if (this.#cost > 50) await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_WAIT, 2 * this.#cost)));
    if (token.isCancellationRequested) return [];
    const place = await placeOf(this.#projects, document);
    const head = place && (await this.#heads.of(place.project));
    if (place === undefined || token.isCancellationRequested || document.isClosed) return [];
    const started = performance.now();
    const shown: Shown[] = [];
    if (head !== undefined) for (const reach of reachesIn(baseFor(head, place), place.workspace, place.path)) shown.push({ title: titleOf(reach, isRecord(place)), reach, place });
    const whole = wanted === "always" ? scopeOf(place) : undefined;
    if (whole !== undefined) shown.unshift(whole);
    this.#cost = performance.now() - started;
    const key = document.uri.toString();
    this.#shown.set(key, shown);
    return shown.map(({ title, reach }, index) => {
      const { start } = place.ranges.of(place.path, reach.range);
      return new vscode.CodeLens(new vscode.Range(start, start), { title, tooltip: vscode.l10n.t("Show the hosts by group"), command: SHOW_REACH, arguments: [key, index] });
    });
  }

  /** The command: the hosts by group, of which each leads to its place in the inventory. */
  async show(key: string, index: number): Promise<void> {
    const shown = this.#shown.get(key)?.[index];
    if (shown === undefined) return;
    const picked = await vscode.window.showQuickPick<Item>(itemsOf(shown), { title: shown.title, placeHolder: vscode.l10n.t("Go to a group or a host in the inventory"), matchOnDescription: true });
    if (picked?.location !== undefined) await vscode.window.showTextDocument(picked.location.uri, { selection: picked.location.range });
  }
}

/** HEAD; where many files differ from it, the present state with this file alone as it is in HEAD. */
function baseFor(head: Workspace, { workspace, path }: DocumentPlace): Workspace {
  const differ = workspace.paths.reduce((count, other) => (workspace.text(other) === head.text(other) ? count : count + 1), 0);
  if (differ <= MANY_FILES) return head;
  return workspace.with(new Map([[path, head.text(path)]]));
}

/** Every host that the file applies to, at its top. */
function scopeOf(place: DocumentPlace): Shown | undefined {
  const { workspace, path } = place;
  const scope = workspace.fleet.scopeOf(path);
  if (isUnknown(scope) || scope.hosts.length === 0) return undefined;
  const groups = new Map<string, ReachedHost[]>();
  for (const host of scope.hosts) {
    const group = host.groups[0] ?? "all";
    groups.set(group, [...(groups.get(group) ?? []), { host, changed: false, services: [] }]);
  }
  const hosts = scope.hosts.length;
  const of = workspace.fleet.hosts.length;
  const reach: EditReach = { range: { start: 0, end: 0 }, of, hosts, changed: 0, interrupted: 0, services: [], used: true, groups: [...groups].map(([name, members]) => ({ name, hosts: members })) };
  return { title: vscode.l10n.t("Applies to {0} of {1} hosts", hosts, of), reach, place };
}

/** What an agent applies (an ENC's answer, NetBox) reaches hosts without any task. */
function isRecord({ workspace, path }: DocumentPlace): boolean {
  return recordsOf(workspace).in(path).length > 0;
}

function titleOf({ hosts, of, changed, interrupted, services, used }: EditReach, record: boolean): string {
  const parts = [hosts === 1 ? vscode.l10n.t("Reaches 1 of {0} hosts", of) : vscode.l10n.t("Reaches {0} of {1} hosts", hosts, of)];
  if (!used) parts.push(record ? vscode.l10n.t("applied from outside this repository") : vscode.l10n.t("read by no task here"));
  else if (changed < hosts) parts.push(vscode.l10n.t("{0} by plays here", changed));
  if (services.length === 1) parts.push(vscode.l10n.t("restarts {0} on {1}", services[0]!, interrupted));
  else if (services.length > 1) parts.push(vscode.l10n.t("restarts {0} services on {1}", services.length, interrupted));
  return parts.join(" · ");
}

/** The groups with their numbers, then the hosts of each. */
function itemsOf({ reach, place }: Shown): Item[] {
  const { project, workspace, ranges } = place;
  const at = ({ path, range }: Location): NonNullable<Item["location"]> => ({ uri: project.uriOf(path), range: ranges.of(path, range) });
  const groups = reach.groups.map(({ name, hosts }): Item => {
    const restarting = hosts.filter(({ services }) => services.length > 0).length;
    const location = workspace.fleet.groups.get(name)?.location;
    return {
      label: `$(server-environment) ${name}`,
      description: [inWords(hosts.length), restarting === 0 ? [] : vscode.l10n.t("{0} restart services", restarting)].flat().join(" · "),
      ...(location && { location: at(location) }),
    };
  });
  const hosts = reach.groups.flatMap(({ name, hosts: members }): Item[] => [
    { label: `${name}: ${inWords(members.length)}`, kind: vscode.QuickPickItemKind.Separator },
    ...members.map(({ host, services }): Item => ({
      label: host.name,
      description: services.length === 0 ? "" : vscode.l10n.t("restarts {0}", services.join(", ")),
      location: at(host.location),
    })),
  ]);
  return [{ label: vscode.l10n.t("Groups"), kind: vscode.QuickPickItemKind.Separator }, ...groups, ...hosts];
}

function inWords(hosts: number): string {
  return hosts === 1 ? vscode.l10n.t("1 host") : vscode.l10n.t("{0} hosts", hosts);
}
