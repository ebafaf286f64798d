import * as vscode from "vscode";
import { gitApi } from "../../../src/editor/git-api.ts";
import { closeAll, folder, found, ok, open, replace, ruleOf, same, until } from "./editor.ts";

interface Summary {
  readonly findings: number;
  readonly changed: number;
  readonly message: string;
}

/** The folder `fleet` against its copy of before the change. */
const against = (): object => ({ comparison: { kind: "folder", folder: folder("base").toString(), root: folder("fleet").toString() } });
const SYSCTL = (): vscode.Uri => vscode.Uri.joinPath(folder("fleet"), "etc/sysctl.d/50-base.conf");

describe("a review in the browser", () => {
  afterEach(async () => {
    await vscode.commands.executeCommand("premortem.clearReview");
    await closeAll();
  });

  it("says plainly that there is no git here, and what is possible without", async () => {
    const answer = await gitApi();
    ok(typeof answer === "string", "there is no git");
    ok(answer.includes("browser") && answer.includes("folder"), answer);
    same(await vscode.commands.executeCommand("premortem.reviewChange"), undefined);
  });

  it("compares a folder with another one, unsaved text included, and shows the page", async () => {
    const document = await open(SYSCTL());
    await replace(document, `${document.getText()}net.ipv4.ip_no_pmtu_disc = 1\n`);
    const summary = await vscode.commands.executeCommand<Summary | undefined>("premortem.reviewChange", against());
    ok(summary !== undefined && summary.changed >= 1 && summary.findings >= 1, JSON.stringify(summary));
    ok(found(SYSCTL()).map(ruleOf).includes("sysctl/pmtud-disabled"), "the finding is listed");
    const panels = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ input }) => input instanceof vscode.TabInputWebview);
    same(panels.length, 1);
  });

  it("is kept up to date while one types", async () => {
    const document = await open(SYSCTL());
    const text = document.getText();
    await vscode.commands.executeCommand("premortem.reviewChange", against());
    const listed = (): boolean => found(SYSCTL()).map(ruleOf).includes("sysctl/pmtud-disabled");
    await until(listed, () => replace(document, `${text}net.ipv4.ip_no_pmtu_disc = 1\n`));
    await until(() => !listed(), () => replace(document, text));
  });
});
