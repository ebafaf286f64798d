import type { Action } from "./services.ts";

const ACTIONS: Record<string, Action> = {
  restart: "restart", "try-restart": "restart", "force-restart": "restart", condrestart: "restart", "reload-or-restart": "reload",
  reload: "reload", "force-reload": "reload", stop: "stop", start: "start",
};

/** What a command line does to services: systemctl, service, init scripts, `ipsec`, and the ways to reboot. Templates are not read. */
export function commandActions(text: string): { service: string; action: Action }[] {
  const found: { service: string; action: Action }[] = [];
  for (const command of text.split(/&&|\|\||[;|\r\n]/)) {
    const parts = command.trim().split(/\s+/).filter((part) => !/^(sudo|nohup|exec|then|do|else|if|!|env|\w+=\S*)$/.test(part));
    const program = (parts[0] ?? "").replace(/^["']/, "").replace(/^.*\/(?!init\.d\/)/, "");
    const rest = parts.slice(1).filter((part) => !part.startsWith("-"));
    if (program === "systemctl") {
      if (rest[0] === "reboot") found.push({ service: "host", action: "reboot" });
      const action = ACTIONS[rest[0] ?? ""];
      if (action) for (const service of rest.slice(1)) found.push({ service: service.replace(/["']|\.service$/g, ""), action });
    } else if (/^(service|rc-service|invoke-rc\.d)$/.test(program)) {
      const action = ACTIONS[rest[1] ?? ""];
      if (action) found.push({ service: rest[0]!, action });
    } else if (/(^|\/)init\.d\/[\w.@-]+$/.test(parts[0] ?? "")) {
      const action = ACTIONS[rest[0] ?? ""];
      if (action) found.push({ service: parts[0]!.replace(/^.*\//, ""), action });
    } else if (program === "ipsec" || program === "shorewall" || program === "firewalld") {
      const action = ACTIONS[rest[0] ?? ""];
      if (action) found.push({ service: program, action });
    } else if (program === "reboot" || (program === "shutdown" && parts.some((part) => /^-\w*r/.test(part)) && !parts.includes("-c"))) {
      found.push({ service: "host", action: "reboot" });
    }
  }
  return found;
}
