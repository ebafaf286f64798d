import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "switch-2019-mtu-during-maintenance",
  organisation: "SWITCHengines",
  date: "2019-06-12",
  title: "A side effect on the MTU during maintenance stops a cloud's control plane",
  url: "https://help.switch.ch/engines/status/outages/",
  whatHappened:
    "During planned work an MTU that did not match disturbed the message bus over which the parts of a region's control plane speak. For almost two hours nothing could be created or changed there. The queues had to be relieved and the network service started anew.",
  lesson: "An MTU belongs to a whole segment. Whoever changes it on one member changes it for all: move switches first and hosts together, and test with full packets.",
};

export default lesson;
