import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "cloudscale-2015-btrfs-osd",
  organisation: "cloudscale.ch",
  date: "2015-08-02",
  title: "Btrfs under OSDs misreported free space and the cluster filled up",
  url: "https://www.cloudscale.ch/en/news/2015/08/05/incident-report-storage-cluster",
  whatHappened:
    "The file system below the OSDs told a wrong usage, so the cluster ran out of space without anybody noticing, and recovery stalled shortly before full disks. The file system was replaced and disks were added over three days.",
  lesson: "Full disks stop writes and recovery together: thresholds need room above them, and warnings have to come long before.",
};

export default lesson;
