import assert from "node:assert/strict";
import fc from "fast-check";
import { ansibleInventoryIni, expandHosts } from "../../../src/formats/ansible-inventory/index.ts";
import { literalValue } from "../../../src/formats/ansible-inventory/literal.ts";

describe("INI inventories", () => {
  const parse = (text: string) => ansibleInventoryIni.parse(text);

  it("expands ranges of numbers and letters, with steps and widths", () => {
    assert.deepEqual(expandHosts("web[08:11].example.net").names, ["web08.example.net", "web09.example.net", "web10.example.net", "web11.example.net"]);
    assert.deepEqual(expandHosts("db-[a:c]").names, ["db-a", "db-b", "db-c"]);
    assert.deepEqual(expandHosts("n[1:5:2]x[0:1]").names, ["n1x0", "n1x1", "n3x0", "n3x1", "n5x0", "n5x1"]);
    assert.deepEqual(expandHosts("web1:2222"), { names: ["web1"], port: 2222 });
    assert.deepEqual(expandHosts("[2001:db8::1]:22"), { names: ["2001:db8::1"], port: 22 });
    assert.notEqual(expandHosts("n[01:100]").problem, undefined);
    assert.notEqual(expandHosts("n[1:99999999]").problem, undefined);
  });

  it("reads values as Python literals", () => {
    const cases: [string, unknown][] = [["8", 8], ["0644", "0644"], ["True", true], ["true", "true"], ["[1, 'a']", [1, "a"]], ["{'a': 1}", { a: 1 }], ["None", null], ["'x y'", "x y"], ["5.15", 5.15], ["5.15.0", "5.15.0"], ["5 # five", 5], ["a # b", "a # b"]];
    for (const [text, value] of cases) assert.deepEqual(literalValue(text), value, text);
  });

  it("gives every host, variable and child its place", () => {
    const text = "lone\n\n[web]\nweb1 ansible_host=192.0.2.1 motd=\"a b\" # first\n; note\n[site:children]\nweb\n[site:vars]\nntp = 192.0.2.9\n";
    const { tree, errors } = parse(text);
    assert.deepEqual(errors, []);
    const [ungrouped, web, children, vars] = tree.sections;
    assert.equal(ungrouped!.hosts[0]!.names[0], "lone");
    const host = web!.hosts[0]!;
    assert.deepEqual(host.variables.map(({ name, value }) => [name, value]), [["ansible_host", "192.0.2.1"], ["motd", "a b"]]);
    const { valueRange } = host.variables[0]!;
    assert.equal(text.slice(valueRange.start, valueRange.end), "192.0.2.1");
    assert.equal(text.slice(children!.children[0]!.range.start, children!.children[0]!.range.end), "web");
    const ntp = vars!.variables[0]!;
    assert.equal(text.slice(ntp.valueRange.start, ntp.valueRange.end), "192.0.2.9");
  });

  it("says what Ansible refuses, and goes on", () => {
    const { tree, errors } = parse("[web]\nweb1 oops\n[web:things]\n[web:vars]\nno value here\n[web]\nweb2 a='b\n");
    assert.equal(errors.length, 4);
    assert.deepEqual(tree.sections.flatMap(({ hosts }) => hosts.flatMap(({ names }) => names)), ["web1", "web2"]);
  });

  it("takes no other file for an inventory", () => {
    const how = (path: string, head: string): unknown => ansibleInventoryIni.recognise(path, head);
    assert.equal(how("inventory", "[web]\nweb1  # the first\n"), "name", "a comment behind blanks");
    assert.equal(how("inventory.yaml", "web1 ansible_host=192.0.2.1\n\n[web]\nweb1\n"), "name", "INI, whatever its ending says");
    assert.equal(how("hosts.yml", "web:\n  hosts:\n    web1:\n"), false);
    assert.equal(how("etc/hosts", "127.0.0.1 localhost\n192.0.2.1 web1 web1.example.net\n"), false);
    assert.equal(how("php.ini", "[PHP]\nengine = On\n"), false);
    assert.equal(how("inventory/builders", "[build]\nbuild1\nbuild2\n"), "name");
    assert.equal(how("hosts.ini", "[web]\nweb1 ansible_host=192.0.2.1\n"), "name");
    assert.equal(how("production", "[web]\nweb1\n"), "content");
    assert.equal(how("lists/names", "alpha\nbeta\n"), false);
    assert.equal(how("tox.ini", "[tox]\nenvlist = py3\n"), false);
  });

  it("is not thrown by any text", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("[", "]", ":", "a", "1", "=", "'", '"', " ", "\n", "#", "vars", "children", "\\", "{", "(")), (parts) => {
        const text = parts.join("");
        for (const { range } of parse(text).errors) assert.ok(range.start >= 0 && range.end <= text.length);
      }),
    );
  });
});
