import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "stackhpc-2024-conntrack-on-ceph",
  organisation: "StackHPC",
  date: "2024-10-11",
  title: "OpenStack image and volume traffic fills conntrack on controllers and Ceph nodes",
  url: "https://github.com/stackhpc/stackhpc-kayobe-config/pull/1328",
  whatHappened:
    "Image and volume traffic filled the default connection tracking table of 262,144 entries on OpenStack controllers and Ceph storage servers. The limit was raised fourfold, with the remark that its sysctl exists only while the firewall's module is loaded.",
  lesson: "A storage server behind a stateful firewall needs a table for its load, or no tracking of storage traffic; and the module must be loaded before its sysctls are set.",
};

export default lesson;
