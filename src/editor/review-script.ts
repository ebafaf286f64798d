/** Words of the panel's bar, in the user's language. */
export interface BarWords {
  readonly bar: string;
  readonly again: string;
  readonly cancel: string;
  readonly against: string;
}

/** What the panel's script is told when it starts. */
export interface ScriptData {
  readonly words: BarWords;
  /** What is kept for the time after the window was loaded again. */
  readonly request: unknown;
  /** Which of the pages it is. */
  readonly version: number;
}

/** The look of the bar above the page, in the theme's colours. */
const BAR_STYLE = `
html { font-size: calc(var(--vscode-font-size, 13px) * 1.08); scroll-padding-top: calc(var(--bar-height, 2.7rem) + .5rem); }
body code { color: inherit; background: none; padding: 0; border-radius: 0; }
body > .layout > nav { top: calc(var(--bar-height, 2.7rem) + .5rem); max-height: calc(100vh - var(--bar-height, 2.7rem) - 1.3rem); }
#review-bar { position: sticky; top: 0; z-index: 10; display: flex; flex-wrap: wrap; gap: .3rem .5rem; align-items: center; padding: .35rem 1.5rem; margin: 0; font-size: .88rem;
  background: var(--vscode-editor-background, Canvas); color: var(--vscode-editor-foreground, CanvasText);
  border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, GrayText)); }
#review-bar [role=status] { flex: 1 1 10rem; margin: 0; }
#review-bar[data-state=failed] [role=status] { color: var(--vscode-errorForeground, CanvasText); }
#review-bar button { font: inherit; padding: .15rem .6rem; border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); border-radius: 2px; cursor: pointer;
  background: var(--vscode-button-secondaryBackground, ButtonFace); color: var(--vscode-button-secondaryForeground, ButtonText); }
#review-bar button:hover { background: var(--vscode-button-secondaryHoverBackground, ButtonFace); }
#review-bar :focus-visible, #review-bar [role=status]:focus-visible { outline: 1px solid var(--vscode-focusBorder, Highlight); outline-offset: 1px; }
#review-bar button[hidden] { display: none; }
`;

/**
 * The script of the panel: sends what is clicked, puts a new page in place of the old one without moving what the user looks
 * at, and keeps scroll and open details for when the panel is hidden or the window is loaded again.
 */
export function panelScript(data: ScriptData): string {
  // A script ends at the first `</script`, wherever it stands.
  const literal = JSON.stringify({ ...data, style: BAR_STYLE }).replace(/</g, "\\u003c");
  return `"use strict"; (${SCRIPT})(${literal}, document.currentScript && document.currentScript.nonce);`;
}

const SCRIPT = String.raw`(data, nonce) => {
  const host = acquireVsCodeApi();
  const kept = host.getState() || {};
  let version = data.version;

  const style = document.createElement("style");
  style.nonce = nonce;
  style.textContent = data.style;
  document.head.append(style);

  const bar = document.createElement("section");
  bar.id = "review-bar";
  bar.setAttribute("aria-label", data.words.bar);
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.tabIndex = -1;
  const button = (action, label) => {
    const made = document.createElement("button");
    made.type = "button";
    made.dataset.action = action;
    made.textContent = label;
    return made;
  };
  const cancel = button("cancel", data.words.cancel);
  cancel.hidden = true;
  bar.append(status, cancel, button("again", data.words.again), button("against", data.words.against));
  document.body.prepend(bar);
  // Where there is little room the bar has two lines, and what a link leads to must not lie below it.
  new ResizeObserver(() => document.documentElement.style.setProperty("--bar-height", bar.offsetHeight + "px")).observe(bar);

  const keyOf = (details) => {
    const around = details.closest("[id]");
    const summary = details.querySelector("summary");
    return (around ? around.id : "") + "|" + (summary ? summary.textContent.trim().slice(0, 80) : "");
  };
  const keyOfRadio = (input) => input.name + "|" + input.value + "|" + input.id;

  let timer;
  const keep = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const details = [...document.querySelectorAll("details")];
      host.setState({
        request: data.request,
        top: document.documentElement.scrollTop,
        open: details.filter((one) => one.open).map(keyOf),
        shut: details.filter((one) => !one.open).map(keyOf),
        chosen: [...document.querySelectorAll("input[type=radio]:checked")].map(keyOfRadio),
      });
    }, 100);
  };
  const restore = () => {
    const open = new Set(kept.open), shut = new Set(kept.shut), chosen = new Set(kept.chosen);
    for (const details of document.querySelectorAll("details")) {
      const key = keyOf(details);
      if (open.has(key)) details.open = true;
      else if (shut.has(key)) details.open = false;
    }
    for (const input of document.querySelectorAll("input[type=radio]")) if (chosen.has(keyOfRadio(input))) input.checked = true;
    if (kept.top) document.documentElement.scrollTop = kept.top;
  };
  restore();
  keep();
  addEventListener("scroll", keep, { passive: true });
  document.addEventListener("toggle", keep, true);
  document.addEventListener("change", keep, true);

  const send = (message) => host.postMessage(message);
  const number = (text) => (text === undefined ? 0 : Number(text));
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("a.place, a.changes, button.fix, [data-rule], #review-bar button") : null;
    if (target === null) return;
    event.preventDefault();
    event.stopPropagation();
    const own = target.dataset;
    if (own.action !== undefined) send({ type: own.action });
    else if (own.rule !== undefined) send({ type: "rule", rule: own.rule });
    else if (own.finding !== undefined) send({ type: "fix", fingerprint: own.finding, index: number(own.fix), project: number(own.project) });
    else if (target.classList.contains("changes")) send({ type: "changes", path: own.path, start: number(own.start), end: number(own.end), project: number(own.project) });
    else if (own.path !== undefined) send({ type: "place", path: own.path, start: number(own.start), end: number(own.end), side: own.side, project: number(own.project) });
  }, true);

  // Makes the old tree like the new one. What is alike stays where it is, with focus, selection and what was opened.
  const morph = (old, fresh) => {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || (old.id || "") !== (fresh.id || "")) return old.replaceWith(fresh);
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.nodeValue = fresh.nodeValue;
      return;
    }
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
    for (const { name, value } of [...fresh.attributes]) if (old.getAttribute(name) !== value && !(name === "open" && old.nodeName === "DETAILS")) old.setAttribute(name, value);
    children(old, [...fresh.childNodes]);
  };
  const children = (parent, fresh) => {
    const byId = new Map([...parent.children].filter((child) => child.id).map((child) => [child.id, child]));
    const wanted = new Set(fresh.map((child) => child.id).filter(Boolean));
    let at = parent.firstChild;
    for (const child of fresh) {
      while (at && at.id && !wanted.has(at.id)) {
        const gone = at;
        at = at.nextSibling;
        gone.remove();
      }
      const same = child.id ? byId.get(child.id) : at && !at.id && at.nodeName === child.nodeName ? at : undefined;
      if (same === undefined) parent.insertBefore(child, at);
      else {
        if (same === at) at = at.nextSibling;
        else parent.insertBefore(same, at);
        morph(same, child);
      }
    }
    while (at) {
      const gone = at;
      at = at.nextSibling;
      gone.remove();
    }
  };

  const show = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const script of fresh.querySelectorAll("script, style, link, meta, base")) script.remove();
    const focused = document.activeElement;
    const anchor = [...document.querySelectorAll("body [id]")].find((one) => one !== bar && !bar.contains(one) && one.getBoundingClientRect().bottom > 60);
    const before = anchor && anchor.getBoundingClientRect().top;
    document.title = fresh.title;
    bar.remove();
    const parked = [...document.body.childNodes].filter((node) => node.nodeName === "SCRIPT");
    parked.forEach((node) => node.remove());
    for (const { name, value } of fresh.body.attributes) if (name !== "class" || !document.body.className) document.body.setAttribute(name, value);
    children(document.body, [...fresh.body.childNodes]);
    document.body.prepend(bar);
    if (anchor && anchor.isConnected && document.documentElement.scrollTop > 0) document.documentElement.scrollTop += anchor.getBoundingClientRect().top - before;
    if (focused && focused !== document.body) {
      if (focused.isConnected) focused.focus({ preventScroll: true });
      else status.focus({ preventScroll: true });
    }
    keep();
  };

  addEventListener("message", ({ data: message }) => {
    if (message.type === "page") {
      version = message.version;
      show(message.html);
    } else if (message.type === "state") {
      bar.dataset.state = message.state;
      if (status.textContent !== message.text) status.textContent = message.text;
      const held = document.activeElement === cancel && message.state !== "running";
      cancel.hidden = message.state !== "running";
      if (held) status.focus({ preventScroll: true });
    }
  });
  send({ type: "ready", version });
}`;
