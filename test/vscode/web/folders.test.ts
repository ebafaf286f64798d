import * as vscode from "vscode";
import { closeAll, folder, ok, open, until, write, found, ruleOf } from "./editor.ts";

describe("folders of a virtual file system", () => {
  afterEach(closeAll);

  it("are read as a whole: a file is judged by its neighbours", async () => {
    const first = await open(vscode.Uri.joinPath(folder("fleet"), "hosts/a/etc/sysctl.d/10-first.conf"));
    ok(found(first.uri).map(ruleOf).includes("sysctl/overridden"), found(first.uri).map(ruleOf).join());
  });

  it("are watched: what another program writes counts", async () => {
    const document = await open(vscode.Uri.joinPath(folder("fleet"), "hosts/b/etc/sysctl.d/10-first.conf"));
    const later = vscode.Uri.joinPath(folder("fleet"), "hosts/b/etc/sysctl.d/20-second.conf");
    const overridden = (): boolean => found(document.uri).map(ruleOf).includes("sysctl/overridden");
    ok(!overridden(), "nothing else sets the key yet");
    await until(overridden, () => write(later, "net.ipv4.tcp_syncookies = 0\n"));
    await until(() => !overridden(), () => vscode.workspace.fs.delete(later));
  });

  it("say how many hosts a file reaches, where no git is needed", async () => {
    const settings = vscode.workspace.getConfiguration("premortem");
    await settings.update("reach", "always", vscode.ConfigurationTarget.Global);
    try {
      const document = await open(vscode.Uri.joinPath(folder("fleet"), "reach/group_vars/all.yml"));
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 100);
      const titles = lenses.map(({ command }) => command?.title ?? "");
      ok(titles.some((title) => title.includes("6 of 6 hosts")), titles.join("; "));
    } finally {
      await settings.update("reach", undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
