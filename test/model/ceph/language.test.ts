import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import type { OptionSuggestions } from "../../../src/model/ceph/language/completion.ts";
import { optionsAt } from "../../../src/model/ceph/language/completion.ts";
import type { OptionHover } from "../../../src/model/ceph/language/hover.ts";
import { optionHoverAt } from "../../../src/model/ceph/language/hover.ts";

/** `|` is the cursor. */
async function at<T>(text: string, ask: (workspace: Awaited<ReturnType<typeof loadWorkspace>>, path: string, offset: number) => T, files: Readonly<Record<string, string>> = {}, path = "ceph.conf"): Promise<T> {
  const offset = text.indexOf("|");
  const workspace = await loadWorkspace(new Map([[path, text.replace("|", "")], ...Object.entries(files)]), files["premortem.yaml"]);
  return ask(workspace, path, offset);
}

const hover = (text: string, files?: Readonly<Record<string, string>>, path?: string): Promise<OptionHover | undefined> => at(text, optionHoverAt, files, path);
const complete = (text: string, files?: Readonly<Record<string, string>>): Promise<OptionSuggestions | undefined> => at(text, optionsAt, files);
const labels = (found: OptionSuggestions | undefined): string[] => found?.items.map(({ label }) => label) ?? [];

describe("model/ceph/language", () => {
  it("says what an option is for, its type, defaults and when it counts", async () => {
    const found = await hover("[osd]\nosd op |queue = wpq\n");
    assert.equal(found?.option, "osd_op_queue");
    assert.deepEqual(found.lines.slice(0, 2), ["What decides which work an OSD does next.", "One of wpq, mclock_scheduler, debug_random, as of Mimic (13)."]);
    assert.match(found.lines.join(" "), /mclock_scheduler since Reef \(18\), wpq since Mimic \(13\), prio before/);
  });

  it("tells the default of the cluster's release first", async () => {
    const found = await hover("[osd]\nosd_op_queue| = wpq\n", { "premortem.yaml": "cephRelease: pacific\n" });
    assert.match(found?.lines.join(" ") ?? "", /Default: wpq \(/);
  });

  it("says which line counts for whom", async () => {
    const text = "[global]\nosd max ba|ckfills = 2\n[osd]\nosd max backfills = 3\n[osd.1]\nosd_max_backfills = 4\n";
    const found = await hover(text);
    const line = (daemons: string) => found?.effective.find((one) => one.daemons === daemons);
    assert.equal(line("mon, mgr, mds, client")?.value, "2");
    assert.equal(line("osd")?.value, "3");
    const place = line("osd")?.elsewhere;
    assert.equal(text.replace("|", "").slice(place?.range.start, place?.range.end).trim(), "osd max backfills = 3");
  });

  it("says that a value is refused and what counts instead", async () => {
    const found = await hover("[osd]\nosd_memory_target = 4|g\n");
    assert.equal(found?.effective[0]?.value, "4294967296 (4 Gi)");
    assert.match(found.effective[0].note ?? "", /4g is refused/);
  });

  it("reads options in commands, group variables and Rook's overrides", async () => {
    assert.equal((await hover("#!/bin/sh\nceph config set osd osd_max_|backfills 2\n", {}, "a.sh"))?.option, "osd_max_backfills");
    assert.equal((await hover("ceph_conf_overrides:\n  osd:\n    osd max back|fills: 2\n", {}, "group_vars/all.yml"))?.option, "osd_max_backfills");
  });

  it("says nothing where there is nothing to say", async () => {
    assert.equal(await hover("[osd]\nno such op|tion = 1\n"), undefined);
    assert.equal(await hover("[os|d]\nosd max backfills = 1\n"), undefined);
  });

  it("suggests the options that a section's daemons read", async () => {
    const found = await complete("[osd]\nosd_max_b|\n");
    assert.ok(labels(found).includes("osd_max_backfills"));
    assert.ok(!labels(found).includes("mon_allow_pool_delete"));
    assert.ok(!labels(found).includes("max_open_files"));
    assert.ok(labels(await complete("[osd]\nosd max b|\n")).includes("osd max backfills"));
    assert.ok(labels(await complete("[osd]\nosd_op|\n", { "premortem.yaml": "cephRelease: jewel\n" })).includes("osd_op_threads"));
  });

  it("suggests values and sections", async () => {
    assert.deepEqual(labels(await complete("[osd]\nosd op queue = |\n")), ["wpq", "mclock_scheduler", "debug_random"]);
    assert.deepEqual(labels(await complete("[global]\nms bind ipv6 = t|\n")), ["true", "false"]);
    assert.ok(labels(await complete("[|\n")).includes("client"));
    assert.equal(await complete("[osd]\n# osd_max|\n"), undefined);
  });

  it("stays silent or sane at every place of a file that is being typed", async () => {
    const text = "[global]\nfsid = \nmon host = {{ x }}\n[osd\nosd max backfills = 1 # c\n= 3\n[client.a]\nkeyring=\"a";
    const workspace = await loadWorkspace(new Map([["ceph.conf", text]]));
    for (let offset = 0; offset <= text.length; offset++) {
      const found = optionsAt(workspace, "ceph.conf", offset);
      assert.ok(found === undefined || (found.range.start <= offset && offset <= found.range.end), String(offset));
      optionHoverAt(workspace, "ceph.conf", offset);
    }
  });
});
