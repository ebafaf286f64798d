import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "papertrail-tcp-tw-recycle",
  organisation: "Papertrail",
  date: "before 2017",
  title: "tcp_tw_recycle refused clients behind address translation",
  url: "https://troy.yort.com/improve-linux-tcp-tw-recycle-man-page-entry/",
  whatHappened:
    "Servers of a provider could not be reached by a small and seemingly random part of their clients. All of these shared an address with others. With net.ipv4.tcp_tw_recycle the kernel remembers one TCP timestamp for each remote address, so a second client behind the same address looked like an old duplicate and was dropped.",
  lesson: "tcp_tw_recycle was never right on a host that anybody reaches through address translation, and since 4.12 kernels do not have it.",
};

export default lesson;
