import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { loadWorkspace } from "../../src/core.ts";
import { ipsecConf } from "../../src/formats/ipsec-conf/index.ts";
import { LIBRESWAN_KEYWORDS, STRONGSWAN_KEYWORDS } from "../../src/model/ipsec/ipsec-conf-keywords.ts";
import { ipsecConfFaults } from "../../src/model/ipsec/ipsec-conf-faults.ts";
import { askLibreswan, libreswan } from "../support/ipsec-tools.ts";
import { recorded } from "../support/recorded.ts";
import { skip } from "../support/skip.ts";

const VALUES = ["yes", "no", "on", "maybe", "5", "30s", "100%", "start", "ondemand", "strat", "tunnel", "transport", "tunel", "insist", "ikev2", "restart", "hold", "hld", "secret", "rsasig", "secret,rsasig", "psk", "always", "esp"];
const HEAD = "config setup\n\tvirtual-private=%v4:10.0.0.0/8\n\tlogfile=/var/log/pluto.log\n\n";
const conn = (line: string): string => `${HEAD}conn site-b\n\tleft=192.0.2.1\n\tright=198.51.100.1\n\t${line}\n`;

describe("conformance: ipsec.conf against Libreswan", function () {
  let root: string;
  before(function () {
    root = libreswan() ?? skip(this, "addconn of Libreswan is neither installed nor unpacked where PREMORTEM_LIBRESWAN says");
  });

  it("takes the keywords and values that it takes, and refuses none for certain", async () => {
    const names = [...new Set([...LIBRESWAN_KEYWORDS.conn.keys(), ...[...LIBRESWAN_KEYWORDS.end.keys()].map((end) => `left${end}`)])].filter((name) => !/^(left|right|also|leftid)$/.test(name));
    const texts = names.flatMap((name) => VALUES.map((value) => conn(`${name}=${value}`)));
    const { missed, wrong } = await differences(texts.filter((_, index) => index % 3 === 0));
    assert.deepEqual(wrong.slice(0, 8), [], `${wrong.length} are taken and reported`);
    // Words and keywords that another release takes, and values that only pluto could judge.
    assert.deepEqual(missed.filter((one) => KINDS.some((kind) => one.includes(kind))).slice(0, 8), []);
  }).timeout(120_000);

  it("refuses what it does not know", async () => {
    const slips = ["dpddeley", "keyexchnage", "righsubnet", "autoo", "ikelifetme", "leftsubent", "rekeymargn", "authbyy"];
    const foreign = [...STRONGSWAN_KEYWORDS.conn.keys()].filter((name) => !LIBRESWAN_KEYWORDS.conn.has(name));
    const texts = [...slips, ...foreign].map((name) => conn(`${name}=5`));
    texts.push(...["dpdaction=hld", "auto=strat", "type=tunel", "rekeyfuzz=100", "pfs=maybe", "leftsendcert=sometimes", "ikev2=perhaps", "auto=add\n\tauto=start", "authby=psk", "leftid=a b", "foo"].map(conn));
    texts.push(`${HEAD}conn\n\tleft=192.0.2.1\n`, `${HEAD}conn a\nleft=192.0.2.1\n`, `${HEAD}config foo\n`, `${HEAD}foo bar\n`, `${HEAD}conn a b\n\tleft=192.0.2.1\n`, "\tleft=192.0.2.1\n");
    const { missed, wrong, refused } = await differences(texts);
    assert.equal(refused, texts.length);
    assert.deepEqual([...missed, ...wrong], []);
  }).timeout(60_000);

  it("takes the files of other people", async function () {
    const corpus = recorded("corpus/ipsec/libreswan");
    if (!existsSync(corpus)) skip(this, "these recorded files are not on this machine");
    const files = (readdirSync(corpus, { recursive: true }) as string[]).filter((file) => file.endsWith(".conf") && ipsecConf.recognise(file, readFileSync(`${corpus}/${file}`, "utf8").slice(0, 4096)) !== false).sort();
    const { wrong } = await differences(files.map((file) => `# Libreswan\n${readFileSync(`${corpus}/${file}`, "utf8").replace(/^[ \t]*(?:include|also)\b.*$/gm, "")}`));
    assert.deepEqual(wrong, []);
  }).timeout(120_000);

  /** `wrong`: taken and reported as an error; `missed`: refused and not reported. */
  async function differences(texts: readonly string[]): Promise<{ wrong: string[]; missed: string[]; refused: number }> {
    const verdicts = askLibreswan(root, texts);
    const wrong: string[] = [];
    const missed: string[] = [];
    for (const [index, text] of texts.entries()) {
      const workspace = await loadWorkspace(new Map([["etc/ipsec.conf", text]]));
      const problems = [...workspace.document("etc/ipsec.conf")!.errors, ...ipsecConfFaults(workspace, "etc/ipsec.conf")];
      const said = verdicts[index]!;
      if (said === "" && problems.some(({ certain }) => certain)) wrong.push(`${text}${problems.map(({ message }) => message).join("\n")}`);
      if (said !== "" && problems.length === 0) missed.push(`${text}${said}`);
    }
    return { wrong, missed, refused: verdicts.filter((said) => said !== "").length };
  }
});

/** What 4.10 refuses of settings that mean the same in every release. */
const KINDS = ["\tauto=", "\ttype=", "\tpfs=", "\trekey=", "\tmobike=", "\trekeyfuzz=", "\tleftsendcert=", "\tikev2=", "\tphase2=", "\tcompress="];
