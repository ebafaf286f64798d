const NAMES = /(^|\/)([^/]+\.(nft|nftables)|nftables\.conf|[\w.-]*nftables[\w-]*\.(conf|rules|ruleset))$/i;
const FOLDERS = /(^|\/)(nftables|nftables\.d|nft\.d)\/(.*\/)?[^/]+$/i;
/** What stands in such folders for other readers. */
const FOREIGN = /\.(ya?ml|json|md|txt|sh|bash|py|rb|pl|lua|js|ts|service|socket|timer|toml|ini|html|xml|cfg|sysctl|save|v4|v6|ps1|pp|tf|nix|rst|log|png|svg|lock)$|(^|\/)(README|LICENSE|Makefile|Dockerfile|CHANGELOG)[^/]*$/i;
const SHEBANG = /^#!\s*(\S*\/env\s+(-S\s+)?)?\S*\bnft\b(\s+-\w+)*\s/;
const COMMAND =
  /^[ \t]*(flush[ \t]+ruleset\b|(add|create|delete|destroy|flush)[ \t]+(table|chain)[ \t]+(ip6?|inet|arp|bridge|netdev)[ \t]+\S+|(add|insert)[ \t]+rule[ \t]+(ip6?|inet|arp|bridge|netdev)[ \t]+\S+[ \t]+\S+|table[ \t]+[\w$-]+\s*\{[ \t]*$|table[ \t]+(ip6?|inet|arp|bridge|netdev)[ \t]+(\S+[ \t]*\{|[\w$-]+[ \t]*\r?$))/m;
/** ferm's language has tables and chains with braces too. */
const FERM = /^[ \t]*(@?def[ \t]+[$&]|domain[ \t]+[(\w$]|@include\b|@if\b)|\bpolicy[ \t]+(ACCEPT|DROP)[ \t]*;|\bmod[ \t]+(state|conntrack|multiport|comment)\b/m;
/** Settings by section, such as fail2ban's actions: a line of their own with a name in brackets, and one that sets something. */
const SECTIONS = /^\[[A-Za-z][\w .:-]*\][ \t]*\r?\n(?:[ \t]*(?:[#;].*)?\r?\n)*[\w.-]+[ \t]*[=:]/m;

/** Whether a file holds nftables rules: by its name or folder, by its first line, or by a command at the start of a line. */
export function recogniseNftables(path: string, head: string): "name" | "content" | false {
  if (SECTIONS.test(head)) return false;
  if (NAMES.test(path)) return "name";
  if (FOREIGN.test(path)) return false;
  if (SHEBANG.test(head)) return FOLDERS.test(path) ? "name" : "content";
  const nft = COMMAND.test(head) && beginsAsRules(head) && !FERM.test(head) && !/^#!(?!.*\bnft\b)/.test(head) && !/^---\s/.test(head);
  if (FOLDERS.test(path) && (nft || /^[ \t]*(chain|set|map|define|include|table|add|tcp|udp|ip6?|meta|ct|iifname|oifname)\b/m.test(head))) return "name";
  return nft && !isOther(path) ? "content" : false;
}

/** Whether what comes first, after comments, can stand in a ruleset; other texts quote rules farther down. */
function beginsAsRules(head: string): boolean {
  const first = /^(?:[ \t]*(?:#.*)?\r?\n)*[ \t\uFEFF]*(\S+)/.exec(head)?.[1] ?? "";
  return /^(?:table|chain|add|create|insert|replace|delete|destroy|flush|define|redefine|undefine|include|list|reset|rename)\b|^[{<%$@;]/.test(first);
}

/** Texts that quote rules: documents and programs. */
function isOther(path: string): boolean {
  return /\.(c|cc|h|cpp|go|rs|java|kt|php|el|vim|patch|diff|adoc|tex|org|ipynb|csv|sql|css|conf\.d)$/i.test(path);
}
