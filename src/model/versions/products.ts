import type { ServiceKind } from "../rollout/services.ts";
import { isKernelPackage, kindOf } from "../rollout/services.ts";

/** What a package, an image, a repository or a variable holds a version of. */
export interface Product {
  /** One name for all that carry it: `ceph`, `linux`, `strongswan`. */
  readonly name: string;
  /** What stands still while it is changed; undefined: no service that the rollout rules ask about. */
  readonly kind?: ServiceKind | "kernel" | "cluster";
}

/** Names by which products go: packages of Debian and Red Hat, images, repositories and variables. The first that matches wins. */
const PRODUCTS: readonly (readonly [string, Product["kind"], RegExp])[] = [
  // Its tags count the container's builds: v7.0.3 holds Quincy.
  ["ceph-container", "storage", /^ceph\/daemon(?:-base)?$/],
  ["ceph", "storage", /^(?:ceph(?:[-_](?:osd|mon|mds|mgr|common|base|volume|fuse|daemon|cluster|container|image|stable|origin|radosgw))*|radosgw|librados2?|librbd1?|libcephfs2?|ceph\/ceph|cephadm)$/],
  ["rook", "storage", /^(?:rook|rook-ceph|rook\/ceph)$/],
  ["linux", "kernel", /^(?:linux|linux_kernel|linux-kernel|kernel|linux-(?:image|headers|modules|generic|virtual)\S*|kernel-(?:core|default|ml|lt|modules|headers|devel)\S*)$/],
  ["racoon", "ipsec", /^(?:racoon|ipsec-tools)$/],
  ["strongswan", "ipsec", /^(?:strongswan(?:[-_]\S+)?|charon(?:-systemd)?|libstrongswan\S*|libcharon\S*|strongx509\/strongswan)$/],
  ["libreswan", "ipsec", /^libreswan$/],
  ["frr", "network", /^(?:frr|frrouting|frrouting\/frr|frr-pythontools|frr-rpki-rtrlib|frr-snmp)$/],
  ["bird", "network", /^bird[26]?$/],
  ["openvswitch", "network", /^(?:openvswitch(?:-(?:switch|common|vswitchd|db))?|ovs)$/],
  ["cilium", "network", /^(?:cilium|cilium\/cilium|cilium-agent)$/],
  ["calico", "network", /^(?:calico|calico\/(?:node|cni|kube-controllers)|projectcalico\/calico)$/],
  ["etcd", "cluster", /^(?:etcd|etcd-server|coreos\/etcd|etcd-development\/etcd|bitnami\/etcd|rancher\/(?:mirrored-coreos-etcd|hardened-etcd))$/],
  ["kubernetes", "cluster", /^(?:kubernetes|k8s|kubelet|kubeadm|kube-(?:proxy|apiserver|controller-manager|scheduler)|kubernetes_version)$/],
  ["zfs", "storage", /^(?:zfs|openzfs|zfsutils-linux|zfs-dkms|zfs-linux|zfs-zed|zfs-kmod|kmod-zfs)$/],
  ["xz", undefined, /^(?:xz|xz-utils|xz-libs|liblzma5|liblzma)$/],
  ["postgresql", undefined, /^(?:postgresql|postgres|postgresql-\d+|postgresql\d+-server|library\/postgres)$/],
  ["debian", undefined, /^(?:debian|library\/debian)$/],
  ["ubuntu", undefined, /^(?:ubuntu|library\/ubuntu)$/],
];

/** The product of a name as a package manager, a registry or a variable writes it. */
export function productOf(name: string): Product {
  const plain = name.trim().toLowerCase();
  const known = PRODUCTS.find(([, , pattern]) => pattern.test(plain));
  if (known !== undefined) return { name: known[0], ...(known[1] !== undefined && { kind: known[1] }) };
  if (isKernelPackage(name)) return { name: "linux", kind: "kernel" };
  const kind = kindOf(name) ?? kindOf(plain.slice(plain.lastIndexOf("/") + 1));
  return { name: plain, ...(kind !== undefined && { kind }) };
}

/** An image reference taken apart: `quay.io/ceph/ceph:v18.2.1@sha256:…`. */
export interface ImageReference {
  /** Without registry: `ceph/ceph`. */
  readonly repository: string;
  readonly tag?: string;
  /** Where the tag begins in the text. */
  readonly tagStart?: number;
  readonly digest: boolean;
}

/** The parts of an image reference; undefined for a text that is none, or that a template hides. */
export function parseImage(text: string): ImageReference | undefined {
  const match = /^((?:[\w.-]+(?::\d+)?\/)*[\w.-]+)(?::([\w][\w.-]{0,127}))?(@sha256:[\da-f]{32,64})?$/.exec(text.trim());
  if (match === null || text !== text.trim()) return undefined;
  const parts = match[1]!.split("/");
  const registry = parts.length > 1 && /[.:]|^localhost$/.test(parts[0]!);
  const repository = parts.slice(registry ? 1 : 0).join("/").toLowerCase();
  return { repository, ...(match[2] !== undefined && { tag: match[2], tagStart: match[1]!.length + 1 }), digest: match[3] !== undefined };
}
