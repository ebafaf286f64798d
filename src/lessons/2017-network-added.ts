import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "2017-network-added",
  organisation: "Flying Circus",
  date: "2017-08-02",
  title: "Rebooting and unresponsive VMs",
  url: "http://status.flyingcircus.io/incidents/bbcfkzcz1n3h",
  whatHappened:
    "One public network was added to the inventory. Policy routing makes every machine know every network, so all of them planned a maintenance of one minute to reconfigure their interfaces. A virtualisation host has to move its guests away first, which takes up to hours; all of them had planned theirs within two hours of the next morning. Too many hosts were emptied at once, the rest ran out of memory, and guests stalled or rebooted.",
  lesson:
    "Before an inventory change is merged, count the hosts that it reaches and those that must interrupt service. Plan the time that an evacuation takes, empty one host at a time, and let a human approve maintenance of virtualisation hosts.",
};

export default lesson;
