import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { spokenGaps } from "../../../src/model/rollout/gaps.ts";

const gapsOf = async (files: Record<string, string>): Promise<string | undefined> => {
  const { fleet } = await loadWorkspace(new Map(Object.entries({ "hosts.ini": "[all]\na.example.net\nb.example.net\n", ...files })));
  return spokenGaps(fleet.plays);
};

describe("rollout: what cannot be followed", () => {
  it("is a role that is missing", async () => {
    assert.equal(await gapsOf({ "site.yml": "- hosts: all\n  roles:\n    - overlay\n" }), "the role overlay is not in the repository");
    assert.equal(
      await gapsOf({ "site.yml": "- hosts: all\n  roles: [a]\n", "roles/a/tasks/main.yml": "- debug: msg=x\n", "roles/a/meta/main.yml": "dependencies: [base]\n" }),
      "the role base, on which a depends, is not in the repository",
    );
    assert.equal(await gapsOf({ "site.yml": '- hosts: all\n  tasks:\n    - include_role: name="{{ kind }}"\n' }), "a template decides which role is included");
  });

  it("is a loop of includes, a role that depends on itself, a playbook that imports itself", async () => {
    assert.equal(await gapsOf({ "site.yml": "- hosts: all\n  tasks:\n    - import_tasks: a.yml\n", "a.yml": "- import_tasks: b.yml\n", "b.yml": "- import_tasks: a.yml\n- debug: msg=x\n" }), "it includes itself again and again");
    assert.equal(await gapsOf({ "site.yml": "- hosts: all\n  roles: [a]\n", "roles/a/tasks/main.yml": "- debug: msg=x\n", "roles/a/meta/main.yml": "dependencies: [a]\n" }), undefined);
    assert.equal(await gapsOf({ "site.yml": "- import_playbook: site.yml\n- hosts: all\n  tasks: []\n" }), undefined);
  });

  it("is an include that is not there, and a module that nobody knows", async () => {
    assert.equal(await gapsOf({ "site.yml": "- hosts: all\n  tasks:\n    - include_tasks: gone.yml\n" }), "gone.yml, which is included, is not in the repository");
    assert.equal(await gapsOf({ "site.yml": "- hosts: all\n  tasks:\n    - our_daemon: state=kicked\n    - debug: msg=x\n" }), "what the module our_daemon does to services is not known here");
    assert.equal(await gapsOf({ "site.yml": "- hosts: all\n  tasks:\n    - service: name=racoon state=restarted\n" }), undefined);
  });
});
