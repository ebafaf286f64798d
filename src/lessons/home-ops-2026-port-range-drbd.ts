import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "home-ops-2026-port-range-drbd",
  organisation: "Operator of a Talos cluster with DRBD",
  date: "2026-09-16",
  title: "A wide range of local ports took those that DRBD listens on",
  url: "https://github.com/onedr0p/home-ops/pull/11712",
  whatHappened:
    "The range of ports for outgoing connections had been widened to 1024-65535, and so covered every port that a service listens on. Outgoing connections held ports from 7000 on when DRBD wanted to listen there again after a reconnect; it could not, gave its peers up, and a volume was out for six hours. Dropping the setting mended it.",
  lesson: "A range of local ports that reaches down to those of services makes each restart of a service a matter of luck. Leave the range, or reserve the services' ports.",
};

export default lesson;
