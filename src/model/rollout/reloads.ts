/** What a service offers in place of a restart. */
export interface Reloading {
  /** The unit or init script that knows `reload`. */
  readonly reload: boolean;
  /** What a restart does that a reload does not. */
  readonly restartLoses: string;
}

/**
 * Services of which it is known whether their unit has a reload: racoon (session.c: SIGHUP re-reads the configuration,
 * SIGTERM flushes every association), strongswan.service (ExecReload: swanctl), Libreswan's
 * ipsec.service (no ExecReload), frr.service and bird.service (ExecReload), keepalived.service (ExecReload).
 * strongswan-starter.service has one only since some releases, so nothing is said of it.
 */
const RELOADING: Record<string, Reloading> = {
  racoon: { reload: true, restartLoses: "flushes every association in the kernel, on this host and so to all its peers" },
  "strongswan-swanctl": { reload: true, restartLoses: "closes every association" },
  strongswan: { reload: true, restartLoses: "closes every association" },
  ipsec: { reload: false, restartLoses: "closes every association" },
  frr: { reload: true, restartLoses: "drops every routing session, and with them the routes" },
  bird: { reload: true, restartLoses: "drops every routing session, and with them the routes" },
  bird6: { reload: true, restartLoses: "drops every routing session, and with them the routes" },
  keepalived: { reload: true, restartLoses: "gives up the addresses that this host holds" },
};

/** What is known of a service's reload; undefined: nothing. */
export function reloadingOf(service: string): Reloading | undefined {
  return RELOADING[service.replace(/\.service$/, "")];
}
