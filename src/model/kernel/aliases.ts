/** Names of one variable: net/ipv4/devinet.c (forwarding), net/netfilter/nf_conntrack_standalone.c (the old place of the limit). */
const ALIASES: Readonly<Record<string, string>> = {
  "net.ipv4.conf.all.forwarding": "net.ipv4.ip_forward",
  "net.nf_conntrack_max": "net.netfilter.nf_conntrack_max",
};

/** The name under which a key's variable is known. */
export function variableName(key: string): string {
  return ALIASES[key] ?? key;
}

/** The key that the kernel sets to 0 when this one is written (mm/page-writeback.c, dirty_bytes_handler and dirty_ratio_handler). */
export function exclusiveKey(key: string): string | undefined {
  const match = /^(vm\.dirty_(?:background_)?)(bytes|ratio)$/.exec(key);
  return match === null ? undefined : `${match[1]!}${match[2] === "bytes" ? "ratio" : "bytes"}`;
}
