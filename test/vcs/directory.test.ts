import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, symlinkSync } from "node:fs";
import { readDirectory } from "../../src/vcs/directory.ts";
import { folder } from "../support/folder.ts";
import { WANTED } from "./wanted.ts";
import { skip } from "../support/skip.ts";

const read = (path: string): { texts: string[]; notes: string[] } => {
  const tree = readDirectory(path, WANTED);
  return {
    texts: [...tree.texts].map(([name, text]) => `${name}=${text}`),
    notes: tree.omissions.map((omission) => `${omission.incomplete ? "!" : ""}${omission.path}: ${omission.reason}`),
  };
};

describe("a directory", () => {
  it("gives its files in one order, by name or by their first bytes", () => {
    const { path } = folder({ "b.conf": "2", "a/z.conf": "1", "B.conf": "3", script: "#!", note: "text", "x.png": "#!", ".hidden/h.conf": "4" });
    assert.deepEqual(read(path), { texts: [".hidden/h.conf=4", "B.conf=3", "a/z.conf=1", "b.conf=2", "script=#!"], notes: [] });
  });

  it("does not look into .git and node_modules, nor at what is ignored", () => {
    const { path } = folder({ ".git/x.conf": "", "a/node_modules/x.conf": "", "ignored/x.conf": "", "a/x.conf": "" });
    assert.deepEqual(read(path).texts, ["a/x.conf="]);
  });

  it("keeps a byte order mark and CRLF", () => {
    assert.deepEqual(read(folder({ "a.conf": "\uFEFFx\r\n" }).path).texts, ["a.conf=\uFEFFx\r\n"]);
  });

  it("says which files are binary, too large or not UTF-8, and reads the others", () => {
    const big = Buffer.alloc(20 * 1024 * 1024 + 1, 35);
    const { path } = folder({ "a.conf": Buffer.from([1, 0, 2]), "b.conf": big, "c.conf": Buffer.from([0x61, 0xe9]), "d.conf": "ok", "e.bin": Buffer.from([35, 33, 0]) });
    const { texts, notes } = read(path);
    assert.deepEqual(texts, ["c.conf=a\uFFFD", "d.conf=ok"]);
    assert.deepEqual(notes.map((note) => note.replace(/: (it is [\w-]+( MiB)?).*/, ": $1")), ["!a.conf: it is binary", "!b.conf: it is 20 MiB", "c.conf: it is not"]);
  });

  it("follows links inside it, under both names, and no others", () => {
    const outside = folder({ "secret.conf": "secret" });
    const { path } = folder({ "real/a.conf": "1", "deep/er/b.conf": "2" });
    symlinkSync("real/a.conf", `${path}/file.conf`);
    symlinkSync("../real", `${path}/deep/linked`);
    symlinkSync(outside.at("secret.conf"), `${path}/out.conf`);
    symlinkSync("../../../../../../etc", `${path}/up`);
    const { texts, notes } = read(path);
    assert.deepEqual(texts, ["deep/er/b.conf=2", "deep/linked/a.conf=1", "file.conf=1", "real/a.conf=1"]);
    assert.deepEqual(notes.map((note) => note.split(":")[0]), ["!out.conf", "up"]);
    assert.deepEqual([...readDirectory(path, WANTED).aliases], [["deep/linked/a.conf", "real/a.conf"], ["file.conf", "real/a.conf"]]);
  });

  it("ends with links that run in circles, and says so", () => {
    const { path } = folder({ "a/x.conf": "1" });
    symlinkSync("../a", `${path}/a/loop`);
    symlinkSync("two.conf", `${path}/one.conf`);
    symlinkSync("one.conf", `${path}/two.conf`);
    symlinkSync(".", `${path}/here`);
    const { texts, notes } = read(path);
    assert.deepEqual(texts, ["a/x.conf=1"]);
    assert.deepEqual(notes.map((note) => note.split(":")[0]), ["a/loop", "here", "!one.conf", "!two.conf"]);
  });

  it("does not hang at a named pipe", () => {
    const { path } = folder({ "a.conf": "1" });
    execFileSync("mkfifo", [`${path}/pipe.conf`, `${path}/pipe`]);
    const { texts, notes } = read(path);
    assert.deepEqual(texts, ["a.conf=1"]);
    assert.match(notes[0]!, /^!pipe\.conf: it is a pipe/);
    assert.equal(notes.length, 1);
    const listed = readDirectory(path, WANTED, { listing: ["pipe.conf", "a.conf", "gone.conf"] });
    assert.deepEqual([...listed.texts.keys()], ["a.conf"]);
  });

  it("says what it may not read", function () {
    if (process.getuid?.() === 0) skip(this, "root may read and write everything");
    const { path } = folder({ "a.conf": "1", "b.conf": "2", "c/x.conf": "3" });
    chmodSync(`${path}/a.conf`, 0);
    chmodSync(`${path}/c`, 0);
    const { texts, notes } = read(path);
    chmodSync(`${path}/c`, 0o700);
    assert.deepEqual(texts, ["b.conf=2"]);
    assert.deepEqual(notes.map((note) => note.split(";")[0]), ["!a.conf: it cannot be read (EACCES)", "!c: it cannot be read (EACCES)"]);
  });

  it("reads a directory that has a file's name as a directory", () => {
    assert.deepEqual(read(folder({ "x.conf/y.conf": "1" }).path), { texts: ["x.conf/y.conf=1"], notes: [] });
  });
});
