import assert from "node:assert/strict";
import fc from "fast-check";
import { iptablesSave } from "../../../src/formats/iptables/index.ts";
import type { CommandLine } from "../../../src/formats/iptables/tree.ts";

/** The commands of a text with one filter table around `lines`. */
function parse(...lines: string[]): { text: string; commands: readonly CommandLine[]; messages: string[] } {
  const text = `*filter\n${lines.join("\n")}\nCOMMIT\n`;
  const { tree, errors } = iptablesSave.parse(text);
  return { text, commands: tree.tables[0]!.commands, messages: errors.map(({ range, certain }) => `${text.slice(range.start, range.end)}${certain ? "" : " (uncertain)"}`) };
}

describe("iptables-save", () => {
  it("gives every part of a rule its range", () => {
    const { text, commands, messages } = parse('[12:3400] -A INPUT ! -s 192.0.2.0/24 -p tcp -m tcp --dport 22 -m comment --comment "from the office; \\"old\\"" -j ACCEPT');
    assert.deepEqual(messages, []);
    const { rule, chain } = commands[0]!.command;
    const written = ({ range }: { range: { start: number; end: number } }): string => text.slice(range.start, range.end);
    assert.equal(written(chain!), "INPUT");
    assert.deepEqual(rule.basics.map(written), ["! -s 192.0.2.0/24", "-p tcp"]);
    assert.deepEqual(rule.matches.map(written), ["-m tcp --dport 22", '-m comment --comment "from the office; \\"old\\""']);
    assert.equal(rule.matches[1]!.options[0]!.values[0]!.text, 'from the office; "old"');
    assert.equal(written(rule.target!), "-j ACCEPT");
  });

  it("finds a protocol's match without -m, shortened options and values after =", () => {
    const { commands, messages } = parse("-A INPUT -p udp --dpo=53 -j ACCEPT", "-A INPUT -ptcp --syn -jDROP", "-I FORWARD 3 -i eth+ -g LOGGED");
    assert.deepEqual(messages, []);
    assert.deepEqual(commands.map(({ command }) => [command.name, command.position, command.rule.matches.map(({ module, options }) => [module, options.map(({ name }) => name)])]), [
      ["append", undefined, [["udp", ["destination-port"]]]],
      ["append", undefined, [["tcp", ["syn"]]]],
      ["insert", 3, []],
    ]);
    assert.equal(commands[2]!.command.rule.target!.goto, true);
  });

  it("refuses what the tool refuses, at its place", () => {
    const cases: [string, string[]][] = [
      ["-A INPUT --dport 22 -j ACCEPT", ["--dport"]],
      ["-A INPUT -p tcp --dport ! 22 -j ACCEPT", ["!"]],
      ["-A INPUT -p tcp --dport 80:20 -j ACCEPT", ["80:20"]],
      ["-A INPUT -p udp --dport 80:20 -j ACCEPT", ["80:20"]],
      ["-A INPUT -s 192.0.2.0/33 -j ACCEPT", ["192.0.2.0/33"]],
      ["-A INPUT -m state --state NEW,ESTABLISHD -j ACCEPT", ["NEW,ESTABLISHD"]],
      ["-A INPUT -o eth0 -j ACCEPT", ["-o eth0"]],
      ["-A INPUT -j ACCEPT # ssh", ["#"]],
      ["-A INPUT -j MASQUERADE", ["MASQUERADE"]],
      ["-A INPUT -m multiport --dports 22,23 -j ACCEPT", ["-m multiport --dports 22,23"]],
      ["-t nat -A POSTROUTING -j ACCEPT", ["nat"]],
      ["-A INPUT -j REJECT --reject-with icmp-nobody", ["icmp-nobody"]],
      ["   ", ["   "]],
    ];
    for (const [line, expected] of cases) assert.deepEqual(parse("-A INPUT -s 192.0.2.9 -j DROP", line).messages, expected, line);
  });

  it("is never certain about what a template decides", () => {
    const { messages, commands } = parse("-A INPUT -p {{ proto }} --dport {{ port }} -j ACCEPT", "{{ more_rules }}", "{% if ssh %}", "-A INPUT --dport 22 -j ACCEPT", "{% endif %}", "-A INPUT {{ match }} -j {{ target }}");
    assert.deepEqual(messages.filter((message) => !message.endsWith("(uncertain)")), []);
    assert.deepEqual(commands.map(({ conditional }) => conditional), [false, true, false]);
  });

  it("takes a byte order mark, other line ends and a missing last one", () => {
    const { tree, errors } = iptablesSave.parse("\uFEFF*filter\r\n:INPUT DROP [0:0]\r\n-A INPUT -i lo -j ACCEPT\r\nCOMMIT");
    assert.deepEqual(errors, []);
    assert.equal(tree.tables[0]!.chains[0]!.policy!.text, "DROP");
    assert.equal(tree.tables[0]!.committed, true);
  });

  it("finds a missing COMMIT and offers it", () => {
    const text = "*nat\n-A POSTROUTING -o eth0 -j MASQUERADE\n*filter\n:INPUT DROP [0:0]\nCOMMIT\n";
    const [problem] = iptablesSave.parse(text).errors;
    const [edit] = problem!.edits!;
    assert.equal(text.slice(problem!.range.start, problem!.range.end), "*filter");
    const mended = text.slice(0, edit!.range.start) + edit!.newText + text.slice(edit!.range.end);
    assert.deepEqual(iptablesSave.parse(mended).errors, []);
  });

  it("is recognised by name and by content, and leaves other files alone", () => {
    const head = "# rules\n*filter\n:INPUT DROP [0:0]\n";
    assert.equal(iptablesSave.recognise("etc/iptables/rules.v4", head), "name");
    assert.equal(iptablesSave.recognise("files/edge.txt", head), "content");
    assert.equal(iptablesSave.recognise("README.md", "*filter* is a table\n* COMMIT often\n"), false);
    assert.equal(iptablesSave.recognise("iptables.rules", "iptables -A INPUT -j ACCEPT\n"), false);
  });

  it("never throws, and keeps every range inside the text", () => {
    const piece = fc.constantFrom("*filter\n", ":INPUT DROP [0:0]\n", "COMMIT\n", "-A ", "INPUT ", "! ", "-p tcp ", "--dport ", "22 ", "-m ", "-j ", '"', "\\", "{{ x }}", "{% if a %}", "\n", "-", "--", "=", "[1:2] ", "é", "\u0000");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join("");
        for (const { range } of iptablesSave.parse(text).errors) assert.ok(0 <= range.start && range.start <= range.end && range.end <= text.length);
      }),
    );
  });
});
