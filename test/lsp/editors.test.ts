import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, resolve } from "node:path";
import { bundledCli } from "../support/build.ts";
import { premortem } from "../support/command-line.ts";
import { folder } from "../support/folder.ts";
import { samples } from "../support/samples.ts";
import { skip } from "../support/skip.ts";

const PAGE = "docs/editors.md";
const has = (program: string, ...args: string[]): boolean => spawnSync(program, args).status === 0;
const SYSCTL = "# ä𝒳\nnet.ipv4.ip_no_pmtu_disc = 1\nnet.ipv4.tcp_tw_recycle = 1\nnet.ipv4.tcp_tw_recycle = 1\n";
const NFT = `table inet filter {
	chain ssh {
		accept
	}
	chain input {
		type filter hook input priority 0; policy drop;
		iif lo accept
		ct state established accept
		tcp dport 22 jump ssh
	}
}
`;

/** A directory whose `premortem` is the one that was built, for the search path. */
function program(): string {
  const place = folder({ premortem: `#!/bin/sh\nexec ${process.execPath} ${resolve(bundledCli())} "$@"\n` });
  chmodSync(place.at("premortem"), 0o755);
  return `${place.path}${delimiter}${process.env["PATH"]}`;
}

interface Seen {
  readonly problem?: string;
  readonly diagnostics: readonly { readonly code: string; readonly line: number; readonly column: number; readonly severity: number }[];
  readonly hover: { readonly contents: { readonly value: string } };
  readonly actions: readonly string[];
  readonly definition: readonly { readonly uri: string; readonly range: { readonly start: { readonly line: number } } }[];
  readonly nfthover: { readonly contents: { readonly value: string } };
  readonly completion: { readonly items: readonly { readonly label: string }[] };
  readonly review: { readonly message: string };
}

describe("the settings for other editors", function () {
  this.timeout(120_000);
  const [modern, older, lspconfig, onSave, review] = samples(PAGE, "lua") as [string, string, string, string, string];
  const [helix] = samples(PAGE, "toml") as [string];
  const [eglot, lspMode] = samples(PAGE, "elisp") as [string, string];

  for (const format of ["unix", "dos"] as const) {
    it(`work in Neovim: diagnostics, a quick fix, hover, definition, completion, review, and saving writes what premortem fix writes (${format})`, async function () {
      if (!has("nvim", "--version")) skip(this, "Neovim is not installed");
      const text = format === "dos" ? SYSCTL.replaceAll("\n", "\r\n") : SYSCTL;
      const files = { "etc/sysctl.d/60-a.conf": text, "etc/nftables.conf": NFT };
      const [place, twin, empty] = [folder({ ...files, "premortem.yaml": "{}\n" }), folder({ ...files, "premortem.yaml": "{}\n" }), folder()];
      const scratch = folder({ "init.lua": [older, onSave, review].join("\n") });
      const ran = spawnSync("nvim", ["--headless", "--clean", "-n", "-u", scratch.at("init.lua"), "-S", resolve("test/lsp/neovim.lua")], {
        cwd: scratch.path,
        encoding: "utf8",
        timeout: 100_000,
        env: { ...process.env, PATH: program(), HOME: scratch.path, XDG_CACHE_HOME: scratch.at("cache"), XDG_STATE_HOME: scratch.at("state"), RESULT: scratch.at("result.json"), SYSCTL: place.at("etc/sysctl.d/60-a.conf"), NFT: place.at("etc/nftables.conf"), BASE: empty.path },
      });
      assert.ok(existsSync(scratch.at("result.json")), ran.stderr);
      const seen = JSON.parse(readFileSync(scratch.at("result.json"), "utf8")) as Seen;
      assert.equal(seen.problem, undefined);
      assert.ok(seen.diagnostics.some(({ code, line, column }) => code === "sysctl/pmtud-disabled" && line === 1 && column === 27), JSON.stringify(seen.diagnostics));
      assert.match(seen.hover.contents.value, /^\*\*net\\.ipv4/);
      assert.ok(seen.actions.some((title) => title.startsWith("Suppress sysctl/pmtud-disabled here")), seen.actions.join());
      assert.equal(seen.definition[0]?.range.start.line, 1);
      assert.match(seen.nfthover.contents.value, /tcp port 22|port 22/i);
      assert.ok(seen.completion.items.some(({ label }) => label === "ssh"));
      assert.match(seen.review.message, /^Premortem: \d+ changed files? against the directory /);
      // The quick fix was applied and the rest mended on saving, with the file's own line ends.
      const written = readFileSync(place.at("etc/sysctl.d/60-a.conf"), "utf8");
      await premortem("fix", "--unsafe", twin.at("etc/sysctl.d/60-a.conf"));
      assert.equal(written, readFileSync(twin.at("etc/sysctl.d/60-a.conf"), "utf8"));
      assert.equal(written.replaceAll("\r\n", "").includes("\n"), format === "unix");
    });
  }

  it("for Neovim 0.11 and nvim-lspconfig are Lua that asks for the server", function () {
    if (!has("nvim", "--version")) skip(this, "Neovim is not installed");
    const scratch = folder({
      "check.lua": `
local seen = {}
vim.lsp.config = function(name, config) seen.modern = { name, config.cmd, config.root_markers } end
vim.lsp.enable = function(name) seen.enabled = name end
package.loaded['lspconfig.configs'] = {}
package.loaded['lspconfig.util'] = { root_pattern = function(...) return { ... } end }
package.loaded['lspconfig'] = setmetatable({}, { __index = function(_, name) return { setup = function() seen.old = { name, package.loaded['lspconfig.configs'][name].default_config.cmd } end } end })
dofile('modern.lua')
dofile('lspconfig.lua')
vim.fn.writefile({ vim.fn.json_encode(seen) }, 'seen.json')
vim.cmd('qall!')
`,
      "modern.lua": modern,
      "lspconfig.lua": lspconfig,
    });
    const ran = spawnSync("nvim", ["--headless", "--clean", "-n", "-S", "check.lua"], { cwd: scratch.path, encoding: "utf8", timeout: 60_000, env: { ...process.env, HOME: scratch.path } });
    assert.ok(existsSync(scratch.at("seen.json")), ran.stderr);
    const cmd = ["premortem", "lsp"];
    assert.deepEqual(JSON.parse(readFileSync(scratch.at("seen.json"), "utf8")), { modern: ["premortem", cmd, ["premortem.yaml", ".git"]], enabled: "premortem", old: ["premortem", cmd] });
  });

  it("for Helix are TOML that names the server for each language", function () {
    const script = "import sys, json\ntry:\n  import tomllib\nexcept ImportError:\n  sys.exit(3)\nprint(json.dumps(tomllib.loads(sys.stdin.read())))";
    const { status, stdout, stderr } = spawnSync("python3", ["-c", script], { input: helix, encoding: "utf8" });
    if (status === 3 || status === null) skip(this, "Python 3.11 is not installed");
    assert.equal(status, 0, stderr);
    const { "language-server": servers, language } = JSON.parse(stdout) as { "language-server": Record<string, unknown>; language: { name: string; "language-servers": string[] }[] };
    assert.deepEqual(servers, { premortem: { command: "premortem", args: ["lsp"] } });
    assert.ok(language.length > 0 && language.every((one) => one["language-servers"].includes("premortem")));
  });

  it("for Emacs are Lisp, and eglot shows what the server finds", function () {
    if (!has("emacs", "--version")) skip(this, "Emacs is not installed");
    const read = (text: string): string => spawnSync("emacs", ["--batch", "--eval", "(condition-case nil (while t (prin1 (car (read (current-buffer))))) (end-of-file nil))", "--eval", "(terpri)"], { encoding: "utf8", input: text }).stderr;
    for (const text of [eglot, lspMode]) assert.equal(spawnSync("emacs", ["--batch", "--eval", `(with-temp-buffer (insert ${JSON.stringify(text)}) (check-parens))`], { encoding: "utf8" }).status, 0, read(text));
    if (!has("emacs", "--batch", "--eval", "(progn (package-initialize) (require 'eglot))")) skip(this, "eglot is not installed");
    const place = folder({ "etc/sysctl.d/60-a.conf": SYSCTL, "premortem.yaml": "{}\n" }).commit();
    const scratch = folder({
      "check.el": `(package-initialize)
(require 'eglot)
${eglot}
(find-file ${JSON.stringify(place.at("etc/sysctl.d/60-a.conf"))})
(conf-mode)
(apply #'eglot--connect (eglot--guess-contact))
(let ((until (+ (float-time) 60)))
  (while (and (< (float-time) until) (null (flymake-diagnostics)))
    (accept-process-output nil 0.1)
    (flymake-start)))
(dolist (one (flymake-diagnostics)) (princ (format "%s %s\\n" (line-number-at-pos (flymake-diagnostic-beg one)) (flymake-diagnostic-text one))))
(eglot-shutdown-all)
`,
    });
    const ran = spawnSync("emacs", ["--batch", "-l", scratch.at("check.el")], { encoding: "utf8", timeout: 100_000, env: { ...process.env, PATH: program(), HOME: scratch.path } });
    assert.match(ran.stdout, /^2 .*ip_no_pmtu_disc/m, ran.stderr);
  });

  it("name every command of the server, and settings that are JSON", () => {
    const page = readFileSync(PAGE, "utf8");
    const commands = [...readFileSync(`${dirname(PAGE)}/../src/lsp/commands.ts`, "utf8").matchAll(/= "(premortem\.\w+)"/g)].map(([, name]) => name!);
    assert.ok(commands.length >= 4);
    for (const command of commands) assert.ok(page.includes(`\`${command}\``), command);
    for (const text of samples(PAGE, "json")) assert.deepEqual(Object.keys((JSON.parse(text) as { premortem: object }).premortem), ["enable", "reach"]);
  });
});
