import { createConnection } from "vscode-languageserver/node";
import { serveOn } from "./lsp/server.ts";

/**
 * `premortem lsp`: a language server on standard input and output, until the client ends it. It ends by itself when the client's
 * process or the connection is gone: with 0 after a shutdown request, else with 1.
 */
export function serve(): Promise<number> {
  const connection = createConnection(process.stdin, process.stdout);
  serveOn(connection);
  connection.listen();
  return new Promise(() => {});
}
