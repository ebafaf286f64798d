import * as vscode from "vscode";
import { FindingActions } from "./editor/actions.ts";
import { registerCephLanguage } from "./editor/ceph-language.ts";
import { registerConfigurationLanguage } from "./editor/configuration-language.ts";
import type { Answers } from "./editor/create-configuration.ts";
import { createConfiguration } from "./editor/create-configuration.ts";
import { EffectiveConfiguration } from "./editor/effective-configuration.ts";
import { SCHEMES } from "./editor/files.ts";
import { registerFirewallLanguage } from "./editor/firewall-language.ts";
import { Heads } from "./editor/heads.ts";
import { FindingHover } from "./editor/hover.ts";
import { registerIpsecLanguage } from "./editor/ipsec-language.ts";
import { registerLessonLanguage } from "./editor/lesson-language.ts";
import { Linter } from "./editor/linter.ts";
import { Pages } from "./editor/pages.ts";
import { PremortemView } from "./editor/premortem-view.ts";
import { Projects } from "./editor/projects.ts";
import { ReachLenses, SHOW_REACH } from "./editor/reach.ts";
import { Reviews } from "./editor/review.ts";
import { registerReview } from "./editor/review-parts.ts";
import { Sample } from "./editor/sample.ts";
import { Status } from "./editor/status.ts";
import { SUPPRESS, suppress } from "./editor/suppress.ts";
import { registerSysctlLanguage } from "./editor/sysctl-language.ts";

/** What tests and other extensions get. */
export interface PremortemApi {
  /** Resolves when the diagnostics of this version of a document, or of a later one, are published. */
  whenSettled(uri: vscode.Uri, version: number): Promise<void>;
}

/** Wires the parts of the extension together. VS Code calls it once, when a file that Premortem reads is opened. */
export function activate(context: vscode.ExtensionContext): PremortemApi {
  const { extensionUri, subscriptions } = context;
  const log = vscode.window.createOutputChannel("Premortem", { log: true });
  const projects = new Projects(log);
  const linter = new Linter(projects, log);
  const reviews = new Reviews(projects, linter, log);
  const configuration = new EffectiveConfiguration(projects);
  const heads = new Heads();
  const reach = new ReachLenses(projects, heads);
  const selector = SCHEMES.map((scheme) => ({ scheme }));
  const command = (name: string, run: (...args: never[]) => unknown): vscode.Disposable => vscode.commands.registerCommand(name, run);
  subscriptions.push(
    log,
    projects,
    linter,
    reviews,
    configuration,
    heads,
    reach,
    new Status(linter, reviews),
    new Pages(projects),
    new PremortemView(reviews),
    new Sample(extensionUri, projects, reviews),
    vscode.languages.registerHoverProvider(selector, new FindingHover(linter)),
    // What is registered later comes first in a hover: what a rule does, before why a finding about it matters.
    registerFirewallLanguage(projects),
    registerSysctlLanguage(projects),
    registerCephLanguage(projects),
    registerIpsecLanguage(projects),
    registerConfigurationLanguage(projects),
    registerLessonLanguage(),
    vscode.languages.registerCodeActionsProvider(selector, new FindingActions(linter, reviews), FindingActions.metadata),
    vscode.languages.registerCodeLensProvider(selector, reach),
    command(SHOW_REACH, (key: string, index: number) => reach.show(key, index)),
    registerReview({ reviews, projects, heads, linter, extension: extensionUri, log }),
    command("premortem.createConfiguration", (answers?: Answers) => createConfiguration(projects, answers)),
    command("premortem.showLog", () => log.show()),
    command("premortem.showEffectiveConfiguration", () => configuration.command()),
    command(SUPPRESS, (uri: vscode.Uri, line: number, rule: string, whole?: boolean, reason?: string) => suppress(linter, uri, line, rule, whole, reason)),
  );
  linter.lintAll();
  return { whenSettled: (uri, version) => linter.whenSettled(uri, version) };
}
