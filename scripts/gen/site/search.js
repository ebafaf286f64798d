/* global document */
// Search over the titles and first sentences of pages.js: no request, so it works from a disk too.
(() => {
  "use strict";
  const pages = globalThis.premortemPages;
  const box = document.querySelector("search");
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  const status = box.querySelector(".count");
  const up = document.body.dataset.up;
  const MOST = 12;
  let selected = -1;

  box.hidden = false;

  /** Every word has to be there; a title counts more than a sentence, and its beginning most. */
  function find(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    const found = [];
    for (const page of pages) {
      const title = page[1].toLowerCase();
      const all = `${title} ${page[0].toLowerCase()} ${page[2].toLowerCase()}`;
      if (!words.every((word) => all.includes(word))) continue;
      const score = words.reduce((sum, word) => sum + (title.startsWith(word) ? 4 : title.includes(word) ? 2 : 0), 0);
      found.push({ page, score });
    }
    return found.sort((a, b) => b.score - a.score || a.page[1].length - b.page[1].length);
  }

  function show() {
    const found = find(input.value);
    list.replaceChildren(...found.slice(0, MOST).map(({ page: [path, title, summary] }, index) => {
      const option = document.createElement("a");
      option.href = up + path;
      option.id = `found-${index}`;
      option.tabIndex = -1;
      option.setAttribute("role", "option");
      option.append(title);
      const line = document.createElement("span");
      line.textContent = summary;
      option.append(line);
      return option;
    }));
    const open = list.children.length > 0;
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    status.textContent = input.value.trim() === "" ? "" : found.length === 1 ? "1 page" : `${found.length} pages`;
    select(open ? 0 : -1);
  }

  function select(index) {
    selected = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = list.children[index];
    if (option === undefined) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    select(-1);
  }

  input.addEventListener("input", show);
  input.addEventListener("focus", () => input.value !== "" && show());
  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "ArrowDown" && count > 0) select((selected + 1) % count);
    else if (event.key === "ArrowUp" && count > 0) select((selected + count - 1) % count);
    else if (event.key === "Enter" && !list.hidden && selected >= 0) list.children[selected].click();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => !box.contains(event.target) && close());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea")) return;
    event.preventDefault();
    input.focus();
  });
})();
