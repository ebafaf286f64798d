import * as vscode from "vscode";
import { closeAll, folder, marks, open, replace, same, until, write, found, ruleOf } from "./editor.ts";

const CONFIGURATION = (): vscode.Uri => vscode.Uri.joinPath(folder("other"), "premortem.yaml");
const SYSCTL = (): vscode.Uri => vscode.Uri.joinPath(folder("other"), "sysctl.conf");

describe("premortem.yaml in the browser", () => {
  afterEach(closeAll);

  it("holds for its folder and for no other", async () => {
    const other = await open(SYSCTL());
    same(marks(other), []);
    const fleet = await open(vscode.Uri.joinPath(folder("fleet"), "etc/sysctl.d/50-base.conf"));
    await replace(fleet, "net.ipv4.ip_no_pmtu_disc = 1\n");
    same(marks(fleet), ["sysctl/pmtud-disabled: 1"]);
  });

  it("is heeded when it changes on the file system", async () => {
    const document = await open(SYSCTL());
    same(marks(document), []);
    const old = await vscode.workspace.fs.readFile(CONFIGURATION());
    try {
      await until(() => found(document.uri).map(ruleOf).includes("sysctl/pmtud-disabled"), () => write(CONFIGURATION(), "severity:\n  sysctl/pmtud-disabled: warning\n"));
    } finally {
      await until(() => found(document.uri).length === 0, () => vscode.workspace.fs.writeFile(CONFIGURATION(), old));
    }
  });

  it("is checked while one types", async () => {
    const document = await open(CONFIGURATION());
    await replace(document, "severty:\n  sysctl/overridden: info\n");
    same(marks(document), ["premortem/config: severty"]);
  });
});
