import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "2017-keying-daemon-rollout",
  organisation: "Hosted Graphite",
  date: "2017-10-12",
  title: "Internal Network Disruption",
  whatHappened:
    "A patched build of the IPsec keying daemon went to a few hosts, looked well for three hours, and then to the whole fleet at once. The new daemon crashed on some hosts, which could neither form nor renew associations; the rollback restarted every daemon a second time. Some hosts lost logging and configuration management, which ran over the same overlay, so the damage looked smaller than it was. It lasted from 16:13 to 19:00, the backlog until midnight.",
  lesson:
    "Change a keying daemon in batches that stop by themselves, with a check of the associations in between. Pin its version, probe dead peers, prefer a reload to a restart, and know the way back before you start.",
};

export default lesson;
