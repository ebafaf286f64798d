import * as vscode from "vscode";
import type { EditReach } from "../model/fleet/change/reach.ts";
import { reachesIn } from "../model/fleet/change/reach.ts";
import type { Location } from "../engine/location.ts";
import { baseFor, fileReachTitle, reachOfFile, reachTitle } from "../report/reach.ts";
import type { Heads } from "./heads.ts";
import type { DocumentPlace } from "./place.ts";
import { placeOf } from "./place.ts";
import type { Projects } from "./projects.ts";

/** The command behind a lens. */
export const SHOW_REACH = "premortem.showReach";
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
    if (head !== undefined) {
      const { workspace, path } = place;
      for (const reach of reachesIn(baseFor(head, workspace, path), workspace, path)) shown.push({ title: reachTitle(reach, workspace, path, vscode.l10n.t), reach, place });
    }
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

/** Every host that the file applies to, at its top. */
function scopeOf(place: DocumentPlace): Shown | undefined {
  const reach = reachOfFile(place.workspace, place.path);
  return reach && { title: fileReachTitle(reach, vscode.l10n.t), reach, place };
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
