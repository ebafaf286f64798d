import * as vscode from "vscode";
import { compareText } from "../engine/finding.ts";
import type { Host } from "../model/fleet/fleet.ts";
import { reachOf } from "../report/html/reach.ts";
import type { ProjectReview } from "./review-run.ts";
import { Item, goTo } from "./tree-item.ts";

/** What a change reaches in one project. */
export interface ReachedHosts {
  readonly review: ProjectReview;
  /** Hosts of the inventory. */
  readonly of: number;
  /** Names of the hosts that are reached. */
  readonly hosts: ReadonlySet<string>;
  /** Services that are interrupted or restarted, by host. */
  readonly services: ReadonlyMap<string, readonly string[]>;
}

/** Whom the change reaches in each project that has an inventory. */
export function reachedHosts(reviews: readonly ProjectReview[]): ReachedHosts[] {
  return reviews.flatMap((review): ReachedHosts[] => {
    const reach = reachOf(review);
    if (reach === undefined || reach.of === 0) return [];
    const services = new Map<string, string[]>();
    for (const { name, hosts } of reach.services) for (const host of hosts) services.set(host, [...(services.get(host) ?? []), name]);
    return [{ review, of: reach.of, hosts: reach.hosts, services }];
  });
}

/** The groups with their share of hosts, of which each leads to its place in the inventory. */
export function hostItems(reached: readonly ReachedHosts[]): Item[] {
  return reached.flatMap(groupItems).sort((a, b) => b.reached - a.reached || compareText(a.name, b.name)).map(({ item }) => item);
}

function groupItems(reached: ReachedHosts): { name: string; reached: number; item: Item }[] {
  const { review, hosts, services } = reached;
  const { fleet } = review.after;
  const groups = new Map<string, Host[]>();
  for (const name of hosts) {
    const host = fleet.host(name) ?? review.before.fleet.host(name);
    if (host === undefined) continue;
    const group = host.groups.find((one) => one !== "all" && fleet.groups.has(one)) ?? "ungrouped";
    groups.set(group, [...(groups.get(group) ?? []), host]);
  }
  return [...groups].map(([name, members]) => {
    const group = fleet.groups.get(name);
    const of = Math.max(group?.hosts.length ?? 0, members.length);
    const stopping = members.filter((host) => services.has(host.name)).length;
    const words = [vscode.l10n.t("{0} of {1} hosts", members.length, of)];
    if (stopping > 0) words.push(vscode.l10n.t("{0} interrupted", stopping));
    const item = new Item(name, `group ${review.prefix} ${name}`, () => members.sort((a, b) => compareText(a.name, b.name)).map((host) => hostItem(host, reached, name)));
    item.with({ description: words.join(" · "), iconPath: new vscode.ThemeIcon("server-environment"), tooltip: `${name}: ${words.join(", ")}` });
    return { name, reached: members.length, item };
  });
}

function hostItem(host: Host, { review, services }: ReachedHosts, group: string): Item {
  const stopped = services.get(host.name);
  const state = review.after.fleet.host(host.name) === undefined ? review.before : review.after;
  return new Item(host.name, `host ${review.prefix} ${group} ${host.name}`).with({
    description: stopped === undefined ? "" : vscode.l10n.t("interrupts {0}", stopped.join(", ")),
    iconPath: stopped === undefined ? new vscode.ThemeIcon("server") : new vscode.ThemeIcon("debug-restart", new vscode.ThemeColor("list.warningForeground")),
    command: goTo({ ...review, after: state }, host.location),
  });
}
