import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "hcloud-2026-overlay-mtu-arithmetic",
  organisation: "Users of Kubernetes on Hetzner Cloud, and of Cozystack",
  date: "2026-03-03",
  title: "Packets above 1,355 bytes vanish after an upgrade of the overlay",
  url: "https://github.com/hcloud-k8s/terraform-hcloud-kubernetes/issues/450",
  whatHappened:
    "After an upgrade the overlay network took its MTU from the interface with the default route, which has 1500 bytes. The nodes talk over a private network with 1450, and WireGuard is wrapped around that: everything above 1,355 bytes was lost without a word. Users of another platform met the same with VXLAN inside Geneve, and now set 1,350 by hand.",
  lesson: "The MTU inside is the MTU outside less every header on the way. Automatic detection looks at the wrong interface as soon as a host has two, so write the number down where wrappings are stacked.",
};

export default lesson;
