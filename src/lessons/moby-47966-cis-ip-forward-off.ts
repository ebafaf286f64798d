import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "moby-47966-cis-ip-forward-off",
  organisation: "Operators of Docker hosts",
  date: "2024-06-13",
  title: "Containers without a network after boot, from a hardening file",
  url: "https://github.com/moby/moby/issues/47966",
  whatHappened:
    "Containers of a fleet now and then had no network after a boot. A hardening profile had put a file into sysctl.d that switches net.ipv4.ip_forward off on every host. The loader of sysctls and Docker, which switches forwarding on, ran at the same time; which of them came last differed from boot to boot.",
  lesson: "A hardening baseline and a host that forwards contradict each other, and only the next boot shows it. Switch forwarding on, in a file, where containers, guests or networks need it.",
};

export default lesson;
