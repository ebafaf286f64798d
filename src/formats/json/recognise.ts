/** NetBox's objects name the address under which its API has them. */
const NETBOX_URL = /"url"\s*:\s*"[^"\n]*\/api\/(?:dcim|ipam|virtualization|tenancy)\/[a-z-]+\/(?:\d+|[\da-f-]{36})\/?"/;
/** `manage.py dumpdata`: an application of NetBox with one of its models, or the content types that come first. */
const NETBOX_FIXTURE = /"model"\s*:\s*"(?:dcim|ipam|virtualization|tenancy)\.[a-z]+"|"app_label"\s*:\s*"(?:dcim|ipam)"/;
const NETBOX_GRAPHQL = /^\s*\{\s*"data"\s*:\s*\{\s*"(?:site|device|virtual_machine|cluster|prefix|vlan|ip_address|interface|vm_interface)_list"\s*:/;
/** An ENC's answer: networks with their addresses; or parameters beside classes, where the path says that it is a host's. */
const ENC_TOP = /"parameters"\s*:\s*\{/;
const ENC_BESIDE = /"(?:classes|environment|roles)"\s*:\s*[[{"n]/;
const ENC_FOLDER = /(?:^|\/)(?:enc|nodes?|hosts|machines|classifier|puppet)\/[^/]+\.json$/i;
const ENC_NETWORKS = /"networks"\s*:\s*\{\s*"[\da-fA-F.:]+\/\d{1,3}"\s*:\s*\[/;
/** Facts that `ansible.builtin.setup` gathers, none of which anybody sets by hand. */
const FACTS = /"ansible_(?:all_ipv4_addresses|all_ipv6_addresses|apparmor|architecture|bios_date|bios_version|board_name|cmdline|date_time|default_ipv4|default_ipv6|device_links|devices|distribution_release|distribution_file_path|dns|effective_user_id|fibre_channel_wwn|fips|form_factor|fqdn|hostname|hostnqn|interfaces|iscsi_iqn|kernel|kernel_version|loadavg|local|lsb|lvm|machine_id|memfree_mb|memory_mb|memtotal_mb|mounts|nodename|proc_cmdline|processor|processor_count|processor_vcpus|product_name|selinux|swaptotal_mb|system_vendor|uptime_seconds|userspace_bits|virtualization_role|virtualization_type)"\s*:/g;
/** What `ansible-inventory --list` and dynamic inventories print. */
const LISTED = /"_meta"\s*:\s*\{\s*"hostvars"\s*:\s*\{/;
const KUBEVIRT = /"apiVersion"\s*:\s*"kubevirt\.io\//;

/** The first bracket, after blanks and a byte order mark. */
const START = /^\uFEFF?\s*[[{]/;

/**
 * Whether a JSON file holds hosts, networks or facts, by what only such a file has in its first 4 KiB: the ending alone
 * says nothing. Plain lists of NetBox's objects without addresses need its name in the path.
 */
export function recogniseJson(path: string, head: string): "name" | "content" | false {
  if (!START.test(head)) return false;
  const name = path.slice(path.lastIndexOf("/") + 1);
  // Facts are kept under the host's name alone, whose last label looks like an ending.
  const isJson = /\.json$/i.test(name);
  if (isJson && (NETBOX_URL.test(head) || NETBOX_FIXTURE.test(head) || NETBOX_GRAPHQL.test(head) || LISTED.test(head) || KUBEVIRT.test(head))) return "content";
  if (isJson && isEnc(path, head)) return "content";
  if (isJson && /netbox/i.test(path) && NETBOX_LIST.test(head)) return "content";
  return isFacts(head) ? "content" : false;
}

/** A list of objects with the keys that NetBox gives its own. */
const NETBOX_LIST = /^\uFEFF?\s*(?:\[\s*\{|\{\s*"(?:count|results)"\s*:)[^]*"(?:prefix|vid|address|device_type|vcpus|slug)"\s*:/;

function isEnc(path: string, head: string): boolean {
  if (ENC_NETWORKS.test(head)) return true;
  if (!ENC_TOP.test(head) || /"\$schema"|"Resources"|"contentVersion"|"swagger"|"openapi"/.test(head)) return false;
  return /(?:^|\/)enc(?:\/[^/]+|[-_.][^/]*)?\.json$/i.test(path) || (ENC_FOLDER.test(path) && ENC_BESIDE.test(head));
}

function isFacts(head: string): boolean {
  if (/^\uFEFF?\s*\{\s*"ansible_facts"\s*:\s*\{\s*"/.test(head)) return true;
  return new Set(head.match(FACTS)).size >= 2;
}
