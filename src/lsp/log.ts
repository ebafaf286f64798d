import type { RemoteConsole } from "vscode-languageserver/node";
import type { RuleFailure } from "../engine/lint.ts";

/** Where the server says how it goes. Standard output is the protocol's alone. */
export class Log {
  readonly #console: RemoteConsole;
  readonly #said = new Set<string>();

  constructor(console: RemoteConsole) {
    this.#console = console;
  }

  info(text: string): void {
    this.#console.info(text);
  }

  /** To the client's log and to standard error, which clients keep for bug reports. */
  warn(text: string): void {
    this.#console.warn(text);
    process.stderr.write(`premortem lsp: ${text}\n`);
  }

  /** For bugs of ours. */
  error(text: string, error: unknown): void {
    const whole = `${text}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    if (this.#said.has(whole)) return;
    this.#said.add(whole);
    this.#console.error(whole);
    process.stderr.write(`premortem lsp: ${whole}\n`);
  }

  failures(failures: readonly RuleFailure[]): void {
    for (const { rule, path, error } of failures) this.error(`The rule ${rule} failed on ${path || "the change"}; please report it`, error);
  }
}
