// Drives the window of a real VS Code as a person does.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ensureChromium, root } from "../../../scripts/setup.mjs";
import { launchBrowser, startServer } from "../../../scripts/vscode.mjs";

export const SHOTS = join(root, "out/shots");

/**
 * A server with one browser. `extension: false`: only what is installed in the server. `language`: what VS Code takes for its
 * own; without its language pack only extensions speak it.
 */
export async function startWindow({ extension = true, size = { width: 1280, height: 800 }, language, ...options } = {}) {
  const server = await startServer(options);
  const browser = await launchBrowser(ensureChromium());
  mkdirSync(SHOTS, { recursive: true });
  return {
    server,
    async close() {
      await browser.close();
      await server.stop();
    },
    /** Opens a folder, with one of its files where `file` names it. */
    async open(folder, file) {
      const page = await browser.newPage({ viewport: size });
      // The window's texts are in English without a language pack, but it tells extensions the language all the same.
      if (language !== undefined) {
        await page.addInitScript((value) => Object.defineProperty(globalThis, "_VSCODE_NLS_LANGUAGE", { get: () => value, set: () => {} }), language);
      }
      const payload = [["skipWelcome", "true"]];
      if (extension) payload.push(["extensionDevelopmentPath", server.uri(root)]);
      if (file !== undefined) payload.push(["openFile", server.uri(join(folder, file))]);
      await page.goto(server.address(folder, payload));
      await page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
      return new Window(page);
    },
  };
}

/** One window; `page` is its page in the browser. */
export class Window {
  constructor(page) {
    this.page = page;
  }

  /** Runs a command by the name that the palette shows. */
  async command(title) {
    const { page } = this;
    await page.keyboard.press("F1");
    const input = page.locator(".quick-input-widget input[type=text]").first();
    await input.waitFor();
    await input.fill(`>${title}`);
    await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().click();
  }

  /** Squiggles of a severity: `error`, `warning` or `info`. */
  squiggles(severity) {
    return this.page.locator(`.squiggly-${severity}`);
  }

  /** Puts the cursor on words of the text. */
  async clickOn(text) {
    await this.line(text).getByText(text).first().click();
  }

  line(text) {
    return this.page.locator(".view-line", { hasText: text }).first();
  }

  screenshot(name) {
    return this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }
}
