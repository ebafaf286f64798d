/**
 * True where somebody wrote a remark at the line of `offset` or right above it: three words at least, which is more than
 * a heading or an option that was commented out.
 */
export function reasonBeside(text: string, offset: number): boolean {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const line = text.slice(start, end === -1 ? text.length : end);
  const above = text.slice(text.lastIndexOf("\n", start - 2) + 1, Math.max(start - 1, 0));
  return [/[ \t][#;](.*)$/.exec(line)?.[1], /^[ \t]*[#;](.*)$/.exec(above)?.[1]].some((remark) => remark !== undefined && isReason(remark));
}

function isReason(remark: string): boolean {
  return !remark.includes("=") && (remark.match(/[A-Za-z]{2,}/g) ?? []).length >= 3;
}
