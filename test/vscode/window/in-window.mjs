/* global before, after, afterEach */
import { rmSync } from "node:fs";
import { startWindow } from "./window.mjs";

/** Opens a window on the directory that `make` makes, for the tests of a suite, and removes both; gives what has them. `file`: is opened in it. */
export function inWindow(make, file, options) {
  const here = {};
  before(async () => {
    here.directory = make();
    here.vscode = await startWindow(options);
    here.window = await here.vscode.open(here.directory, file);
    here.page = here.window.page;
    // A palette that is opened before the workbench knows of the extension stays without its commands.
    await here.page.locator(".activitybar [aria-label^=Premortem]").first().waitFor();
  });
  after(async () => {
    await here.vscode?.close();
    rmSync(here.directory, { recursive: true, force: true });
  });
  afterEach(async function () {
    if (this.currentTest.state === "failed") await here.window?.screenshot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });
  here.row = (words) => here.page.locator(".pane-body .monaco-list-row", { hasText: words }).first();
  return here;
}
