import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "2014-osd-restart-corruption",
  organisation: "Flying Circus",
  date: "2014-06-07",
  title: "Inconsistent file systems on some VMs",
  whatHappened:
    "Several crashed Ceph OSDs were restarted at once. The load of the recovery overflowed the connection tracking table and the table of open files on the servers; connections were refused at random and writes were lost. With only two copies of the data nobody could tell which one was right: about 15% of the virtual machines had corrupt file systems.",
  lesson:
    "Storage traffic needs no connection tracking. Keep three copies, keep the sum of all open files below what the host allows, restart one OSD host after another, and let monitoring see a dead OSD.",
};

export default lesson;
