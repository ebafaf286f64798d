/** What opens connections on a host of a Ceph cluster. */
export interface CephLoad {
  /** OSDs on the host itself; 0 for a hypervisor. */
  readonly osds: number;
  /** OSDs of the whole cluster. */
  readonly allOsds: number;
  /** The most OSDs of one host: that many are away at once when it restarts. */
  readonly osdsOfOneHost: number;
  /** Processes that use the cluster and talk to every OSD: on a storage host all of the cluster's, on a hypervisor its own. */
  readonly clients: number;
}

/** The sum, part by part. */
export interface Demand {
  /** Connections between the host's OSDs and all others. */
  readonly pairs: number;
  /** Connections of clients. */
  readonly clients: number;
  /** While nothing fails. */
  readonly steady: number;
  /** Entries while the OSDs of one host are away and every peer tries again and again. */
  readonly worst: number;
}

/**
 * Connections between two OSDs: one of the cluster messenger, and each of the two pings the other on the front and on the
 * back network (src/ceph_osd.cc makes seven messengers, of which these five connect OSDs).
 */
export const PER_PAIR = 5;
/** nf_conntrack_tcp_timeout_syn_sent and …_time_wait, in seconds: how long an attempt's or a closed connection's entry stays. */
export const LINGERING = 120;
/** ms_initial_backoff and ms_max_backoff of Ceph, in seconds: a peer that does not answer is tried again after twice as long, up to the second. */
const BACKOFF = { initial: 0.2, most: 15 };

/** How often a peer is tried within the time for which an attempt's entry stays: so many entries one lost connection may have. */
export function attempts(seconds = LINGERING): number {
  let tried = 1;
  let wait = BACKOFF.initial;
  for (let at = wait; at <= seconds; at += wait) {
    tried++;
    wait = Math.min(wait * 2, BACKOFF.most);
  }
  return tried;
}

/**
 * How many entries of the table a host may need. Every OSD may share data with every other one while the cluster recovers,
 * and every client talks to every OSD; each OSD that is away is tried again with a new port each time. On a host that was
 * away itself all of its connections are opened anew at once.
 */
export function demand({ osds, allOsds, osdsOfOneHost, clients }: CephLoad): Demand {
  const pairs = osds * Math.max(0, allOsds - 1) * PER_PAIR;
  const ofClients = clients * (osds > 0 ? osds : allOsds);
  const steady = pairs + ofClients;
  const away = osds > 0 ? steady : clients * osdsOfOneHost;
  return { pairs, clients: ofClients, steady, worst: steady + away * (attempts() - 1) };
}
