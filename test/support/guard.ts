/** Writes down every process, socket and name look-up of the process that it is loaded into. */
export const GUARD = `
const { appendFileSync } = require("node:fs");
const log = (what) => appendFileSync(process.env.GUARD_LOG, what + "\\n");
for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"]) {
  const real = require("node:child_process")[name];
  require("node:child_process")[name] = (command, ...rest) => (log("process " + command), real(command, ...rest));
}
for (const [module, names] of Object.entries({ net: ["connect", "createConnection", "createServer"], dns: ["lookup", "resolve"], http: ["request", "get"], https: ["request", "get"], tls: ["connect"], dgram: ["createSocket"] })) {
  for (const name of names) require("node:" + module)[name] = () => { log("network " + module); throw new Error("no network"); };
}
globalThis.fetch = () => { log("network fetch"); throw new Error("no network"); };
`;
