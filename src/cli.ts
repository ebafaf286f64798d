#!/usr/bin/env node
import { main } from "./cli/main.ts";
import type { Terminal } from "./cli/terminal.ts";

const { stdout, stderr, env } = process;
stdout.on("error", (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`| head`) closes the pipe; that is no error, and the status still tells what was found. A
  // command that writes all at once knows it by the next turn; one that writes without end stops here.
  if (error.code === "EPIPE") return void setImmediate(() => process.exit());
  stderr.write(`premortem: Standard output cannot be written (${error.code ?? error.message}). Make room, or write somewhere else.\n`);
  process.exit(2);
});
// Who does not read what is wrong is told by the status alone.
stderr.on("error", () => {});

/** Part of the same bundle, and run when it is asked for: the protocol's library looks at the arguments as soon as it is loaded. */
const serve = async (): Promise<number> => (await import("./lsp.ts")).serve();

const terminal: Terminal = {
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
  drained: () => (stdout.writableNeedDrain ? new Promise((resolve) => stdout.once("drain", resolve)) : undefined),
  colour: stdout.isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb",
  interactive: stderr.isTTY,
};

void main(process.argv.slice(2), terminal, serve).then((status) => {
  process.exitCode = status;
});
