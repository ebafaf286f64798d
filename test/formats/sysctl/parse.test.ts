import assert from "node:assert/strict";
import fc from "fast-check";
import { sysctl } from "../../../src/formats/sysctl/index.ts";
import { modulesLoad } from "../../../src/formats/modules-load/index.ts";
import { systemdUnit } from "../../../src/formats/systemd-unit/index.ts";
import { HOLE } from "../../../src/formats/template/jinja.ts";

describe("formats/sysctl", () => {
  it("reads lines as the loaders do", () => {
    const text = "# c\n ; d\n\n  net.ipv4.ip_forward =  1  \r\n-net/ipv4/conf/eth0.100/rp_filter=2\n-net.ipv4.conf.all.rp_filter\nkernel.core_pattern = |/bin/x = %p # y\n";
    const { tree, errors } = sysctl.parse(text);
    assert.deepEqual(errors, []);
    assert.deepEqual(
      tree.lines.map(({ key, value, ignoreErrors }) => [key, value, ignoreErrors]),
      [
        ["net.ipv4.ip_forward", "1", false],
        ["net/ipv4/conf/eth0.100/rp_filter", "2", true],
        ["net.ipv4.conf.all.rp_filter", undefined, true],
        ["kernel.core_pattern", "|/bin/x = %p # y", false],
      ],
    );
    for (const { key, keyRange, value, valueRange } of tree.lines) {
      assert.equal(text.slice(keyRange.start, keyRange.end), key);
      assert.equal(text.slice(valueRange.start, valueRange.end), value ?? "");
    }
  });

  it("finds lines without =, and mends the evident ones", () => {
    const { errors } = sysctl.parse("net.core.somaxconn 4096\nvm.swappiness: 10\nwhat is this\n= 3\n");
    assert.deepEqual(errors.map(({ edits }) => edits?.length ?? 0), [1, 1, 0, 0]);
  });

  it("leaves to a template what it decides", () => {
    const { tree, errors } = sysctl.parse("{% for k, v in s.items() %}\n{{ k }} = {{ v }}\n{% endfor %}\n{{ extra }}\nvm.swappiness = {% if a %}1{% else %}2{% endif %}\nfs.file-max = <%= @max %>\n");
    assert.deepEqual(errors, []);
    assert.deepEqual(tree.lines.map(({ value, conditional }) => [value?.includes(HOLE), conditional]), [[true, true], [true, false], [true, false]]);
  });

  const named: [string, string, "name" | "content" | false][] = [
    ["etc/sysctl.conf", "", "name"],
    ["roles/base/templates/sysctl.conf", "", "name"],
    ["files/sysctl.d/90-x.conf", "", "name"],
    ["files/sysctl.d/README.md", "", false],
    ["files/sysctl.d/README", "", false],
    ["files/sysctl.d/10-net", "", "name"],
    ["files/99-storage.conf", "# tuning\nvm.swappiness = 10\nnet.core.somaxconn=4096\n", "content"],
    ["files/app.conf", "[main]\nnet.port = 1\n", false],
    ["files/app.properties", "server.port = 1\nnet.x = 2\nserver.host = 3\n", false],
    ["group_vars/all.yml", "net.core.somaxconn = 1\n", false],
  ];
  for (const [path, head, expected] of named) {
    it(`recognises ${path}: ${String(expected)}`, () => assert.equal(sysctl.recognise(path, head), expected));
  }

  it("never throws, and its ranges lie in the text; neither do its neighbours'", () => {
    const piece = fc.constantFrom("net.x", "=", " ", "-", "#", ";", "\n", "\r\n", "{{ a }}", "{% if", "%}", "[Service]", "LimitNOFILE=1", "\\", "\uFEFF", "/");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join("");
        const nodes = [
          ...sysctl.parse(text).tree.lines.flatMap(({ range, keyRange, valueRange }) => [range, keyRange, valueRange]),
          ...sysctl.parse(text).errors.map(({ range }) => range),
          ...modulesLoad.parse(text).tree.modules.map(({ range }) => range),
          ...systemdUnit.parse(text).tree.sections.flatMap(({ range, entries }) => [range, ...entries.flatMap((entry) => [entry.range, entry.keyRange, entry.valueRange])]),
        ];
        for (const range of nodes) assert.ok(0 <= range.start && range.start <= range.end && range.end <= text.length, JSON.stringify({ text, range }));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("formats/modules-load and systemd-unit", () => {
  it("reads modules", () => {
    const { tree } = modulesLoad.parse("# c\nnf-conntrack\n; d\n  br_netfilter\n{{ extra }}\n");
    assert.deepEqual(tree.modules.map(({ name }) => name).slice(0, 2), ["nf_conntrack", "br_netfilter"]);
  });

  it("reads units with continued lines", () => {
    const text = "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/a \\\n# c\n  b\nLimitNOFILE = 1024:65536\n";
    const { tree } = systemdUnit.parse(text);
    const service = tree.sections[1]!;
    assert.deepEqual(service.entries.map(({ key, value }) => [key, value.replace(/\s+/g, " ")]), [["ExecStart", "/bin/a b"], ["LimitNOFILE", "1024:65536"]]);
    const limit = service.entries[1]!;
    assert.equal(text.slice(limit.valueRange.start, limit.valueRange.end), "1024:65536");
  });
});
