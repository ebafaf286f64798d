import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCommands, programOf, shell } from "../../../src/formats/shell/index.ts";
import { HOLE } from "../../../src/formats/template/jinja.ts";

const words = (text: string): string[][] => parseCommands(text).map((command) => command.words.map((word) => word.text));

describe("shell", () => {
  it("splits one line into its commands, with ranges from an offset", () => {
    const text = "nft -f /etc/nftables.conf && conntrack -F; systemctl reload \"my unit\" | cat";
    const commands = parseCommands(text, 10);
    assert.deepEqual(commands.map(({ connector, words }) => [connector, ...words.map(({ text }) => text)]), [
      [";", "nft", "-f", "/etc/nftables.conf"],
      ["&&", "conntrack", "-F"],
      [";", "systemctl", "reload", "my unit"],
      ["|", "cat"],
    ]);
    assert.equal(text.slice(commands[1]!.range.start - 10, commands[1]!.range.end - 10), "conntrack -F");
  });

  it("resolves plain variables, and keeps what it cannot know apart", () => {
    assert.deepEqual(words('IPT=/sbin/iptables\nOPT="-m state --state"\n$IPT -A INPUT $OPT NEW -i $WAN -s ${NET:-10.0.0.0/8} -j "$(cat x)" {{ target }}'), [
      [],
      [],
      ["/sbin/iptables", "-A", "INPUT", "-m", "state", "--state", "NEW", "-i", HOLE, "-s", "10.0.0.0/8", "-j", HOLE, HOLE.repeat(12)],
    ]);
    assert.deepEqual(words("IPT=$(command -v iptables)\n$IPT -F"), [[], ["iptables", "-F"]]);
  });

  it("keeps redirections and here-documents", () => {
    const text = "iptables-restore -n < /etc/rules 2>/dev/null\nnft -f - <<-'EOF'\n\tflush ruleset\n\tEOF\necho done\n";
    const [restore, nft, echo] = parseCommands(text);
    assert.deepEqual(restore!.redirections.map(({ operator, fd, target }) => [operator, fd, target.text]), [["<", undefined, "/etc/rules"], [">", 2, "/dev/null"]]);
    const { document } = nft!.redirections[0]!;
    assert.equal(text.slice(document!.range.start, document!.range.end), "\tflush ruleset\n");
    assert.equal(document!.expanded, false);
    assert.deepEqual(echo!.words.map((word) => word.text), ["echo", "done"]);
  });

  it("tells what a command stands in", () => {
    const text = 'start() {\n  if [ -x /sbin/nft ]; then nft -f a; fi\n}\ncase "$1" in\n  stop|flush) nft flush ruleset ;;\nesac\nfor i in $LIST; do\n  nft list table $i\ndone\n';
    const nft = parseCommands(text).filter(({ words }) => words[0]?.text === "nft");
    assert.deepEqual(nft.map(({ blocks }) => blocks.map(({ kind, name }) => `${kind} ${name}`.trim())), [["function start", "if"], ["case stop|flush"], ["loop"]]);
  });

  it("runs through loops over plain lists where asked to", () => {
    const { tree } = shell.parse("for port in 22 80; do\n  iptables -A INPUT -p tcp --dport $port -j ACCEPT\ndone\n");
    assert.deepEqual(tree.unrolled.map(({ words }) => words[6]!.text), ["22", "80"]);
    assert.deepEqual(tree.commands.map(({ words }) => words[6]!.text), [HOLE]);
  });

  it("finds the program behind sudo and the like", () => {
    assert.deepEqual(programOf(parseCommands("sudo -n env A=b /usr/sbin/nft -f x")[0]!.words), { name: "nft", index: 4 });
  });

  it("runs functions where they are called, with their arguments, and once for all ways through a case", () => {
    const text = 'both() { a "$@"; b "$@"; }\nopen() {\n local port=$2\n ipt -p $1 --dport $port\n}\nstart() { open tcp 22; both -m "two words"; }\ncase "$1" in\n start) start ;;\n restart) start ;;\nesac\nopen udp $WHICH; open tcp 80\nlater() { unused; }\n';
    const { unrolled } = shell.parse(text).tree;
    assert.deepEqual(unrolled.map(({ words }) => words.map((word) => word.text)).filter(([name]) => name !== "open" && name !== "start" && name !== "local" && name !== "both"), [
      ["ipt", "-p", "tcp", "--dport", "22"], ["a", "-m", "two words"], ["b", "-m", "two words"], ["ipt", "-p", "udp", "--dport", HOLE], ["ipt", "-p", "tcp", "--dport", "80"], ["unused"],
    ]);
  });

  it("does not run functions for ever", () => {
    assert.ok(shell.parse("a() { b; a; }\nb() { a; b; }\na\n").tree.unrolled.length < 10_000);
    const chain = Array.from({ length: 30 }, (_, i) => `f${i}() { f${i + 1}; f${i + 1}; }\n`).join("");
    assert.ok(shell.parse(`${chain}f30() { x; }\nf0\n`).tree.unrolled.length < 100_000);
  });

  it("is recognised by its first line or its name", () => {
    assert.equal(shell.recognise("bin/firewall", "#!/usr/bin/env bash\n"), "name");
    assert.equal(shell.recognise("firewall.sh", "iptables -F\n"), "name");
    assert.equal(shell.recognise("rules.nft", "#!/usr/sbin/nft -f\n"), false);
  });

  it("never throws, always ends, and keeps its ranges inside the text", () => {
    const piece = fc.constantFrom("for x in a b; do ", "done\n", "case $1 in ", "esac\n", "a) ", ";;", "f() {", "}\n", "$(", ")", "`", "'", '"', "<<EOF\n", "EOF\n", "${a:-", "$x ", "\\\n", "iptables ", "&&", "|", "if true; then ", "fi\n", "{{ j }}", "#", " ", "\n", "<", "2>&1");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join("");
        const { commands, unrolled } = shell.parse(text).tree;
        for (const { range } of [...commands, ...unrolled]) assert.ok(0 <= range.start && range.start <= range.end && range.end <= text.length);
      }),
      { numRuns: 500 },
    );
  });

  it("does not overflow on deep nesting", () => {
    shell.parse("if true; then\n".repeat(10_000));
    shell.parse("$(".repeat(10_000));
    shell.parse("{ (".repeat(10_000));
  });
});
