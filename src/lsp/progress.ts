import type { CancellationToken, Connection, WorkDoneProgressReporter } from "vscode-languageserver/node";

/** Shows in the client how far long work has come. */
export class Progress {
  readonly #connection: Connection;
  readonly #shown: boolean;

  /** `shown`: the client has a place for it. */
  constructor(connection: Connection, shown: boolean) {
    this.#connection = connection;
    this.#shown = shown;
  }

  /** Does the work under a title, with what it reports; `cancelled` gets true once the user asks for an end. Nothing waits for the client. */
  async during<T>(title: string, work: (report: (message: string) => void, cancelled: () => boolean) => Promise<T>, cancellable = false): Promise<T> {
    if (!this.#shown) return work(() => {}, () => false);
    let token: CancellationToken | undefined;
    let ended = false;
    let last: string | undefined;
    const reporter = this.#connection.window.createWorkDoneProgress().then(
      (created) => {
        token = created.token;
        created.begin(title, undefined, last, cancellable);
        if (ended) created.done();
        return created;
      },
      () => undefined,
    );
    let open: WorkDoneProgressReporter | undefined;
    void reporter.then((created) => (open = created));
    try {
      return await work((message) => {
        last = message;
        open?.report(message);
      }, () => token?.isCancellationRequested === true);
    } finally {
      ended = true;
      open?.done();
    }
  }
}
