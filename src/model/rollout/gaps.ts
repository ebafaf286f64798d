import type { Play } from "../fleet/fleet.ts";

/** The modules of ansible.builtin, and those of collections that are known here to leave services alone. */
const KNOWN = new Set(
  `add_host apt apt_key apt_repository assemble assert async_status blockinfile command copy cron deb822_repository debconf debug dnf dnf5
  dpkg_selections expect fail fetch file find gather_facts get_url getent git group group_by hostname import_playbook import_role import_tasks
  include include_role include_tasks include_vars iptables known_hosts lineinfile meta mount_facts package package_facts pause ping pip raw reboot
  replace rpm_key script service service_facts set_fact set_stats setup shell slurp stat subversion systemd systemd_service sysvinit tempfile
  template unarchive uri user validate_argument_spec wait_for wait_for_connection yum yum_repository
  authorized_key sysctl mount seboolean selinux timezone alternatives ini_file synchronize zypper zypper_repository apk pacman openrc rc_service
  modprobe archive acl htpasswd capabilities pam_limits filesystem lvg lvol parted xml json_query`.split(/\s+/),
);
/** More names than a note shows. */
const MOST = 3;

/** What of a file's plays cannot be followed, as one clause; undefined where all of it can. */
export function spokenGaps(plays: readonly Play[]): string | undefined {
  const reasons = [...new Set(plays.flatMap(({ gaps }) => gaps.map(({ reason }) => reason)))];
  const modules = [...new Set(plays.flatMap(({ tasks, handlers }) => [...tasks, ...handlers].map(({ module }) => module)))].filter((module) => !KNOWN.has(module) && /^[a-z]\w*$/i.test(module)).sort();
  if (modules.length > 0) reasons.push(`what the ${modules.length === 1 ? "module" : "modules"} ${shown(modules, ", ")} do${modules.length === 1 ? "es" : ""} to services is not known here`);
  return reasons.length === 0 ? undefined : shown(reasons, "; ");
}

function shown(names: readonly string[], separator: string): string {
  return names.slice(0, MOST).join(separator) + (names.length > MOST ? `${separator}and ${names.length - MOST} more` : "");
}
