import { keyFacts } from "./keys.ts";

/** Keys of the System V and POSIX queues and memory, which every IPC namespace has. */
const OF_IPC = new Set(["kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"]);

/**
 * Whether a container may have its own value: what runc and crun let through (runc libcontainer/configs/validate,
 * `sysctl`), and of the keys below net those that its network namespace lets one write.
 */
export function inOwnNamespace(key: string): boolean {
  if (key.startsWith("net.")) return keyFacts(key)?.hostOnly !== true || /^net\.ipv[46]\.neigh\.(?!default\.)/.test(key);
  return key.startsWith("fs.mqueue.") || OF_IPC.has(key) || key === "kernel.domainname" || key === "kernel.hostname";
}
