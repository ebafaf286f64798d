import assert from "node:assert/strict";
import fc from "fast-check";
import { Markup, attribute, html, join } from "../../../src/report/html/markup.ts";

/** What a browser must not take for its own between tags, or in a quoted value. */
const hostile = fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", "`", "=", "/", "-", "!", "\n", "\r", "\0", "\u202E", "\u200B", "\uD800", "\u0085", "script", "onerror", "</title>", "<!--", "]]>", " ", "a", "é", "漢") });

describe("markup", () => {
  it("escapes text, and shows what nobody would see", () => {
    assert.equal(html`<p>${'<b title="x">&\u202E\u0007'}</p>`.text, '<p>&lt;b title=&quot;x&quot;&gt;&amp;<span class="hidden-character">U+202E</span><span class="hidden-character">U+0007</span></p>');
  });

  it("escapes attributes so that a script reads what was there", () => {
    assert.equal(html`<a title="${'"><i>\r\u202E'}"${attribute("data-x", "'")}>x</a>`.text, '<a title="&quot;&gt;&lt;i&gt;&#xd;&#x202e;" data-x="&#39;">x</a>');
  });

  it("takes markup as it is, and lists one after another", () => {
    assert.equal(html`${[html`<i>1</i>`, 2, undefined, false, "<"]}${join(["a", html`<b>b</b>`], ", ")}`.text, "<i>1</i>2&lt;a, <b>b</b>");
  });

  it("refuses text inside a tag, and markup inside an attribute", () => {
    assert.throws(() => html`<p ${"onclick=x"}>`, TypeError);
    assert.throws(() => html`<p class="${new Markup("<b>")}">`, TypeError);
  });

  it("lets no text open a tag", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { text: out } = html`<p>${text}</p>`;
        assert.equal(out.slice(3, -4).replaceAll(/<span class="hidden-character">U\+[0-9A-F]{4,6}<\/span>/g, "").match(/[<>"'`\0]/), null);
      }),
    );
  });

  it("lets no text leave an attribute", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { text: out } = html`<a title="${text}">`;
        assert.equal(out.slice(10, -2).match(/[<>"'`\0\r\n\u202E]/), null);
      }),
    );
  });

  it("writes an attribute that reads back as it was", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const value = attribute("x", text).text.slice(4, -1);
        const read = value.replace(/&(#x?[0-9a-f]+|amp|lt|gt|quot);/g, (_, name: string) =>
          name.startsWith("#x") ? String.fromCharCode(Number.parseInt(name.slice(2), 16)) : name.startsWith("#") ? String.fromCharCode(Number(name.slice(1))) : { amp: "&", lt: "<", gt: ">", quot: '"' }[name]!,
        );
        assert.equal(read, text.replace(/[\0\uD800-\uDFFF]/gu, "\uFFFD"));
      }),
    );
  });
});
