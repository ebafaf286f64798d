import type { HostVariable, Trait } from "../../engine/configuration.ts";
import type { Maybe } from "../../engine/unknown.ts";
import { isUnknown, unknown } from "../../engine/unknown.ts";
import { sameList } from "../derivation.ts";
import type { Workspace } from "../workspace.ts";
import { deploymentsOf } from "./deployments.ts";
import { factOf, kernelOf } from "./facts.ts";
import type { Deployment, Fleet, Group, Host, Play, Scope, TraitEvidence, Variable } from "./fleet.ts";
import { hostTable } from "./hosts.ts";
import { groupsOf, inventories, patternNames } from "./inventories.ts";
import { matchPattern } from "./patterns.ts";
import { playsAsWritten, scopeOfPlay } from "./plays.ts";
import type { WrittenPlay } from "./plays.ts";
import { recordsOf } from "./records/read.ts";
import type { Role } from "./roles.ts";
import { rolesOf } from "./roles.ts";
import { scopeAt } from "./scope.ts";
import { isMadeAtRun, namesInPattern } from "./target.ts";
import { traitsOf } from "./traits.ts";

/** The fleet of a workspace: each part is worked out when it is asked for, and kept while what it rests on stays. */
export function buildFleet(workspace: Workspace): Fleet {
  return new WorkspaceFleet(workspace);
}

class WorkspaceFleet implements Fleet {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  get hosts(): readonly Host[] {
    return this.#workspace.derive(hostTable).hosts;
  }

  get groups(): ReadonlyMap<string, Group> {
    return this.#workspace.derive(groupsOf);
  }

  get roles(): ReadonlyMap<string, Role> {
    return rolesOf(this.#workspace);
  }

  get plays(): readonly Play[] {
    return this.#workspace.derive(playTable).plays;
  }

  get deployments(): readonly Deployment[] {
    return this.#workspace.derive(deploymentsOf).deployments;
  }

  host(name: string): Host | undefined {
    return this.#workspace.derive(hostTable).byName.get(name);
  }

  matching(pattern: string): Maybe<readonly Host[]> {
    return this.#workspace.derive(matching, pattern);
  }

  scopeOf(path: string): Maybe<Scope> {
    return this.#workspace.derive(scopeAt, path);
  }

  trait(host: Host, trait: Trait): TraitEvidence | undefined {
    return this.#workspace.derive(traitsOf, trait).get(host.name);
  }

  fact(host: Host, name: HostVariable): Variable | undefined {
    // The guests of a host are other hosts, whose variables count too.
    if (name === "virtualMachines") return factOf(host, name, this.#workspace);
    const known = this.#workspace.derive(facts, name);
    let fact = known.get(host);
    if (fact === undefined) known.set(host, (fact = factOf(host, name, this.#workspace) ?? "none"));
    return fact === "none" ? undefined : fact;
  }

  kernel(host: Host): ReturnType<Fleet["kernel"]> {
    const known = this.#workspace.derive(kernels);
    let kernel = known.get(host);
    if (kernel === undefined) {
      const fact = this.fact(host, "kernel");
      known.set(host, (kernel = kernelOf(host, fact, this.#workspace.textAt(fact?.location ?? host.location))));
    }
    return kernel;
  }
}

/** Facts that were asked for under one name: they hold for a host as long as it is the same object and this is. */
function facts(workspace: Workspace): WeakMap<Host, Variable | "none"> {
  void [workspace.configuration, recordsOf(workspace), inventories(workspace)];
  return new WeakMap();
}

/** As facts: with the text of the value, the variable would be another, and with it the host. */
function kernels(workspace: Workspace): WeakMap<Host, ReturnType<Fleet["kernel"]>> {
  void workspace.derive(facts, "kernel");
  return new WeakMap();
}

/** The names that a pattern selects: an edit of variables leaves them. */
function namesMatching(workspace: Workspace, pattern: string): Maybe<readonly string[]> {
  return matchPattern(pattern, workspace.derive(patternNames));
}

function matching(workspace: Workspace, pattern: string, previous: Maybe<readonly Host[]> | undefined): Maybe<readonly Host[]> {
  const { hosts, byName } = workspace.derive(hostTable);
  if (hosts.length === 0) return unknown("the repository has no inventory");
  const names = workspace.derive(namesMatching, pattern);
  return isUnknown(names) ? names : sameHosts(previous, names.map((name) => byName.get(name)!));
}

/** The hosts of a pattern, sorted by name. */
function sortedMatching(workspace: Workspace, pattern: string, previous: Maybe<readonly Host[]> | undefined): Maybe<readonly Host[]> {
  const { hosts } = workspace.derive(hostTable);
  const matched = workspace.derive(matching, pattern);
  if (isUnknown(matched)) return matched;
  if (matched.length < hosts.length / 20) return sameHosts(previous, [...matched].sort((a, b) => (a.name < b.name ? -1 : 1)));
  const selected = new Set(matched);
  return selected.size === hosts.length ? hosts : sameHosts(previous, hosts.filter((host) => selected.has(host)));
}

function sameHosts(previous: Maybe<readonly Host[]> | undefined, hosts: readonly Host[]): readonly Host[] {
  return sameList(previous === undefined || isUnknown(previous) ? undefined : previous, hosts);
}

interface PlayTable {
  readonly written: readonly WrittenPlay[];
  readonly plays: readonly Play[];
}

function playTable(workspace: Workspace, _: string, previous: PlayTable | undefined): PlayTable {
  const written = workspace.derive(playsAsWritten);
  const makers = written.map(({ play }) => play).filter(({ tasks }) => tasks.some(({ module }) => module === "add_host" || module === "group_by"));
  const names = makers.length === 0 ? undefined : workspace.derive(patternNames);
  // A name that no inventory has and that a task gives to a group stands for hosts that nobody knows yet.
  const madeAtRun = (pattern: string): string | undefined =>
    names && namesInPattern(pattern).find(({ name, sign }) => sign !== "!" && !names.groups.has(name) && !names.hosts.has(name) && isMadeAtRun(makers, name))?.name;
  const plays = written.map((one, index): Play => {
    const scope = scopeOfPlay(one, (pattern) => workspace.derive(sortedMatching, pattern), madeAtRun);
    const known = previous?.written[index] === one ? previous.plays[index]! : undefined;
    return known !== undefined && sameScope(known.scope, scope) ? known : { ...one.play, scope };
  });
  return { written, plays };
}

function sameScope(a: Maybe<Scope>, b: Maybe<Scope>): boolean {
  return !isUnknown(a) && !isUnknown(b) && a.hosts === b.hosts && a.how === b.how;
}
