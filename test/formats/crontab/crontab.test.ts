import assert from "node:assert/strict";
import { crontab } from "../../../src/formats/crontab/index.ts";
import { recognise } from "../../../src/formats/index.ts";

const jobs = (text: string): string[] =>
  crontab.parse(text).tree.jobs.map(({ schedule, scheduleRange, command, commandRange, conditional }) => {
    assert.equal(text.slice(scheduleRange.start, scheduleRange.end).replace(/[ \t]+/g, " ").replace(/\{\{.*?\}\}/g, (part) => "\uE000".repeat(part.length)), schedule);
    assert.ok(command.length <= commandRange.end - commandRange.start);
    return `${schedule.replace(/\uE000+/g, "?")} | ${command.replace(/\uE000+/g, "?")}${conditional ? " (may be)" : ""}`;
  });

describe("crontab", () => {
  it("reads jobs with their users, and leaves variables, comments and input out", () => {
    assert.deepEqual(jobs("SHELL=/bin/sh\nMAILTO = root\n# 0 4 * * * root reboot\n0  4\t* * 7 root /sbin/reboot\r\n@daily root sleep $((RANDOM \\% 60)); date%input\n*/5 * * * mon-fri root a\n"), [
      "0 4 * * 7 | /sbin/reboot",
      "@daily | sleep $((RANDOM % 60)); date",
      "*/5 * * * mon-fri | a",
    ]);
  });

  it("knows what a template decides", () => {
    assert.deepEqual(jobs("{{ minute }} 4 * * * root reboot\n{% if x %}\n1 4 * * * root {{ command }}\n{% endif %}\n1 4 * *"), ["? 4 * * * | reboot", "1 4 * * * | ? (may be)"]);
  });

  it("is recognised by its place", () => {
    for (const path of ["etc/crontab", "hosts/kvm1/etc/cron.d/nightly", "roles/a/templates/cron.d/nightly.j2"]) assert.equal(recognise(path, ""), "crontab", path);
    assert.equal(recognise("etc/cron.d/README.md", ""), undefined);
  });
});
