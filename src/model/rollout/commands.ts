import { parseCommands } from "../../formats/shell/index.ts";

/** What can be done to a service; `upgrade` is a newer package, which restarts it. */
export type Action = "restart" | "reload" | "stop" | "start" | "upgrade" | "reboot";

/** What a command does to a service. */
export interface CommandAction {
  readonly service: string;
  readonly action: Action;
}

const ACTIONS: Record<string, Action> = {
  restart: "restart", "try-restart": "restart", "force-restart": "restart", condrestart: "restart", "reload-or-restart": "reload",
  reload: "reload", "force-reload": "reload", stop: "stop", start: "start",
};

/** Commands that run another one: what follows their options is it. */
const WRAPPERS = /^(sudo|doas|nohup|exec|env|command|time|nice|ionice|timeout|setsid|systemd-run|chroot|flock|stdbuf|watch|at|batch)$/;
/** Nothing nests deeper in earnest: `sudo bash -c "timeout 60 systemctl …"` is three. */
const DEEPEST = 6;

/**
 * What a command line does to services: systemctl, service, init scripts, the network's own tools, `ipsec`, and the ways
 * to reboot; also behind sudo, timeout, `sh -c`, and behind the `--` of a command of the site's own. Templates are not read.
 */
export function commandActions(text: string): CommandAction[] {
  return parseCommands(text).flatMap(({ words }) => actionsOfWords(words.map((word) => word.text), 0));
}

function actionsOfWords(words: readonly string[], depth: number): CommandAction[] {
  const program = (words[0] ?? "").replace(/^.*\//, "");
  const rest = words.slice(1);
  if (program === "" || depth > DEEPEST) return [];
  if (/^(ba|da|z|k)?sh$/.test(program)) {
    const at = rest.findIndex((word) => /^-\w*c$/.test(word));
    return at === -1 ? [] : parseCommands(rest[at + 1] ?? "").flatMap(({ words: inner }) => actionsOfWords(inner.map((word) => word.text), depth + 1));
  }
  if (WRAPPERS.test(program)) {
    const at = rest.findIndex((word, index) => isKnown(word) && rest.slice(0, index).every((before) => !isKnown(before)));
    return at === -1 ? [] : actionsOfWords(rest.slice(at), depth + 1);
  }
  const own = actionsOfProgram(words[0]!, program, rest);
  if (own.length > 0 || isKnown(program)) return own;
  const dashes = rest.indexOf("--");
  return dashes === -1 ? [] : actionsOfWords(rest.slice(dashes + 1), depth + 1);
}

function isKnown(word: string): boolean {
  return /^(.*\/)?(systemctl|service|rc-service|invoke-rc\.d|init\.d\/[\w.@-]+|ipsec|shorewall|reboot|shutdown|netplan|ifreload|ifup|ifdown|networkctl|nmcli|(ba|da|z|k)?sh)$/.test(word) || WRAPPERS.test(word);
}

function actionsOfProgram(path: string, program: string, rest: readonly string[]): CommandAction[] {
  const plain = rest.filter((word) => !word.startsWith("-"));
  const acting = (service: string | undefined, word: string | undefined): CommandAction[] => {
    const action = ACTIONS[word ?? ""];
    return action === undefined || service === undefined ? [] : [{ service: service.replace(/\.service$/, ""), action }];
  };
  if (/\/init\.d\/[\w.@-]+$/.test(path)) return acting(program, plain[0]);
  switch (program) {
    case "systemctl":
      if (plain[0] === "reboot" || plain[0] === "kexec") return [{ service: "host", action: "reboot" }];
      return plain.slice(1).flatMap((service) => acting(service, plain[0]));
    case "service":
    case "rc-service":
    case "invoke-rc.d":
      return acting(plain[0], plain[1]);
    case "ipsec":
    case "shorewall":
      return acting(program, plain[0]);
    case "reboot":
      return [{ service: "host", action: "reboot" }];
    case "shutdown":
      return rest.some((word) => /^-\w*r|^--reboot$/.test(word)) && !rest.includes("-c") ? [{ service: "host", action: "reboot" }] : [];
    // netplan-apply(8) takes interfaces down and up where their definition changed; so does nmcli's connection up.
    case "netplan":
      return plain[0] === "apply" ? [{ service: "netplan", action: "restart" }] : [];
    case "ifup":
    case "ifdown":
      return rest.some((word) => word === "-a" || word === "--all") ? [{ service: "networking", action: "restart" }] : [];
    default:
      return [];
  }
}
