import type { Location } from "../../engine/location.ts";
import type { Interface, InterfaceKind, Network, NetworkFile, PolicyRule, Reference, Route } from "./network.ts";

/** An interface while its source is read: several stanzas, sections or commands may speak of one. */
export type InterfaceDraft = {
  -readonly [K in keyof Interface]: Interface[K] extends readonly (infer T)[] ? T[] : Interface[K];
};

/** A NetworkFile while its source is read. */
export class Draft {
  readonly interfaces: Interface[] = [];
  readonly routes: Route[] = [];
  readonly policyRules: PolicyRule[] = [];
  readonly networks: Network[] = [];
  readonly references: Reference[] = [];
  readonly #named = new Map<string, InterfaceDraft>();

  refer(kind: Reference["kind"], name: string, location: Location): void {
    if (name !== "") this.references.push({ kind, name, location });
  }

  /** The interface of that name, begun where `location` is if nothing spoke of it before. */
  interface(name: string, location: Location, kind: InterfaceKind = kindOfName(name)): InterfaceDraft {
    let found = this.#named.get(name);
    if (found === undefined) {
      found = { name, kind, location, addresses: [], gateways: [], members: [] };
      this.#named.set(name, found);
      this.interfaces.push(found);
    }
    return found;
  }

  /** The interface of that name, if something spoke of it. */
  named(name: string): InterfaceDraft | undefined {
    return this.#named.get(name);
  }

  /** An interface of which the name is not known, or that stays apart from others of its name. */
  add(draft: Omit<InterfaceDraft, "addresses" | "gateways" | "members">): InterfaceDraft {
    const made: InterfaceDraft = { ...draft, addresses: [], gateways: [], members: [] };
    this.interfaces.push(made);
    return made;
  }

  /** The file; undefined where nothing was read. */
  file(path: string, source: string): NetworkFile | undefined {
    const { interfaces, routes, policyRules, networks, references } = this;
    if (interfaces.length + routes.length + policyRules.length + networks.length + references.length === 0) return undefined;
    return { path, source, interfaces, routes, policyRules, networks, references };
  }
}

/** What a name alone tells: systemd.net-naming-scheme(7) and the kernel's own names. */
export function kindOfName(name: string): InterfaceKind {
  if (name === "lo") return "loopback";
  if (/^(?:eth|em)\d+$|^en(?:[psxobi]\w*|\d+)$|^p\d+p\d+$/.test(name)) return "ethernet";
  if (/^dummy\d+$/.test(name)) return "dummy";
  if (/^bond\d+$/.test(name)) return "bond";
  if (/^(?:br|vmbr|virbr)\d+$/.test(name)) return "bridge";
  if (/^\S+\.\d+$|^vlan\d+$/.test(name)) return "vlan";
  return "other";
}
