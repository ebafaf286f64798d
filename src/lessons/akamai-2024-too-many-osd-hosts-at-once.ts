import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "akamai-2024-too-many-osd-hosts-at-once",
  organisation: "Akamai",
  date: "2024-12-10",
  title: "Adding several hosts to a Ceph cluster at once made it unusable",
  url: "https://status.linode.com/incidents/5pbfk6nvrwr9",
  whatHappened:
    "Several new hosts joined a block storage cluster at the same time. The data that moved onto them slowed the cluster until it could no longer serve. Rebalancing was switched off and all OSDs of the site were restarted; since then hosts are added one at a time.",
  lesson: "Grow a Ceph cluster by one failure domain at a time, with rebalancing held back until all of its OSDs are there.",
};

export default lesson;
