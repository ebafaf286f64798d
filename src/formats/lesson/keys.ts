import type { ElementName } from "./tree.ts";

/** One key of a lesson file. Validation, the JSON schema and the documentation are made from these. */
export interface LessonKey {
  /** `section.key`, or the key alone at the top. */
  readonly path: string;
  readonly kind: "text" | "cel" | "template" | "word" | "texts" | "section";
  readonly required: boolean;
  readonly summary: string;
}

/** What each element is, in one line; its fields are in the model's schema. */
export const ELEMENT_SUMMARIES: Record<ElementName, string> = {
  "firewall-rule": "A rule of nftables or iptables.",
  "sysctl-entry": "A kernel parameter that is set.",
  "ceph-option": "A Ceph option that is set.",
  host: "A host of the inventory.",
  network: "A network of a list of networks.",
  interface: "A network interface.",
  "wireguard-peer": "A peer of a WireGuard interface.",
  variable: "A variable of Ansible, as one file of variables sets it.",
  resource: "A resource of Kubernetes.",
  play: "A play of Ansible.",
  task: "A task of Ansible.",
  change: "A file that a change touches, as it was and as it is.",
};

/** Every key, in the order in which a lesson is best read. */
export const LESSON_KEYS: readonly LessonKey[] = [
  { path: "id", kind: "word", required: true, summary: "Names the lesson: lower case words with - between them. Its findings are of rule lesson/ID." },
  { path: "incident", kind: "section", required: true, summary: "What happened, and where that can be read." },
  { path: "incident.organisation", kind: "text", required: true, summary: "Whose incident it was." },
  { path: "incident.date", kind: "text", required: true, summary: "The day, YYYY-MM-DD; YYYY-MM or YYYY where no more is known, undated where nobody says." },
  { path: "incident.title", kind: "text", required: true, summary: "The post-mortem's title." },
  { path: "incident.link", kind: "text", required: false, summary: "Where the post-mortem can be read: an https address or a path." },
  { path: "incident.source", kind: "word", required: false, summary: "How well it is known: post-mortem (the organisation's own text), public report, thread (of maintainers and users), talk, mixed, secondary or internal." },
  { path: "what", kind: "text", required: true, summary: "One sentence: what is wrong." },
  { path: "why", kind: "text", required: true, summary: "What happens then, and why." },
  { path: "instead", kind: "text", required: true, summary: "What to do instead." },
  { path: "reads", kind: "word", required: true, summary: "What the condition judges, one at a time." },
  { path: "when", kind: "cel", required: true, summary: "The condition, in CEL: true where the lesson has something to say." },
  { path: "severity", kind: "word", required: false, summary: "error (certainly wrong), warning or info. Default: warning." },
  { path: "lifecycle", kind: "word", required: false, summary: "stable, or preview: it may still change, since its source was not read at first hand or it is on trial. Default: stable." },
  { path: "message", kind: "template", required: true, summary: "What the finding says, with CEL expressions in {braces}; {{ and }} are braces." },
  { path: "at", kind: "word", required: false, summary: "The part of the element at which the finding is shown. Default: the element." },
  { path: "fix", kind: "section", required: false, summary: "A mend." },
  { path: "fix.title", kind: "template", required: false, summary: "What the fix does, for the menu. Default: from what it does." },
  { path: "fix.when", kind: "cel", required: false, summary: "The condition under which the fix fits, in CEL. Default: always." },
  { path: "fix.at", kind: "word", required: false, summary: "The part of the element that is replaced. Default: its value, or all of it where it has none." },
  { path: "fix.replace", kind: "template", required: false, summary: "What is written in the place of that part." },
  { path: "fix.insert-before", kind: "template", required: false, summary: "Lines to write before the element's, indented like it." },
  { path: "fix.insert-after", kind: "template", required: false, summary: "Lines to write after the element's, indented like it." },
  { path: "fix.remove", kind: "word", required: false, summary: "true: the element's lines are removed." },
  { path: "fix.safety", kind: "word", required: false, summary: "safe (may run on save) or unsafe (somebody has to weigh it). Default: unsafe." },
  { path: "fix.why", kind: "text", required: true, summary: "Why the fix is safe or not." },
  { path: "data", kind: "section", required: false, summary: "Numbers and texts of the finding for other tools: a CEL expression, or is (the expression) and unit, below each name." },
  { path: "sources", kind: "texts", required: false, summary: "Manual pages, documents and addresses that the lesson rests on." },
  { path: "examples", kind: "section", required: true, summary: "Texts that must fire and texts that must not." },
  { path: "examples.bad", kind: "section", required: true, summary: "Each must give a finding, at its ⟦marks⟧ where it has some: a text, texts by path, or before and after." },
  { path: "examples.good", kind: "section", required: true, summary: "None of these may give a finding." },
];

/** The keys below a section ("" for the top), by name. */
export function keysOf(section: string): ReadonlyMap<string, LessonKey> {
  const prefix = section === "" ? "" : `${section}.`;
  const below = LESSON_KEYS.filter(({ path }) => path.startsWith(prefix) && !path.slice(prefix.length).includes("."));
  return new Map(below.map((key) => [key.path.slice(prefix.length), key]));
}
