import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a tool says of one text: nothing where it takes it. */
export type Verdicts = readonly string[];

const CHARON = `
set -u
D=$1
cat > $D/strongswan.conf <<Y
charon-systemd { piddir = $D
 port = 0
 port_nat_t = 0
 plugins { vici { socket = unix://$D/vici } } }
swanctl { load = pem pkcs1 x509 revocation constraints pubkey random }
Y
export STRONGSWAN_CONF=$D/strongswan.conf
ip link set lo up
charon-systemd > $D/log 2>&1 &
P=$!
for i in $(seq 200); do [ -S $D/vici ] && break; sleep 0.05; done
[ -S $D/vici ] || { kill $P; exit 3; }
i=0
while [ -f $D/$i.conf ]; do
  timeout 20 swanctl --load-conns --file $D/$i.conf --uri unix://$D/vici > $D/$i.out 2>&1 </dev/null
  i=$((i+1))
done
kill $P
wait $P 2>/dev/null
exit 0
`;

/** Why charon cannot be asked here; undefined: it can. */
export function noCharon(): string | undefined {
  if (!existsSync("/usr/sbin/charon-systemd") || !existsSync("/usr/sbin/swanctl")) return "strongswan-swanctl and charon-systemd are not installed";
  return spawnSync("unshare", ["-n", "true"]).status === 0 ? undefined : "no network namespace can be made here";
}

/** Loads each text into a charon of its own, in a network namespace of its own. */
export function askCharon(texts: readonly string[]): Verdicts {
  const folder = mkdtempSync(join(tmpdir(), "premortem-charon-"));
  try {
    texts.forEach((text, index) => writeFileSync(join(folder, `${index}.conf`), text));
    const { status, stderr } = spawnSync("unshare", ["-n", "bash", "-c", CHARON, "charon", folder], { encoding: "utf8" });
    if (status !== 0) throw new Error(`charon did not start: ${stderr}`);
    return texts.map((_, index) => execFileSync("cat", [join(folder, `${index}.out`)], { encoding: "utf8" }).split("\n").filter((line) => /failed:|syntax error|invalid config|unterminated/.test(line)).join("; "));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where Libreswan's addconn lies: installed, or unpacked beside strongSwan, with which its package conflicts; undefined: nowhere. */
export function libreswan(): string | undefined {
  return ["/", process.env["PREMORTEM_LIBRESWAN"] ?? join(tmpdir(), "premortem-libreswan")].find((root) => existsSync(join(root, "usr/libexec/ipsec/addconn")));
}

/** What `addconn --checkconfig` says of each text; the file's name is left out. */
export function askLibreswan(root: string, texts: readonly string[]): Verdicts {
  const folder = mkdtempSync(join(tmpdir(), "premortem-addconn-"));
  try {
    const libraries = root === "/" ? {} : { LD_LIBRARY_PATH: join(root, "usr/lib/x86_64-linux-gnu") };
    return texts.map((text, index) => {
      const path = join(folder, `${index}.conf`);
      writeFileSync(path, text);
      const { status, stdout, stderr } = spawnSync(join(root, "usr/libexec/ipsec/addconn"), ["--config", path, "--checkconfig"], { encoding: "utf8", env: { ...process.env, ...libraries } });
      const said = `${stdout}${stderr}`.replaceAll(path, "").trim();
      return status === 0 && !/while loading/.test(said) ? "" : said || `status ${status}`;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const STARTER = `
set -eu
mount -t tmpfs none /run
mount --bind "$1/ipsec" /usr/lib/ipsec
timeout 5 /usr/lib/ipsec/starter --nofork --conf "$1/ipsec.conf" 2>&1 </dev/null || true
`;

/** Where strongSwan's starter lies, unpacked from Debian's package; undefined: nowhere, or it cannot be run here. */
export function strongswanStarter(): string | undefined {
  const root = process.env["PREMORTEM_STARTER"] ?? join(tmpdir(), "premortem-starter");
  const found = [join(root, "usr/lib/ipsec/starter"), "/usr/lib/ipsec/starter"].find((path) => existsSync(path));
  return found !== undefined && existsSync("/usr/lib/ipsec/libstrongswan.so.0") && spawnSync("unshare", ["-mn", "true"]).status === 0 ? found : undefined;
}

/** What starter says while it reads `text`. The daemon that it would start is one that ends at once. */
export function askStarter(starter: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "premortem-starter-"));
  try {
    cpSync("/usr/lib/ipsec", join(folder, "ipsec"), { recursive: true, verbatimSymlinks: true });
    cpSync(starter, join(folder, "ipsec/starter"));
    writeFileSync(join(folder, "ipsec/charon"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    writeFileSync(join(folder, "ipsec.conf"), text);
    return spawnSync("unshare", ["-mn", "bash", "-c", STARTER, "starter", folder], { encoding: "utf8", maxBuffer: 1e8 }).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
