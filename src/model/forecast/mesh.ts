/** Full meshes, such as associations between all hosts: what a share of them takes along, and what renewing costs. */

/** Pairs among `nodes`. */
export function pairs(nodes: number): number {
  return (nodes * (nodes - 1)) / 2;
}

/** The share of pairs that is broken when the share `down` of the nodes is: at least one end is enough. */
export function brokenShare(down: number): number {
  return 1 - (1 - down) ** 2;
}

/** Renewals a second among `nodes` when each pair is renewed every `lifetime` seconds. */
export function renewalRate(nodes: number, lifetime: number): number {
  return pairs(nodes) / lifetime;
}
