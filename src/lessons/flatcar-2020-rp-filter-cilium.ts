import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "flatcar-2020-rp-filter-cilium",
  organisation: "Operators of Flatcar Linux with Cilium",
  date: "2020-09-04",
  title: "An update of systemd switched reverse-path filtering on for pods' interfaces",
  url: "https://github.com/flatcar/Flatcar/issues/181",
  whatHappened:
    "A new release of the operating system came with systemd 245, whose sysctls set rp_filter by pattern for every interface that appears. Clusters with Cilium stopped answering: the replies of pods came back by another interface than the route to them, and the kernel dropped them. A file that sets rp_filter to 0 for the pods' interfaces mended it.",
  lesson: "Decide on reverse-path filtering by interface wherever packets may come and go by different ways: pod networks, policy routing, several uplinks.",
};

export default lesson;
