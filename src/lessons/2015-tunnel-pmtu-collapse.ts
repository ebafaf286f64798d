import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "2015-tunnel-pmtu-collapse",
  organisation: "isoho.st",
  date: "2015-05-21",
  title: "Incident report: packet loss through the tunnel between two clusters",
  whatHappened:
    "Traffic moved onto a tunnel between two clusters. A kernel bug at the tunnel's end let the path MTU fall from 1476 to about 500 bytes for 20 minutes at a time. Systems with path MTU discovery followed; those that had it switched off, or never saw the ICMP message, lost every larger packet: no TCP for 22% of the time, most of a day. Ping, with its small packets, showed nothing.",
  lesson:
    "Leave path MTU discovery on in every image, let ICMP \"fragmentation needed\" and \"packet too big\" through every firewall, and test a tunnel with packets of full size.",
};

export default lesson;
