import assert from "node:assert/strict";
import { loadWorkspace } from "../../../../src/core.ts";
import { suggestionsAt } from "../../../../src/model/kernel/language/completion.ts";
import { keyHoverAt } from "../../../../src/model/kernel/language/hover.ts";

const PATH = "hosts/a/etc/sysctl.d/60-net.conf";

/** The text without its `|`, as a workspace, and where that stood. */
async function at(marked: string, more: Record<string, string> = {}): Promise<{ workspace: Awaited<ReturnType<typeof loadWorkspace>>; offset: number }> {
  const offset = marked.indexOf("|");
  return { offset, workspace: await loadWorkspace(new Map([[PATH, marked.replace("|", "")], ...Object.entries(more)])) };
}

describe("model/kernel/language: hover", () => {
  it("says what a key takes, its default, its versions and its module", async () => {
    const { workspace, offset } = await at("vm.swappiness = 10\nnet.netfilter.nf_conntrack_tcp_|be_liberal = 1\n");
    const hover = keyHoverAt(workspace, PATH, offset)!;
    assert.equal(hover.key, "net.netfilter.nf_conntrack_tcp_be_liberal");
    assert.ok(hover.lines.some((line) => line.includes("nf_conntrack is loaded")), hover.lines.join("\n"));
    assert.deepEqual(hover.effective, [{ value: "1", hosts: ["a"] }]);
  });

  it("says what another file makes of it", async () => {
    const { workspace, offset } = await at("net.core.somaxconn = |1024\n", { "hosts/a/etc/sysctl.d/90-web.conf": "net.core.somaxconn = 8192\n" });
    const { lines, effective } = keyHoverAt(workspace, PATH, offset)!;
    assert.deepEqual(effective.map(({ value, elsewhere }) => [value, elsewhere?.path]), [["8192", "hosts/a/etc/sysctl.d/90-web.conf"]]);
    assert.ok(lines.includes("Default: 128 at first, 4096 by 5.4."), lines.join("\n"));
  });

  it("is silent beside keys and on those that nobody knows", async () => {
    for (const marked of ["# net.core.som|axconn\n", "vm.made_|up\n", "\n|\n"]) {
      const { workspace, offset } = await at(marked);
      assert.equal(keyHoverAt(workspace, PATH, offset), undefined, marked);
    }
  });
});

describe("model/kernel/language: completion", () => {
  const labels = async (marked: string, more: Record<string, string> = {}): Promise<string[] | undefined> => {
    const { workspace, offset } = await at(marked, more);
    return suggestionsAt(workspace, PATH, offset)?.items.map(({ label }) => label);
  };

  it("offers keys in the form in which one types, without dead ones", async () => {
    const dotted = (await labels("net.ipv4.|"))!;
    assert.ok(dotted.includes("net.ipv4.conf.all.rp_filter") && dotted.includes("net.ipv4.conf.*.rp_filter"));
    assert.ok(!dotted.includes("net.ipv4.tcp_tw_recycle") && !dotted.includes("net.ipv6.conf.all.accept_ra") && dotted.includes("net.ipv6.conf.*.accept_ra"));
    assert.ok((await labels("-net/ipv4/|"))!.includes("net/ipv4/conf/all/rp_filter"));
  });

  it("offers what a host's old kernel still has", async () => {
    assert.ok((await labels("net.|", { "host_vars/a.yml": "kernel: 4.4.0-210\n" }))!.includes("net.ipv4.tcp_tw_recycle"));
  });

  it("offers values with what they mean", async () => {
    const { workspace, offset } = await at("net.ipv4.conf.all.rp_filter = |\n");
    const { items, range } = suggestionsAt(workspace, PATH, offset)!;
    assert.deepEqual(items.map(({ label }) => label), ["0", "1", "2"]);
    assert.match(items[1]!.detail, /^strict/);
    assert.deepEqual(range, { start: offset, end: offset });
  });

  it("is silent in comments, and in files of other kinds", async () => {
    assert.equal(await labels("# net.|"), undefined);
    const workspace = await loadWorkspace(new Map([["ceph.conf", "[global]\n"]]));
    assert.equal(suggestionsAt(workspace, "ceph.conf", 9), undefined);
  });
});
