#!/usr/bin/env node
import { main } from "./cli/main.ts";

const { stdout, stderr, env } = process;
// A reader that has seen enough (`| head`) closes the pipe; that is no error.
stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 2));

void main(process.argv.slice(2), {
  out: (text) => void stdout.write(text),
  err: (text) => void stderr.write(text),
  drained: () => (stdout.writableNeedDrain ? new Promise((resolve) => stdout.once("drain", resolve)) : undefined),
  colour: stdout.isTTY && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb",
  interactive: stderr.isTTY,
}).then((status) => {
  process.exitCode = status;
});
