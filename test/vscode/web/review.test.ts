import * as vscode from "vscode";
import { gitApi } from "../../../src/editor/git-api.ts";
import { closeAll, ok, same } from "./editor.ts";

describe("a review in the browser", () => {
  afterEach(closeAll);

  it("says plainly that there is no git here, and what is possible without", async () => {
    const answer = await gitApi();
    ok(typeof answer === "string", "there is no git");
    ok(answer.includes("browser") && answer.includes("folder"), answer);
    same(await vscode.commands.executeCommand("premortem.reviewChange"), undefined);
  });
});
