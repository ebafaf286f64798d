/** Where the command line writes, and what it may do there. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Waits until what was written has left; for those who write without end. */
  drained?(): Promise<void> | undefined;
  /** True where standard output is a terminal that wants colours. */
  readonly colour: boolean;
  /** True where standard error is a terminal, so that progress may be shown. */
  readonly interactive: boolean;
}

/** One line on standard error. */
export function warn(terminal: Terminal, message: string): void {
  terminal.err(`premortem: ${message.replace(/[\u0000-\u001F\u007F-\u009F]+/g, " ")}\n`);
}

/** Shows a counter on the last line of a terminal, a few times a second, and takes it away at the end. */
export class Counter {
  readonly #terminal: Terminal;
  readonly #shown: boolean;
  #last = 0;

  constructor(terminal: Terminal, wanted: boolean) {
    this.#terminal = terminal;
    this.#shown = wanted && terminal.interactive;
  }

  show(what: string, count: number): void {
    if (!this.#shown) return;
    const now = Date.now();
    if (now - this.#last < 200) return;
    this.#last = now;
    this.#terminal.err(`\r\u001B[K${what} ${count}`);
  }

  clear(): void {
    if (this.#last > 0) this.#terminal.err("\r\u001B[K");
    this.#last = 0;
  }
}
