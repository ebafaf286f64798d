import assert from "node:assert/strict";
import { recognise } from "../../../src/formats/index.ts";
import { updateSettings } from "../../../src/formats/update-settings/index.ts";

const settings = (text: string): string[] =>
  updateSettings.parse(text).tree.settings.map(({ section, key, value, range, conditional }) => {
    if (!value.includes("\uE000")) assert.equal(text.slice(range.start, range.end), value);
    return `${section}/${key}=${value.replace(/\uE000+/g, "?")}${conditional ? " (may be)" : ""}`;
  });

describe("update settings", () => {
  it("reads Zincati's TOML, dnf-automatic's ini, locksmith's assignments, needrestart's Perl", () => {
    assert.deepEqual(settings('[updates]\nstrategy = "immediate" # x\n\n[updates.fleet_lock]\nbase_url = "http://lock.example.net/"\n'), ["updates/strategy=immediate", "updates.fleet_lock/base_url=http://lock.example.net/"]);
    assert.deepEqual(settings('[commands]\r\nreboot = when-changed\r\n# reboot = never\r\nreboot_command = "shutdown -r 03:00"\r\n'), ["commands/reboot=when-changed", "commands/reboot_command=shutdown -r 03:00"]);
    assert.deepEqual(settings("GROUP=stable\nREBOOT_STRATEGY=reboot\n"), ["/GROUP=stable", "/REBOOT_STRATEGY=reboot"]);
    assert.deepEqual(settings("#$nrconf{restart} = 'i';\n$nrconf{restart} = 'a';\n$nrconf{override_rc} = {\n  qr(^dbus) => 0,\n};\n"), ["/restart=a", "/override_rc={"]);
  });

  it("reads half-typed text, and knows what a template decides", () => {
    assert.deepEqual(settings('[updates\nstrategy = "imm'), ["/strategy=imm"]);
    assert.deepEqual(settings("A={{ x }}\n{% if y %}\nB = 1\n{% endif %}\nC ="), ["/A=?", "/B=1 (may be)", "/C="]);
  });

  it("is recognised by its name", () => {
    for (const path of ["etc/zincati/config.d/55-updates-strategy.toml", "templates/55-updates-strategy.toml.j2", "etc/dnf/automatic.conf", "etc/flatcar/update.conf", "etc/needrestart/needrestart.conf"]) assert.equal(recognise(path, ""), "update-settings", path);
    assert.notEqual(recognise("pyproject.toml", "[updates]\n"), "update-settings");
  });
});
