import assert from "node:assert/strict";
import { aptConf } from "../../../src/formats/apt-conf/index.ts";
import { recognise } from "../../../src/formats/index.ts";

const settings = (text: string): string[] =>
  aptConf.parse(text).tree.settings.map(({ name, value, range, isItem, conditional }) => {
    assert.equal(text.slice(range.start, range.end), value.includes("\uE000") ? text.slice(range.start, range.end) : value);
    return `${name}${isItem ? "::" : ""} ${value.replace(/\uE000+/g, "?")}${conditional ? " (may be)" : ""}`;
  });

describe("apt-conf", () => {
  it("reads flat names, braces, lists and comments", () => {
    assert.deepEqual(settings('APT::Periodic::Unattended-Upgrade "1";# daily\n# none\n/* A "b"; */ Unattended-Upgrade {\r\n  Automatic-Reboot "true";\r\n  Package-Blacklist { "linux-"; "libc6$" };\r\n};\nUnattended-Upgrade::Origins-Pattern:: "o=Debian,n=${distro_codename}";\n'), [
      "APT::Periodic::Unattended-Upgrade 1",
      "Unattended-Upgrade::Automatic-Reboot true",
      "Unattended-Upgrade::Package-Blacklist:: linux-",
      "Unattended-Upgrade::Package-Blacklist:: libc6$",
      "Unattended-Upgrade::Origins-Pattern:: o=Debian,n=${distro_codename}",
    ]);
  });

  it("reads half-typed text, and what a template decides", () => {
    assert.deepEqual(settings('\uFEFFA::B "1'), ["A::B 1"]);
    assert.deepEqual(settings('A { B "1'), ["A::B 1"]);
    assert.deepEqual(settings('A::B "{{ x }}";\n{% if y %}\nA::C yes;\n{% endif %}\n}; "'), ["A::B ?", "A::C yes (may be)"]);
    assert.deepEqual(settings('A "x\nB "y";'), ["A y"]);
  });

  it("is recognised by its folder, its usual names, and its text", () => {
    for (const path of ["etc/apt/apt.conf.d/50unattended-upgrades", "roles/base/templates/50unattended-upgrades.j2", "etc/apt/apt.conf", "files/20auto-upgrades"]) assert.equal(recognise(path, ""), "apt-conf", path);
    assert.equal(recognise("files/reboots", 'Unattended-Upgrade::Automatic-Reboot "true";\n'), "apt-conf");
    assert.notEqual(recognise("docs/upgrades.md", 'Unattended-Upgrade::Automatic-Reboot "true";\n'), "apt-conf");
    assert.notEqual(recognise("roles/unattended-upgrades/tasks/main.yml", ""), "apt-conf");
  });
});
