import { painter } from "./text.ts";

/** A page in Markdown as a terminal shows it: headings in bold, paragraphs folded at `width`, code indented. */
export function terminalPage(markdown: string, options: { readonly colour: boolean; readonly width?: number }): string {
  const paint = painter(options.colour);
  const width = options.width ?? 88;
  const lines: string[] = [];
  let ticks: string | undefined;
  for (const line of markdown.trimEnd().split("\n")) {
    const opener = /^(`{3,})/.exec(line)?.[1];
    if (ticks !== undefined) {
      if (opener === ticks) ticks = undefined;
      else lines.push(line === "" ? "" : `    ${line}`);
    } else if (opener !== undefined) {
      ticks = opener;
    } else if (line.startsWith("#")) {
      lines.push(paint("bold", line.replace(/^#+ /, "")));
    } else {
      const plain = line.replace(/\[([^\]]*)\]\(([^)]*)\)/g, "$1 <$2>").replace(/(`+) ?([^`]*?) ?\1/g, "$2");
      lines.push(...fold(plain, width, /^- /.test(line) ? "  " : ""));
    }
  }
  return `${lines.join("\n")}\n`;
}

function fold(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
