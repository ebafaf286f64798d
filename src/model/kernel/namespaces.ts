/** Keys of the System V and POSIX queues and memory, which every IPC namespace has. */
const OF_IPC = new Set(["kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced"]);

/**
 * Whether a container may have its own value: what runc and crun let through (runc libcontainer/configs/validate,
 * `sysctl`). Everything below net counts as the network namespace's, though the kernel shows some of it read-only there.
 */
export function inOwnNamespace(key: string): boolean {
  return key.startsWith("net.") || key.startsWith("fs.mqueue.") || OF_IPC.has(key) || key === "kernel.domainname" || key === "kernel.hostname";
}
