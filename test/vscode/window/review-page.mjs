/* global FontFace, atob, CSSStyleSheet, document, scrollTo */
// The page of the review's panel: the frame that has the panel's bar.

/** Waits for the panel's page, and for the state that its bar is to show; gives the frame. */
export async function reviewFrame(page, { state = "current", patience = 60_000 } = {}) {
  const late = Date.now() + patience;
  while (Date.now() < late) {
    for (const frame of page.frames()) {
      const bar = await frame.$("#review-bar").catch(() => null);
      if (bar === null) continue;
      // A frame may be replaced by another while it is waited for.
      const reached = await frame.waitForSelector(`#review-bar[data-state="${state}"]`, { timeout: Math.min(5_000, Math.max(1, late - Date.now())) }).catch(() => null);
      if (reached !== null) return frame;
    }
    await Promise.race([page.waitForEvent("frameattached", { timeout: 250 }), page.waitForEvent("framenavigated", { timeout: 250 })]).catch(() => {});
  }
  throw new Error(`the panel does not get ${state}`);
}

/** Collects what the browser says of broken policies. */
export function watchPolicies(page) {
  const complaints = [];
  page.on("console", (message) => {
    const text = message.text();
    if (/Content.Security.Policy|Refused to (?:apply|execute|load)/i.test(text)) complaints.push(text);
  });
  return complaints;
}

/** A picture of what the panel shows at its top, in blocks for letters, so that no font of the machine matters. */
export async function panelPicture(page, frame, font) {
  await frame.evaluate(async (bytes) => {
    // The page's policy lets in no font and no style sheet of others; what a script makes itself it need not let in.
    const face = new FontFace("Blocks", Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0)).buffer);
    document.fonts.add(await face.load());
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("* { font-family: Blocks !important; font-variant: normal !important; font-synthesis: none !important; transition: none !important; }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    document.activeElement?.blur();
    scrollTo(0, 0);
    await document.fonts.ready;
  }, font.toString("base64"));
  const element = await frame.frameElement();
  const { x, y, width, height } = await (await element.ownerFrame()).frameElement().then((outer) => outer.boundingBox());
  await page.mouse.move(0, 0);
  // On a slow machine the review's own notification may still fade away.
  await page.locator(".notification-toast").first().waitFor({ state: "detached" });
  return page.screenshot({ animations: "disabled", clip: { x, y, width, height } });
}

/** The document of a Markdown preview: the innermost frame that shows it. */
export async function preview(page, heading, patience = 15_000) {
  const late = Date.now() + patience;
  while (Date.now() < late) {
    for (const frame of page.frames()) {
      const found = frame.locator("h1", { hasText: heading });
      if (await found.count().catch(() => 0)) return frame;
    }
    await page.waitForEvent("framenavigated", { timeout: 300 }).catch(() => {});
  }
  throw new Error(`no page shows ${heading}`);
}
