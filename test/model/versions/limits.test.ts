import assert from "node:assert/strict";
import { parseCommands } from "../../../src/formats/shell/index.ts";
import { emptyLimits } from "../../../src/model/rollout/limits.ts";

const limits = (text: string): string[] => emptyLimits(text, parseCommands(text)).map(({ range, variable }) => `${text.slice(range.start, range.end)} ${variable ?? "-"}`);

describe("emptyLimits", () => {
  it("finds limits that are nothing, or are where a variable is not given", () => {
    assert.deepEqual(limits('ansible-playbook site.yml --limit ""'), ['"" -']);
    assert.deepEqual(limits("ansible-playbook --limit= site.yml"), ["--limit= -"]);
    assert.deepEqual(limits('ansible all -m reboot -l "$1"'), ['"$1" 1']);
    assert.deepEqual(limits('/usr/bin/ansible-playbook --limit="${HOSTS:-}" a.yml'), ['--limit="${HOSTS:-}" HOSTS']);
  });

  it("is content where the script refuses to go on, gives a value, or the shell has no word", () => {
    for (const sound of [
      'ansible-playbook --limit "${HOSTS:?which}" a.yml',
      'ansible-playbook --limit "${HOSTS:-lab}" a.yml',
      'test -z "$HOSTS" && exit 1\nansible-playbook --limit "$HOSTS" a.yml',
      'set -eu\nansible-playbook --limit "$1" a.yml',
      'if [ $# -ne 1 ]; then exit 1; fi\nansible-playbook --limit "$1" a.yml',
      'HOSTS=lab\nansible-playbook --limit "$HOSTS" a.yml',
      'for host in a b; do ansible-playbook --limit "$host" a.yml; done',
      "ansible-playbook --limit $HOSTS a.yml",
      'echo ansible-playbook --limit ""',
      'if [[ "$HOSTS" == "" ]]; then exit 1; fi\nansible-playbook --limit "$HOSTS" a.yml',
    ]) {
      assert.deepEqual(limits(sound), [], sound);
    }
  });
});
