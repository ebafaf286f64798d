import assert from "node:assert/strict";
import { loadWorkspace } from "../../../src/core.ts";
import { ipsecSuggestionsAt } from "../../../src/model/ipsec/language/completion.ts";
import { ipsecHoverAt } from "../../../src/model/ipsec/language/hover.ts";

/** The hover at `|`. */
async function hover(path: string, marked: string): Promise<string> {
  const at = marked.indexOf("|");
  const workspace = await loadWorkspace(new Map([[path, marked.replace("|", "")]]));
  const found = ipsecHoverAt(workspace, path, at);
  return found === undefined ? "" : [found.title, ...found.lines].join("\n");
}

async function suggested(path: string, marked: string): Promise<string[]> {
  const at = marked.indexOf("|");
  const workspace = await loadWorkspace(new Map([[path, marked.replace("|", "")]]));
  return ipsecSuggestionsAt(workspace, path, at)?.items.map(({ label }) => label) ?? [];
}

describe("ipsec: hover", () => {
  it("says the timers of a connection in words", async () => {
    const text = await hover("swanctl.conf", "connections { site|-b { remote_addrs = 198.51.100.1\n dpd_delay = 30s\n children { lan { dpd_action = restart\n start_action = start } } } }");
    assert.match(text, /^site-b\nA dead peer is noticed after 195 s \(3 min 15 s\), then replaced: a probe after 30 s of silence, and 165 s \(2 min 45 s\) without an answer\.\nTraffic keys are renewed every 54 to 60 min, the IKE association is renewed every 3 h 36 min to 4 h\.\nIt gives up connecting after one attempt, about 165 s/);
    const racoon = await hover("racoon.conf", "rem|ote anonymous { dpd_delay 20; }\nsainfo anonymous { lifetime time 1 hour; encryption_algorithm aes; authentication_algorithm hmac_sha1; compression_algorithm deflate; }");
    assert.match(racoon, /noticed after 45 s, then its associations are removed, and the next packet sets up new ones[^]*renewed after 48 min exactly, with nothing that spreads it/);
    const ipsec = await hover("etc/ipsec.conf", "# strongSwan\nconn si|te-b\n  left=192.0.2.1\n  right=198.51.100.1\n  dpdaction=hold\n  keyexchange=ikev2\n  keyingtries=%forever\n  auto=start\n");
    assert.match(ipsec, /195 s[^]*removed, and the next packet[^]*every 42 to 51 min[^]*It tries to connect for ever\./);
    assert.match(await hover("etc/ipsec.conf", "# Libreswan\nconn si|te-b\n  left=192.0.2.1\n  right=198.51.100.1\n  ikev2=insist\n  dpddelay=30\n  auto=ondemand\n"), /noticed after 90 s, then replaced/);
  });
  it("says what a setting is for, and what comes of it here", async () => {
    assert.match(await hover("swanctl.conf", "connections { a { remote_addrs = 198.51.100.1\n dpd_de|lay = 0s\n children { c { } } } }"), /^dpd_delay\nSeconds of silence[^]*Default: 0s\.\na:\nNothing probes the peer/);
    assert.match(await hover("racoon.conf", "remote anonymous {\n  dpd_max|fail 5;\n}"), /^dpd_maxfail\nProbes without an answer/);
  });
  it("never shows what stands among secrets", async () => {
    assert.equal(await hover("swanctl.conf", "secrets { ike-a { sec|ret = hunter-two } }\nconnections { }"), "");
  });
});

describe("ipsec: completion", () => {
  it("knows settings and values by their place", async () => {
    assert.ok((await suggested("swanctl.conf", "connections {\n a {\n  dpd_|\n }\n}")).includes("dpd_delay"));
    assert.ok((await suggested("swanctl.conf", "connections {\n a {\n  children {\n   x {\n    |\n   }\n  }\n }\n}")).includes("start_action"));
    assert.deepEqual(await suggested("swanctl.conf", "connections {\n a {\n  mobike = |\n }\n}"), ["yes", "no"]);
    assert.deepEqual(await suggested("racoon.conf", "remote anonymous {\n  rekey |\n}"), ["on", "off", "force"]);
    assert.ok((await suggested("racoon.conf", "remote anonymous {\n  dpd_|\n}")).includes("dpd_maxfail"));
    assert.deepEqual(await suggested("etc/ipsec.conf", "# Libreswan\nconn a\n  ikev2=|\n").then((words) => words.slice(0, 2)), ["never", "permit"]);
    assert.ok(!(await suggested("etc/ipsec.conf", "# Libreswan\nconn a\n  |\n")).includes("closeaction"));
    assert.deepEqual(await suggested("swanctl.conf", "secrets {\n a {\n  |\n }\n}"), []);
  });
});
