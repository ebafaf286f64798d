import { spawnSync } from "node:child_process";

/** Why the lab cannot run on this machine; undefined where it can. It needs root, network namespaces and the given programs. */
export function labMissing(programs: readonly string[]): string | undefined {
  if (process.platform !== "linux") return "not Linux";
  if (process.getuid?.() !== 0) return "not root";
  for (const program of ["ip", "python3", ...programs]) {
    if (spawnSync(program, ["--version"]).error !== undefined) return `${program} is not installed`;
  }
  const name = `lab-probe-${process.pid}`;
  const added = spawnSync("ip", ["netns", "add", name], { encoding: "utf8" });
  if (added.status !== 0) return `no network namespaces here: ${added.stderr.trim()}`;
  const loaded = programs.includes("nft") ? spawnSync("ip", ["netns", "exec", name, "nft", "list", "ruleset"], { encoding: "utf8" }) : undefined;
  spawnSync("ip", ["netns", "del", name]);
  return loaded !== undefined && loaded.status !== 0 ? `nft does not work in a namespace: ${loaded.stderr.trim()}` : undefined;
}

/** What a lab script prints, as JSON, given JSON. */
export function runLab(script: string, input: unknown): unknown {
  const { stdout, stderr, status } = spawnSync("python3", [new URL(script, import.meta.url).pathname], { input: JSON.stringify(input), encoding: "utf8", timeout: 90_000, env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" } });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return JSON.parse(stdout);
}
