import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "2019-ceph-firewall-reload",
  organisation: "cloudscale.ch",
  date: "2019-02-12",
  title: "Disruption of the storage service",
  url: "https://cloudscale-status.net/incidents/71604",
  whatHappened:
    "A limit in an existing firewall rule was raised on the production Ceph servers. Reloading the rules made connection tracking forget that the established connections between the servers were valid; where a server ran kernel 4.15 their packets were dropped and the virtual machines' disks stood still for 16 minutes. The lab had both kernels, but too few servers with the newer one, and its Ceph recovered before anybody noticed.",
  lesson:
    "What matters is the reload, not the line that changed. Load rules in one transaction, keep nf_conntrack_tcp_be_liberal at 1 where internal connections live long, and let the lab have production's mix of kernels.",
};

export default lesson;
