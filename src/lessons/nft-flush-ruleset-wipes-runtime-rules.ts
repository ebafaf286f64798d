import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "nft-flush-ruleset-wipes-runtime-rules",
  organisation: "Users of Docker and k0s",
  date: "2023-03",
  title: "Reloading nftables deletes the rules of Docker and Kubernetes",
  url: "https://github.com/docker/for-linux/issues/1472",
  whatHappened:
    "Distributions ship a ruleset file that begins with “flush ruleset”. Whenever it was reloaded, the tables that Docker, kube-proxy or the network plugin had added at run time went with it. Containers lost their network until Docker, or all of Kubernetes, was restarted; its maintainers answered that every distribution of Kubernetes behaves so.",
  lesson: "Once another program writes rules on the same host, a ruleset file may remove only the tables that it owns.",
};

export default lesson;
