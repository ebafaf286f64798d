import assert from "node:assert/strict";
import fc from "fast-check";
import { ipsecConf } from "../../../src/formats/ipsec-conf/index.ts";

function check(text: string, expected: string, errors = 0): void {
  const parsed = ipsecConf.parse(text);
  const shown = parsed.tree.sections
    .map(({ type, name, settings, hidden }) => {
      const pairs = settings.map(({ key, value }) => `${key.text}=${value?.hidden ? "?" : (value?.text ?? "")}`);
      return `${type.text} ${name?.hidden ? "?" : (name?.text ?? "")}(${[...pairs, ...(hidden ? ["?"] : [])].join(" ")})`;
    })
    .join(" ");
  assert.equal(shown, expected);
  assert.equal(parsed.errors.length, errors, JSON.stringify(parsed.errors));
}

describe("ipsec-conf: parse", () => {
  it("reads sections, settings, strings and comments", () => {
    check(
      'version 2.0\nconfig setup\n\tuniqueids = no # one\n\nconn %default\n  rightid="C=X, O=#1"\n  leftid=@#0a0b\n# conn old\nconn a\n also=%default\n',
      "config setup(uniqueids=no) conn %default(rightid=C=X, O=#1 leftid=@#0a0b) conn a(also=%default)",
    );
    assert.deepEqual(ipsecConf.parse("include /etc/ipsec.d/*.conf\n").tree.includes.map((pattern) => pattern.text), ["/etc/ipsec.d/*.conf"]);
  });
  it("takes templates for unknown, never for errors", () => {
    check(
      "{% for t in tunnels %}\nconn {{ t.name }}\n  right={{ t.peer }}\n{{ t.extra | indent(2) }}\n{% if t.dpd %}\n  dpdaction=restart\n{% endif %}\n{% endfor %}\n",
      "conn ?(right=? dpdaction=restart ?)",
    );
    check("{% for t in tunnels %}conn x\n  auto=start\n{% endfor %}", "conn x(auto=start)");
  });
  it("says what is refused, and keeps the rest", () => {
    check("conn a\n  left=1\nright=2\nnonsense\n  auto=start", "conn a(left=1 right=2 auto=start)", 2);
    check("  left=1\nconn\n", "conn ()", 2);
  });
  it("has exact ranges, with CRLF", () => {
    const text = "conn a\r\n\tdpddelay = 30s \r\n";
    const [setting] = ipsecConf.parse(text).tree.sections[0]!.settings;
    assert.equal(text.slice(setting!.range.start, setting!.range.end), "dpddelay = 30s");
    assert.equal(text.slice(setting!.value!.range.start, setting!.value!.range.end), "30s");
    assert.equal(setting!.indent, "\t");
  });
  it("never throws", () => {
    const alphabet = fc.constantFrom("conn", "config setup", "=", "#", '"', "\n", " ", "a", "also", "{{", "}}", "include");
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 60 }), (parts) => {
        const text = parts.join("");
        for (const { range } of ipsecConf.parse(text).errors) assert.ok(range.start >= 0 && range.end <= text.length);
      }),
    );
  });
});

describe("ipsec-conf: recognise", () => {
  it("by name and by content, but neither setkey's nor OpenBSD's", () => {
    for (const path of ["etc/ipsec.conf", "etc/ipsec.d/site.conf", "ipsec.conf.sample"]) assert.equal(ipsecConf.recognise(path, ""), "name", path);
    assert.equal(ipsecConf.recognise("etc/ipsec.conf", "#!/sbin/setkey -f\nflush;\nspdflush;\n"), false);
    assert.equal(ipsecConf.recognise("etc/ipsec.conf", "ike esp from 10.1.0.0/24 to 10.2.0.0/24\n"), false);
    assert.equal(ipsecConf.recognise("west.conf", "conn west\n\tleft=192.0.2.1\n"), "content");
    assert.equal(ipsecConf.recognise("east.console.txt", "conn west\n\tleft=192.0.2.1\n"), false, "a session");
    assert.equal(ipsecConf.recognise("init/ipsec.conf", "description \"keying\"\nstart on runlevel [2345]\n"), false, "a job of upstart");
  });
});
