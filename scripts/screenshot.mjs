// `npm run screenshot`: takes media/screenshot.png from a real window on the tunnel incident. The file is taken with the
// findings that the extension shows of itself; nothing is drawn in.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "./build.mjs";
import { commitAll } from "./fixture.mjs";
import { root } from "./setup.mjs";
import { startWindow } from "../test/vscode/window/window.mjs";

const INCIDENT = join(root, "test/incidents/2015-tunnel-pmtu-collapse");
const FILE = "roles/edge/templates/nftables.conf.j2";

await build();
const parent = mkdtempSync(join(tmpdir(), "premortem-picture-"));
const folder = join(parent, "edge");
cpSync(join(INCIDENT, "before"), folder, { recursive: true });
commitAll(folder);
rmSync(folder + "/roles", { recursive: true });
cpSync(join(INCIDENT, "after"), folder, { recursive: true });
const vscode = await startWindow({ size: { width: 1280, height: 800 }, settings: { "workbench.tree.indent": 12, "editor.minimap.enabled": false, "breadcrumbs.enabled": false, "editor.hover.above": false, "editor.wordWrap": "on" } });
try {
  const window = await vscode.open(folder, FILE);
  await window.page.locator(".squiggly-error, .squiggly-warning").first().waitFor();
  await window.command("Premortem: Review This Change");
  await window.page.locator(".markers-panel .monaco-list-row").first().waitFor();
  await window.page.locator(".notification-list-item-message").first().waitFor();
  await window.command("Notifications: Clear All Notifications");
  // Back to the text, with the chain in question at the top.
  await window.line("chain input").click();
  await window.page.keyboard.press("Control+End");
  await window.line("udp dport").waitFor();
  const place = await window.page.locator(".squiggly-error, .squiggly-warning").first().boundingBox();
  await window.page.mouse.move(place.x + 10, place.y + 8, { steps: 5 });
  await window.page.locator(".monaco-hover", { hasText: "Instead:" }).first().waitFor();
  await window.page.screenshot({ path: join(root, "media/screenshot.png"), animations: "disabled" });
} finally {
  await vscode.close();
  rmSync(parent, { recursive: true, force: true });
}
