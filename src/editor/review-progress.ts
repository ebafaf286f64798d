import * as vscode from "vscode";

/** A task that takes longer than this, in ms, gets a notification by which it can be cancelled. */
const LONG = 1_000;

/** Runs a task with a word in the status bar; where it takes long, with a notification that counts up and can cancel it. */
export async function withReviewProgress<T>(title: string, task: (progress: (share: number) => void, token: vscode.CancellationToken) => Promise<T>): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  let share = 0;
  let told: ((share: number) => void) | undefined;
  const running = task((now) => told?.((share = now)), source.token);
  const settled = running.then(() => {}, () => {});
  void vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () => settled);
  const timer = setTimeout(() => {
    void vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (progress, token) => {
      token.onCancellationRequested(() => source.cancel());
      let reported = 0;
      told = (now) => {
        // The same share of the next project begins at none again.
        if (now > reported) progress.report({ increment: 100 * (now - reported) });
        reported = Math.max(reported, now);
      };
      told(share);
      return settled;
    });
  }, LONG);
  try {
    return await running;
  } finally {
    clearTimeout(timer);
    source.dispose();
  }
}
