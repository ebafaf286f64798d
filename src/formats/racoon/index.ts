import type { Format } from "../format.ts";
import { parseRacoon } from "./parse.ts";
import type { RacoonTree } from "./tree.ts";

export type { Block, RacoonTree, Statement, Word } from "./tree.ts";

/** The keying daemon of ipsec-tools; see racoon.conf(5). A name that ends in a section number is a manual page. */
export const racoon: Format<RacoonTree> = {
  language: "racoon",
  recognise(path, head) {
    if (/(^|[/._-])racoon[\w-]*\.conf(\.[A-Za-z][^/]*)?$/.test(path) && !/racoon-tool\.conf/.test(path)) return "name";
    const block = /^[ \t]*(?:remote|sainfo)[ \t]+[^\s;=][^\n;=]*(?:\n\s*)?\{(?!\{|%)/m.test(head);
    return block && /\b(exchange_mode|encryption_algorithm|authentication_method|dpd_delay)[ \t]+[^\s=][^\n=]*;/.test(head) ? "content" : false;
  },
  parse: parseRacoon,
  comments: { openers: ["#"], inline: true },
};
