import type { Location } from "../../engine/location.ts";
import type { Maybe } from "../../engine/unknown.ts";
import type { ModulesTree } from "../../formats/modules-load/index.ts";
import { modulesLoad } from "../../formats/modules-load/index.ts";
import type { NixTree } from "../../formats/nix/index.ts";
import { HOLE } from "../../formats/template/jinja.ts";
import type { Host, Scope } from "../fleet/fleet.ts";
import { textAsWritten } from "../fleet/values.ts";
import type { Document, Workspace } from "../workspace.ts";
import { isDeployed, placements, reaches } from "./placement.ts";

/** A module that the repository has loaded when the host boots. */
export interface LoadedModule {
  /** With `_` for `-`. */
  readonly name: string;
  readonly location: Location;
  readonly scope: Maybe<Scope>;
  /** A template or a `when` decides. */
  readonly conditional: boolean;
}

/** Every module that the repository loads at boot: modules-load.d(5), /etc/modules, and persistent modprobe tasks. */
export function loadedModules(workspace: Workspace): readonly LoadedModule[] {
  return workspace.data(collect);
}

function collect(workspace: Workspace): readonly LoadedModule[] {
  const modules: LoadedModule[] = [];
  for (const path of workspace.paths) {
    const document = workspace.document(path);
    if (document?.language === "nix") {
      modules.push(...ofNix(workspace, document));
      continue;
    }
    const named = document?.language === "modules-load" ? (document.tree as ModulesTree) : undefined;
    // Any other file that no task brings goes nowhere, or where its path says.
    if (named === undefined && !path.includes("etc/modules") && !isDeployed(workspace, path)) continue;
    for (const { destination, scope } of placements(workspace, path)) {
      // Under any name of its own, a file that is put where modules are listed lists modules.
      const listed = typeof destination === "string" && /^\/etc\/(?:modules|modules-load\.d\/.+\.conf)$/.test(destination);
      const tree = named ?? (listed ? modulesLoad.parse(workspace.text(path)!).tree : undefined);
      for (const { name, range, conditional } of tree?.modules ?? []) {
        if (!name.includes(HOLE)) modules.push({ name, location: { path, range }, scope, conditional });
      }
    }
  }
  for (const play of workspace.fleet.plays) {
    for (const task of play.tasks) {
      const { scope } = play;
      const conditional = task.keywords.has("when");
      if (task.module === "modprobe" && textAsWritten(task.args.get("persistent")?.value) === "present") {
        const name = task.args.get("name");
        if (typeof name?.value === "string") modules.push({ name: name.value.replaceAll("-", "_"), location: name.location, scope, conditional });
      }
      const destination = task.args.get("dest") ?? task.args.get("path");
      const content = task.args.get("content") ?? task.args.get("line") ?? task.args.get("block");
      if (typeof destination?.value === "string" && typeof content?.value === "string" && /\/modules(-load\.d\/.+\.conf)?$/.test(destination.value)) {
        for (const line of content.value.split("\n")) {
          const name = /^\s*([\w-]+)/.exec(line)?.[1];
          if (name !== undefined) modules.push({ name: name.replaceAll("-", "_"), location: content.location, scope, conditional });
        }
      }
    }
  }
  return modules;
}

/** NixOS: `boot.kernelModules = [ "nf_conntrack" ];` */
function ofNix(workspace: Workspace, { path, text, tree }: Document): LoadedModule[] {
  const scope = workspace.fleet.scopeOf(path);
  return (tree as NixTree).bindings.flatMap(({ path: names, valueRange, conditional }) => {
    if (names.at(-1) !== "kernelModules") return [];
    return [...text.slice(valueRange.start, valueRange.end).matchAll(/"([\w-]+)"/g)].map((match) => {
      const start = valueRange.start + match.index + 1;
      return { name: match[1]!.replaceAll("-", "_"), location: { path, range: { start, end: start + match[1]!.length } }, scope, conditional };
    });
  });
}

/** Modules that bring another with them: modinfo's `depends`. */
const BRINGS: Readonly<Record<string, RegExp>> = {
  nf_conntrack: /^(nf_conntrack_|nf_nat|xt_(conntrack|CT|state|connmark|MASQUERADE|nat)|nft_(ct|nat|masq|redir|connlimit)|ip6?table_nat|ip_vs|openvswitch|act_ct)/,
  br_netfilter: /^$/,
  ip_vs: /^ip_vs_/,
  sunrpc: /^(nfs|nfsd|lockd|rpcrdma|auth_rpcgss)/,
  lockd: /^nfsd?/,
};

/** True where loading `loaded` makes the keys of `wanted` appear. Both with `_` for `-`. */
export function satisfies(loaded: string, wanted: string): boolean {
  return loaded === wanted || BRINGS[wanted]?.test(loaded) === true;
}

/** Where the repository has `module` loaded at boot on `host`; undefined: nowhere. Possible places count only where no sure one is. */
export function loadsAtBoot(workspace: Workspace, host: Host, module: string): { readonly location: Location; readonly sure: boolean } | undefined {
  const name = module.replaceAll("-", "_");
  let possible: Location | undefined;
  for (const loaded of loadedModules(workspace)) {
    if (!satisfies(loaded.name, name)) continue;
    const there = reaches(loaded.scope, host);
    if (there === true && !loaded.conditional) return { location: loaded.location, sure: true };
    if (there !== false) possible ??= loaded.location;
  }
  return possible && { location: possible, sure: false };
}
