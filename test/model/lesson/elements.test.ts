import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { lintFiles, loadWorkspace, reviewChange } from "../../../src/core.ts";
import { ELEMENTS } from "../../../src/formats/lesson/index.ts";
import { isUnknown } from "../../../src/engine/unknown.ts";
import { elements, objectTypes } from "../../../src/model/lesson/elements.ts";
import { Lookup, Thing } from "../../../src/model/lesson/element.ts";
import { fieldValue } from "../../../src/model/lesson/cel/values.ts";
import { Failure } from "../../../src/model/lesson/cel/outcome.ts";
import { starter } from "../../../src/model/lesson/starters.ts";

/** Whether a value is of a type as CEL writes it. */
function isOf(type: string, value: unknown): boolean {
  if (value === undefined || value instanceof Failure || isUnknown(value)) return true;
  const list = /^list<(.+)>$/.exec(type)?.[1];
  if (list !== undefined) return Array.isArray(value) && value.every((item) => isOf(list, item));
  if (type === "map<string, dyn>") return value instanceof Map;
  if (type === "map<string, string>") return value instanceof Lookup && value.keys().every((key) => isOf("string", value.ask(key)));
  if (type === "dyn") return true;
  if (type === "int") return typeof value === "bigint";
  if (type === "double") return typeof value === "number";
  return objectTypes.has(type) ? value instanceof Thing && value.type.name === type : typeof value === type.replace("bool", "boolean");
}

function tree(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map((entry) => join(entry.parentPath, entry.name)).map((path) => [relative(folder, path).split(sep).join("/"), readFileSync(path, "utf8")]));
}

describe("elements of lessons", () => {
  for (const name of ELEMENTS) {
    it(`${name}: the lesson to begin with holds`, async () => {
      const { findings, failures } = lintFiles(await loadWorkspace(new Map([["first.lesson.yaml", starter("first", name)]])));
      assert.deepEqual([failures, findings.map(({ message }) => message)], [[], []]);
    });
  }

  it("every field of every type gives what the schema says, over the incidents and the examples", async () => {
    const seen = new Map<string, number>();
    const judge = (thing: Thing, depth: number): void => {
      for (const [field, { type }] of Object.entries(thing.type.fields)) {
        const value = fieldValue(thing, field);
        assert.ok(isOf(type, value), `${thing.type.name}.${field} is a ${type}, not ${typeof value} ${String(JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? String(one) : one)))?.slice(0, 200)}`);
        if (value !== undefined && !(value instanceof Failure)) seen.set(`${thing.type.name}.${field}`, (seen.get(`${thing.type.name}.${field}`) ?? 0) + 1);
        const items = Array.isArray(value) ? (value as unknown[]).slice(0, 3) : [value];
        if (depth < 2) for (const item of items) if (item instanceof Thing) judge(item, depth + 1);
      }
    };
    for (const incident of readdirSync("test/incidents")) {
      const states: [Map<string, string>, Map<string, string>] = [tree(join("test/incidents", incident, "before")), tree(join("test/incidents", incident, "after"))];
      const [before, after] = await Promise.all(states.map((files) => loadWorkspace(files)));
      for (const element of Object.values(elements)) {
        for (const path of after!.paths) for (const { value, range } of element.find(after!, path)) {
          judge(value, 0);
          assert.ok(range.start <= range.end && range.end <= after!.text(path)!.length);
        }
        const changed = after!.paths.filter((path) => before!.text(path) !== after!.text(path));
        for (const { value } of element.compare?.(before!, after!, changed) ?? []) judge(value, 0);
      }
    }
    for (const name of ["FirewallRule.sources", "FirewallRule.destinationPorts", "SysctlEntry.number", "CephOption.value", "Host.groups", "Host.variables", "Play.tasks", "Task.module", "Interface.mtu", "Change.share", "Side.rules", "PortRange.first"]) {
      assert.ok((seen.get(name) ?? 0) > 0, `${name} is seen with a value; seen: ${[...seen.keys()].join(" ")}`);
    }
  });

  it("a lesson about a change finds what incident 2019 did", async () => {
    const folder = "test/incidents/2019-ceph-firewall-reload";
    const lesson = starter("flushes", "change").replace(/^when: .*$/m, 'when: change.after.text.contains("flush") && change.kind != "removed"').replace(/^examples:[^]*$/m, 'examples: { bad: [{ before: {}, after: "flush ruleset" }], good: [{ before: {}, after: "" }] }\n').replace(/^message: .*$/m, 'message: "{change.path} reaches {size(change.hosts)} hosts."');
    const [before, after] = [tree(join(folder, "before")), tree(join(folder, "after"))];
    after.set("flushes.lesson.yaml", lesson);
    const { findings, failures } = reviewChange(await loadWorkspace(before), await loadWorkspace(after), { only: new Set(["lesson/flushes"]) });
    assert.deepEqual(failures, []);
    assert.ok(findings.length > 0);
    assert.ok(findings.every(({ lessons }) => lessons[0] === "flushes"));
    // Where nobody knows the hosts, the finding says so.
    assert.deepEqual(new Set(findings.map(({ message }) => message.replace(/^\S+ reaches \d+/, "It reaches some").replace(/^\S+ reaches unknown/, "It reaches unknown"))), new Set(["It reaches some hosts.", "It reaches unknown hosts."]));
  });
});
