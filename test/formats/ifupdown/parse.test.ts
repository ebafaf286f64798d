import assert from "node:assert/strict";
import { ifupdown } from "../../../src/formats/ifupdown/index.ts";
import { recognise } from "../../../src/formats/index.ts";

function check(text: string, expected: readonly string[], errors: readonly string[] = []): void {
  const parsed = ifupdown.parse(text);
  const shown = parsed.tree.stanzas.flatMap(({ keyword, words, options, conditional }) => [
    [keyword, ...words.map((word) => word.text), ...(conditional ? ["?"] : [])].join(" "),
    ...options.map((option) => `  ${option.key}=${option.value}${option.conditional ? " ?" : ""}`),
  ]);
  assert.deepEqual(shown.map((line) => line.replaceAll(/\uE000+/g, "*")), expected);
  assert.deepEqual(parsed.errors.map(({ range }) => text.slice(range.start, range.end)), errors);
}

describe("ifupdown: parse", () => {
  it("reads stanzas with options, comments and continuation lines", () => {
    check("# comment \\\nauto lo eth0\n\niface eth0 inet static\n  address 192.0.2.7/24 # no comment\n\t# comment\n  up ip route add \\\n     10.0.0.0/8 via 192.0.2.1\nsource /etc/network/interfaces.d/*\nmapping eth1\n  script /bin/true\n  map a b\n", [
      "auto lo eth0",
      "iface eth0 inet static",
      "  address=192.0.2.7/24 # no comment",
      "  up=ip route add  10.0.0.0/8 via 192.0.2.1",
      "source /etc/network/interfaces.d/*",
      "mapping eth1",
      "  script=/bin/true",
      "  map=a b",
    ]);
  });
  it("takes other line ends, a byte order mark and half a line", () => {
    check("\uFEFFauto eth0\r\niface eth0 inet static\r\n  address 192.0.2.7/24\r\n", ["auto eth0", "iface eth0 inet static", "  address=192.0.2.7/24"]);
    check("iface eth0 inet static\r  mtu 1400", ["iface eth0 inet static", "  mtu=1400"]);
    check("iface eth0 inet static\n  address 192.0.2.7/24\\", ["iface eth0 inet static", "  address=192.0.2.7/24"]);
    check("", []);
  });
  it("says what ifup refuses", () => {
    check("address 192.0.2.7\nauto eth0\n  mtu 1400\n", ["auto eth0"], ["address", "mtu"]);
    check("iface eth0 inte static\n  address\niface\n", ["iface eth0 inte static", "  address=", "iface"], ["inte", "address", "iface"]);
    check("iface swp1\n  mtu 9000\niface eth1 inherits swp1\n", ["iface swp1", "  mtu=9000", "iface eth1 inherits swp1"]);
  });
  it("takes templates for unknown, never for errors", () => {
    check("{% for i in lans %}\niface {{ i.name }} {{ i.family }} static\n  address {{ i.ip }}\n{% if i.mtu %}\n  mtu {{ i.mtu }}\n{% endif %}\n{% endfor %}\n{{ extra }}\n<%= more %>\n", [
      "iface * * static ?",
      "  address=*",
      "  mtu=* ?",
      "  *=",
      "  *=",
    ]);
  });
  it("is known by its name, its folder or its stanzas", () => {
    const stanza = "auto eth0\niface eth0 inet dhcp\n";
    for (const path of ["etc/network/interfaces", "hosts/a/etc/network/interfaces.d/lan", "roles/net/templates/interfaces.j2", "files/web.interfaces", "templates/interfaces.erb", "templates/lan.cfg.j2"]) assert.equal(recognise(path, stanza), "ifupdown", path);
    for (const [path, head] of [["src/interfaces/index.ts", "export"], ["interfaces.md", stanza], ["doc/interfaces", "These are the interfaces.\n"], ["a.py", stanza]] as const) assert.notEqual(recognise(path, head), "ifupdown", path);
  });
});
