import type { ServiceKind } from "../services.ts";

/** A daemon that the nodes of a cluster depend on. */
export interface Daemon {
  readonly kind: ServiceKind;
  /** The image's last part, or the container's name where a template hides that. */
  readonly name: string;
  /** Whether traffic or data of the node passes it, so that a fault in it is felt at once. */
  readonly inPath: boolean;
}

/** Images by what they do for a node, `repository/name` without registry and tag; the first that fits. */
const IMAGES: readonly (readonly [RegExp, ServiceKind, boolean])[] = [
  // Registrars come with every CSI driver's node plugin: mounts fail while it is away, those that are there stay.
  [/(?:^|\/)csi-node-driver-registrar$/, "storage", false],
  [/(?:^|\/)calico\/node$|(?:^|\/)(?:calico-node|cilium|cilium-ci|flannel|kube-proxy(?:-\w+)?|kube-router|weave-kube|antrea(?:-agent)?(?:-ubuntu|-ubi)?|kube-ovn|ovn-kube(?:rnetes)?(?:-\w+)?|ovnkube|amazon-k8s-cni|azure-(?:cni|cns|npm)|netd|canal)$/, "network", true],
  [/(?:^|\/)(?:multus(?:-cni)?|whereabouts(?:-cni)?|sriov-cni|sriov-network-device-plugin|openvswitch(?:-\w+)?|ovs|metallb\/speaker|kube-vip|k8s-dns-node-cache|frr-k8s|frr)$|(?:^|\/)metallb\/speaker$/, "network", true],
  [/(?:^|\/)(?:cephcsi|longhorn-instance-manager|ceph|glusterfs?(?:-\w+)?|mayastor-io-engine|drbd9?(?:-\w+)?|piraeus-server|linstor-satellite|px-enterprise|oci-monitor)$|(?:^|\/)ceph\/(?:ceph|daemon)$/, "storage", true],
  [/(?:^|\/)longhorn-manager$/, "storage", false],
  [/(?:^|\/)[\w.-]*csi[\w.-]*(?:driver|plugin|node)[\w.-]*$|(?:^|\/)(?:nfsplugin|smbplugin)$/, "storage", false],
  [/(?:^|\/)(?:virt-handler|nova-compute(?:-\w+)?|libvirtd?|virt-launcher)$/, "hypervisor", true],
  [/(?:^|\/)(?:strongswan|libreswan)$/, "ipsec", true],
];

/** What a container of this image is to its node; undefined: nothing that the rollout rules ask about. */
export function daemonOf(image: string): Daemon | undefined {
  const bare = image.replace(/@sha256:.*$/, "").replace(/:[^:/]*$/, "");
  const found = IMAGES.find(([pattern]) => pattern.test(bare));
  return found === undefined ? undefined : { kind: found[1], inPath: found[2], name: bare.slice(bare.lastIndexOf("/") + 1) };
}
