import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { lintFiles, loadWorkspace } from "../../src/core.ts";
import { loadYaml } from "../../src/formats/yaml/load.ts";
import type { Answers } from "../../src/model/configuration/draft.ts";
import { configurationEdits, draftConfiguration, groupCandidates, isNetwork, networkCandidates } from "../../src/model/configuration/draft.ts";

const INVENTORY = "[ceph_osds]\nosd[01:03].example.net\n\n[kvm]\nkvm[01:02].example.net\n\n[web]\nweb01.example.net\n\n[lab:children]\nkvm\n\n[all:vars]\nmanagement_networks=['192.0.2.0/24']\n";
const ANSWERS: Answers = { groups: { storage: ["ceph_osds"], hypervisor: [], production: ["no", "web front"] }, networks: ["192.0.2.0/24", "2001:db8::/32"] };

function apply(text: string, answers: Answers): string {
  const edits = configurationEdits(text, answers);
  assert.ok(edits, "it can be read");
  return [...edits].reverse().reduce((result, { start, end, newText }) => result.slice(0, start) + newText + result.slice(end), text);
}

async function check(text: string, answers: Answers = ANSWERS): Promise<void> {
  const workspace = await loadWorkspace(new Map([["premortem.yaml", text]]));
  assert.deepEqual(lintFiles(workspace).findings.map(({ message }) => message), [], text);
  const { groups, management } = workspace.configuration;
  for (const [trait, names] of Object.entries(answers.groups)) assert.deepEqual(groups[trait as "storage"], names, text);
  if (answers.networks !== undefined) assert.deepEqual(management.networks, answers.networks, text);
}

describe("creating premortem.yaml", () => {
  before(() => loadYaml());

  it("takes groups for answers by what their names and plays say, with the reason", async () => {
    const workspace = await loadWorkspace(new Map([["hosts.ini", INVENTORY]]));
    const likely = (trait: "storage" | "hypervisor" | "lab"): string[] => groupCandidates(workspace, trait).filter(({ why }) => why !== undefined).map(({ name, why }) => `${name}: ${why}`);
    assert.deepEqual(likely("storage"), ["ceph_osds: the group ceph_osds is named so"]);
    assert.deepEqual(likely("hypervisor"), ["kvm: the group kvm is named so"]);
    assert.deepEqual(likely("lab"), ["lab: the group lab is named so"]);
    assert.deepEqual(groupCandidates(workspace, "storage").map(({ name }) => name).sort(), ["ceph_osds", "kvm", "lab", "web"]);
  });

  it("takes no group for production whose name says that it is not, whatever a variable of all hosts says", async () => {
    const inventory = "[db_production]\ndb01\n\n[front]\nweb01\ndb01\n\n[db_staging]\ndb91\n\n[all:vars]\nenv=production\n";
    const workspace = await loadWorkspace(new Map([["hosts.ini", inventory]]));
    const likely = groupCandidates(workspace, "production").filter(({ why }) => why !== undefined).map(({ name, why }) => `${name}: ${why}`);
    assert.deepEqual(likely.map((line) => line.split(":")[0]), ["db_production", "front"]);
    assert.match(likely[1]!, /, for some of the hosts$/);
  });

  it("writes more groups than a line has room for in lines of their own", async () => {
    const storage = Array.from({ length: 20 }, (_, index) => `ceph_osds_of_row_${index}`);
    const text = draftConfiguration({ groups: { storage } });
    assert.match(text, /\n {2}storage:\n {4}- ceph_osds_of_row_0\n/);
    assert.ok(text.split("\n").every((line) => line.length <= 100));
    await check(text, { groups: { storage } });
    assert.equal(apply(text, { groups: { storage } }), text, "a second run with the same answers changes nothing");
  });

  it("finds the operators' networks in variables", async () => {
    const workspace = await loadWorkspace(new Map([["hosts.ini", INVENTORY]]));
    assert.deepEqual(networkCandidates(workspace), [{ name: "192.0.2.0/24", hosts: 0, why: "the variable management_networks holds it" }]);
    assert.ok(isNetwork("2001:db8::/32") && !isNetwork("192.0.2.1") && !isNetwork("anywhere"));
  });

  it("writes a file that says what was answered, and raises no finding", async () => {
    const text = draftConfiguration(ANSWERS);
    assert.match(text, /# Groups of storage servers/);
    await check(text);
    await check(draftConfiguration({ groups: {} }), { groups: {} });
  });

  it("brings answers into files that are there, and leaves everything else as it is", async () => {
    const files = [
      "",
      "# ours\n",
      "# ours\nmigration:\n  bandwidth: 10 Gbit/s # measured\n",
      "groups: # by hand\n  # the old ones\n  storage: [old] # see the wiki\n  lab: [staging]\n",
      "groups:\n    storage:\n      - old\n      # and this\n      - older\n\n    lab: staging\nignore: [x/**]",
      "groups: {storage: [old], lab: staging}\n",
      "groups: {}\n",
      "groups:\r\n  lab: staging\r\nmanagement:\r\n  ports: [22]\r\n",
      "groups:\nmanagement:\n  networks: 10.0.0.0/8\n",
      "groups:\n  storage:\n  hypervisor: kvm\n",
    ];
    for (const file of files) {
      const result = apply(file, ANSWERS);
      await check(result);
      for (const comment of file.match(/# .*/g)?.filter((one) => !one.includes("and this")) ?? []) assert.ok(result.includes(comment.trim()), `${comment} stays in\n${result}`);
      if (file.includes("staging")) assert.ok(result.includes("staging"), result);
      assert.equal(apply(result, ANSWERS), result, "a second time changes nothing");
    }
  });

  it("does so in every premortem.yaml of the rebuilt incidents", async () => {
    const paths = readdirSync("test/incidents", { recursive: true, withFileTypes: true }).filter(({ name }) => name === "premortem.yaml").map(({ parentPath, name }) => relative(".", join(parentPath, name)));
    assert.ok(paths.length > 5);
    for (const path of paths) await check(apply(readFileSync(path, "utf8"), ANSWERS));
  });

  it("leaves a file alone that it cannot read", () => {
    assert.equal(configurationEdits("groups: [", ANSWERS), undefined);
    assert.equal(configurationEdits("- a list\n", ANSWERS), undefined);
  });
});
