import type { Location } from "../../engine/location.ts";
import type { Interface, Network, NetworkFile, PolicyRule, Reference, Route } from "./network.ts";

/** A NetworkFile while its source is read. */
export class Draft {
  readonly interfaces: Interface[] = [];
  readonly routes: Route[] = [];
  readonly policyRules: PolicyRule[] = [];
  readonly networks: Network[] = [];
  readonly references: Reference[] = [];

  refer(kind: Reference["kind"], name: string, location: Location): void {
    if (name !== "") this.references.push({ kind, name, location });
  }

  /** The file; undefined where nothing was read. */
  file(path: string, source: string): NetworkFile | undefined {
    const { interfaces, routes, policyRules, networks, references } = this;
    if (interfaces.length + routes.length + policyRules.length + networks.length + references.length === 0) return undefined;
    return { path, source, interfaces, routes, policyRules, networks, references };
  }
}
