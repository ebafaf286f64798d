#!/bin/bash
# Applies trees of sysctl files with both loaders, each in a network namespace of its own. In FOLDER: `keys`, paths below
# /proc/sys, and one folder a tree with etc, run, local (/usr/local/lib) and vendor (/usr/lib/sysctl.d). Writes beside
# them systemd.out and procps.out: one value a key. Runs in a mount namespace: unshare -m sysctl-trees.sh FOLDER
set -eu
cd "$1"
mount --make-rprivate /
apply() {
  unshare -n bash -c '
    ip link add e.1 type dummy 2>/dev/null || ip link add e.1 type veth peer name e.2
    shift; "$@" >/dev/null 2>&1 || true
    while read -r key; do cat "/proc/sys/$key"; done <keys' - "" "$@"
}
# The same without any file, since a namespace does not start with the same values on every kernel.
apply true >none.out
mkdir -p /usr/local/lib
for tree in */; do
  mount --bind "$tree/vendor" /usr/lib/sysctl.d
  mount --bind "$tree/local" /usr/local/lib
  mount --bind "$tree/run" /run
  mount --bind "$tree/etc" /etc
  apply /lib/systemd/systemd-sysctl >"$tree/systemd.out"
  apply sysctl --system >"$tree/procps.out"
  umount /etc /run /usr/local/lib /usr/lib/sysctl.d
done
