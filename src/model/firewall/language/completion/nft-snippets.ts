import type { Completion } from "./item.ts";

/** Whole pieces for an nft file. */
export const FILE_SNIPPETS: readonly Completion[] = [
  {
    label: "table inet … { chain input }", kind: "snippet", detail: "a firewall that is closed but for what keeps it alive",
    snippet: `table inet \${1:filter} {
\tchain input {
\t\ttype filter hook input priority filter; policy drop;
\t\tct state vmap { established : accept, related : accept, invalid : drop }
\t\tiifname "lo" accept
\t\tmeta l4proto { icmp, ipv6-icmp } accept
\t\ttcp dport \${2:ssh} accept
\t\t$0
\t}
}`,
  },
];

/** Whole pieces for a table. */
export const TABLE_SNIPPETS: readonly Completion[] = [
  { label: "chain … { type filter hook }", kind: "snippet", detail: "a base chain", snippet: "chain ${1:input} {\n\ttype filter hook ${2|input,forward,output,prerouting,postrouting|} priority filter; policy ${3|drop,accept|};\n\t$0\n}" },
  { label: "set … { type ipv4_addr }", kind: "snippet", detail: "a set of networks", snippet: "set ${1:name} {\n\ttype ${2|ipv4_addr,ipv6_addr,inet_service,ifname|}\n\tflags interval\n\telements = { $0 }\n}" },
];

/** Whole rules. */
export const CHAIN_SNIPPETS: readonly Completion[] = [
  { label: "ct state vmap { established … }", kind: "snippet", detail: "what belongs to a connection passes, what fits none does not", snippet: "ct state vmap { established : accept, related : accept, invalid : drop }" },
];
