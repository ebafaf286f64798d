import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadWorkspace } from "../../src/core.ts";
import { effectiveFor } from "../../src/model/ceph/effective.ts";
import type { DaemonType } from "../../src/model/ceph/options.ts";
import type { CephSetting } from "../../src/model/ceph/settings.ts";
import { needsRecord, recorded } from "../support/recorded.ts";

const corpus = recorded("corpus/ceph");
const oracle = join(corpus, "cephconf/oracle-ceph-conf-16.2.15.json");
const vectors = recorded("facts/ceph-conf-vectors.json");
/** The release whose tool was asked. */
const RELEASE = 16;
/** What only the running tool knows. */
const RUNNING = /\$(\{)?(pid|cctid|host)\b/;

async function settingsOf(text: string): Promise<{ parsed: boolean; settings: readonly CephSetting[] }> {
  const workspace = await loadWorkspace(new Map([["ceph.conf", text]]));
  return { parsed: workspace.document("ceph.conf")!.errors.length === 0, settings: workspace.subject("ceph", "ceph.conf")?.settings ?? [] };
}

function valueOf(settings: readonly CephSetting[], entity: string, option: string): { value: string | undefined; written: string | undefined } {
  const dot = entity.indexOf(".");
  const [type, id] = [entity.slice(0, dot) as DaemonType, entity.slice(dot + 1)];
  const { value, from } = effectiveFor(settings, type, id, option, RELEASE);
  return { value, written: from?.valueText };
}

describe("effective values of ceph.conf: as ceph-conf 16.2.15 tells them", () => {
  it("of every vector, whether it parses and what it gives", async function () {
    needsRecord(this, vectors);
    const cases = (JSON.parse(readFileSync(vectors, "utf8")) as { vectors: { name: string; conf: string; entity: string; key: string; ok: boolean; value?: string }[] }).vectors;
    const wrong: string[] = [];
    for (const { name, conf, entity, key, ok, value } of cases) {
      const { parsed, settings } = await settingsOf(conf);
      if (parsed !== ok) wrong.push(`${name}: ${parsed ? "accepted" : "refused"}`);
      // To us a template is a template; to the tool it is text.
      if (!ok || value === undefined || conf.includes("{{")) continue;
      const ours = valueOf(settings, entity, key);
      if (ours.value !== value) wrong.push(`${name}: ${String(ours.value)} instead of ${value}`);
    }
    assert.deepEqual(wrong, []);
    assert.ok(cases.length >= 160);
    return undefined;
  });

  it("of other people's files, for every kind of daemon", async function () {
    needsRecord(this, oracle);
    const { files } = JSON.parse(readFileSync(oracle, "utf8")) as { files: Record<string, { parse: string; effective_nondefault?: Record<string, Record<string, string>> }> };
    const wrong: string[] = [];
    let compared = 0;
    for (const [path, { parse, effective_nondefault }] of Object.entries(files)) {
      const full = join(corpus, path);
      if (parse !== "ok" || !existsSync(full)) continue;
      const { settings } = await settingsOf(readFileSync(full, "utf8"));
      for (const [entity, values] of Object.entries(effective_nondefault ?? {})) {
        for (const [option, expected] of Object.entries(values)) {
          const { value, written } = valueOf(settings, entity, option);
          if (written === undefined || RUNNING.test(value ?? "") || /\{\{|\{%/.test(written)) continue;
          compared++;
          if (value !== expected) wrong.push(`${path}, ${entity}, ${option}: ${String(value)} instead of ${expected}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(compared > 2000, String(compared));
    return undefined;
  });
});
