/** Plain words as Markdown. (`appendText` would make every blank unbreakable.) */
export function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~]/g, "\\$&");
}
