import type { Range } from "../../engine/location.ts";
import { looksLikeSysctl } from "../sysctl/index.ts";
import type { Format } from "../format.ts";
import { parseCephConf } from "./parse.ts";

/** One option of ceph.conf. */
export interface CephEntry {
  /** Normalised as the daemons do: blanks become `_`; dashes and case stay. A HOLE in it: a template decides. */
  readonly key: string;
  readonly rawKey: string;
  readonly keyRange: Range;
  /** Without quotes and escapes. A HOLE in it: a template decides. */
  readonly value: string;
  readonly valueRange: Range;
  readonly range: Range;
  /** A template decides whether the line is there. */
  readonly conditional: boolean;
}

export interface CephSection {
  /** Between the brackets, as the daemons compare it: case and blanks count. `global` for a lone key without a header. */
  readonly name: string;
  readonly nameRange: Range;
  readonly range: Range;
  readonly entries: readonly CephEntry[];
}

/** A ceph.conf. Sections of the same name are kept apart, in order; the daemons merge them. */
export interface CephConfTree {
  readonly sections: readonly CephSection[];
}

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

export const cephConf: Format<CephConfTree> = {
  language: "ceph-conf",
  recognise,
  parse: parseCephConf,
  comments: { openers: ["#", ";"], inline: true },
};
