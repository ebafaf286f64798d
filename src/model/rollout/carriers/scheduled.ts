import { parseCommands } from "../../../formats/shell/index.ts";
import { commandActions } from "../commands.ts";
import type { ServiceKind } from "../services.ts";
import { kindOf } from "../services.ts";

/** What a scheduled command interrupts. */
export interface Scheduled {
  /** `host` for a reboot; of an upgrade of everything, `all packages`. */
  readonly service: string;
  readonly kind: ServiceKind;
  readonly action: "restart" | "upgrade" | "reboot";
}

const UPGRADE = /^(?:\S*\/)?(?:apt-get|apt|aptitude|dnf|dnf5|yum|zypper|unattended-upgrades?|transactional-update|dnf-automatic)$/;
const VERB = /^(?:upgrade|dist-upgrade|full-upgrade|safe-upgrade|update|up|dup|patch|distro-sync)$/;
/** What waits for a time that differs from host to host, asks another host, or takes a lock that hosts share. */
const SPREAD = /\brand(?:om)?\b|\bRANDOM\b|\bshuf\b|\bjot\b|\bhostname\b|\bHOSTNAME\b|machine-id|\bcksum\b|\b(?:etcdctl|consul|curl|wget|ssh)\b/;
/** Commands whose success says nothing of how the host is, so that what stands behind `&&` follows each time. */
const PLAIN = /^(?:\S*\/)?(?:sleep|echo|logger|sync|date|wall|touch|rm|cd|apt-get|apt|dnf|dnf5|yum|zypper|unattended-upgrades?|systemctl|service|export|set|env|sudo)$/;
/** A reboot behind these comes on every host that is due for one. */
const DUE = /reboot-required|needs-restarting|need-?reboot/;
const DRY = /^(?:--download-only|-d|--dry-run|-s|--simulate|--downloadonly|--assumeno|-n)$/;

/** What a command that all hosts run at one time does to them all; nothing where it looks at the host first, or waits differently on each. */
export function scheduledBy(text: string): readonly Scheduled[] {
  return waitsByHost(text) ? [] : inCommands(text, 0);
}

/** True for a command that waits for a time of the host's own, or for a lock. */
export function waitsByHost(text: string): boolean {
  return SPREAD.test(text);
}

function inCommands(text: string, depth: number): Scheduled[] {
  const found: Scheduled[] = [];
  let guarded = false;
  let before: string | undefined;
  for (const { words, connector, blocks, range } of parseCommands(text)) {
    const plain = words.map((word) => word.text);
    const due = DUE.test(text.slice(0, range.start));
    if (connector === ";" || connector === "&") guarded = false;
    else if (connector === "||") guarded = !due;
    else if (connector === "&&" && before !== undefined && !PLAIN.test(before) && !due) guarded = true;
    before = plain[0];
    if (guarded || (blocks.length > 0 && !due)) continue;
    const shell = plain.findIndex((word) => /^(?:\S*\/)?(?:ba|da|z|k)?sh$/.test(word));
    const inner = shell === -1 ? -1 : plain.findIndex((word, index) => index > shell && /^-\w*c$/.test(word));
    if (inner !== -1) {
      if (depth < 4) found.push(...inCommands(plain[inner + 1] ?? "", depth + 1));
      continue;
    }
    for (const { service, action } of commandActions(text.slice(range.start, range.end))) {
      const kind = service === "host" ? "host" : kindOf(service);
      if (kind !== undefined && (action === "restart" || action === "reboot")) found.push({ service, kind, action });
    }
    if (upgradesAll(plain)) found.push({ service: "all packages", kind: "host", action: "upgrade" });
  }
  return found;
}

/** True for `apt-get -y dist-upgrade` and its like; not where packages are named, which is a choice of a few. */
function upgradesAll(words: readonly string[]): boolean {
  const at = words.findIndex((word) => UPGRADE.test(word));
  const rest = words.slice(at + 1);
  if (at === -1 || rest.some((word) => DRY.test(word))) return false;
  const program = words[at]!.replace(/^.*\//, "");
  if (/^(?:unattended|dnf-automatic)/.test(program)) return true;
  const verb = rest.findIndex((word) => !word.startsWith("-") && !word.includes("="));
  if (verb === -1 || !VERB.test(rest[verb]!) || (/^apt/.test(program) && rest[verb] === "update")) return false;
  return !rest.slice(verb + 1).some((word) => /^[a-z\d]/i.test(word));
}
