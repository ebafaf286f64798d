import type { Lesson } from "../engine/lesson.ts";

const lesson: Lesson = {
  id: "eks-ami-2023-nofile-lowered",
  organisation: "Amazon EKS",
  date: "2023-12-20",
  title: "A node image with fewer open files broke workloads everywhere",
  url: "https://github.com/awslabs/amazon-eks-ami/issues/1551",
  whatHappened:
    "A release of the node image lowered containerd's limit of open files from unlimited to 1024 at first and 524288 at most, as upstream recommends. Proxies and other programs ran out of descriptors; one cluster had some 1,700 pods that crashed again and again. The release was taken back within days. The same had happened in 2019 with another limit.",
  lesson: "A lower limit is a change that breaks things, even where the new value is the recommended one: programs have grown into the old one. Measure use before lowering, and go host by host.",
};

export default lesson;
