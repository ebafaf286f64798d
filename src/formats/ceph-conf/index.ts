import { looksLikeSysctl } from "../sysctl/index.ts";
import type { Format } from "../format.ts";
import { parseCephConf } from "./parse.ts";
import type { CephConfTree } from "./tree.ts";

export type { CephConfTree, CephEntry, CephSection } from "./tree.ts";
export { parseCephConf } from "./parse.ts";

/** Folders of other programs, into which a file about Ceph may go. */
const OTHER_FOLDER = /(^|\/)(sysctl\.d|modules-load\.d|modprobe\.d|limits\.d|logrotate\.d|rsyslog\.d|tmpfiles\.d|[^/]+\.(service|slice|target|timer)\.d|conf\.d|sites-[a-z]+|nginx|apache2|httpd|collectd[^/]*|telegraf[^/]*|dnsmasq\.d|sudoers\.d|cron\.d)\/[^/]*$/;
/** `[global]` alone is Samba's too. */
const CEPH_WORDS =
  /^[ \t]*(fsid|mon[ _](host|initial[ _]members|addr)|(public|cluster)[ _]network|auth[ _](cluster|service|client)[ _]required|(osd|mon|mds|mgr|rgw|rbd|ms|bluestore|filestore)[ _][a-z_ 0-9]+)[ \t]*=/m;
const HEADER = /^\[(global|mon|osd|mds|mgr|client)(\.[^\]\r\n]*)?\][ \t]*([#;].*)?\r?$/m;

function recognise(path: string, head: string): "name" | "content" | false {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (OTHER_FOLDER.test(path) || /\.(ya?ml|json|md|rst|txt|sh|py|toml|service|html|keyring)$/.test(name)) return false;
  const named = /^ceph\.conf$|^ceph[-_.][\w.-]*\.conf$|(^|[-_.])ceph\.conf$/.test(name) || /(^|\/)etc\/ceph\/[^/]+\.conf$/.test(path);
  if (named && !looksLikeSysctl(head) && !/^\[(Unit|Service)\]/m.test(head)) return "name";
  return HEADER.test(head) && CEPH_WORDS.test(head) ? "content" : false;
}

/** ceph.conf, as Octopus and later releases read it. */
export const cephConf: Format<CephConfTree> = {
  language: "ceph-conf",
  recognise,
  parse: parseCephConf,
  comments: { openers: ["#", ";"], inline: true },
};
