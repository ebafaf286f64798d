import type { Range } from "../../engine/location.ts";
import type { Format, Parsed, SyntaxProblem } from "../format.ts";

/** One field. `range` is without its quotes. */
export interface CsvField {
  readonly text: string;
  readonly range: Range;
}

/** A table with a line of headings. Rows may have fewer or more fields than it. */
export interface CsvTree {
  readonly header: readonly CsvField[];
  readonly rows: readonly { readonly fields: readonly CsvField[]; readonly range: Range }[];
}

/** NetBox's own headings of a list, in the form for import and in the words of its pages; each list is one table. */
const TABLES: readonly (readonly [readonly RegExp[], readonly RegExp[]])[] = [
  [[/^prefix$/], [/^status$/, /^vrf$/, /^vlan$/, /^role$/, /^tenant$/, /^site$/, /^scope$/, /^is_pool$/, /^utilization$/]],
  [[/^(?:ip_)?address$/], [/^status$/, /^vrf$/, /^role$/, /^tenant$/, /^dns_name$/, /^assigned$/, /^device$/]],
  [[/^vid$/, /^name$/], [/^status$/, /^site$/, /^group$/, /^role$/, /^tenant$/]],
  [[/^name$/, /^(?:vcpus|memory|memory_\(mb\)|memory_mb)$/], [/^status$/, /^cluster$/, /^disk/, /^role$/, /^device$/]],
  [[/^name$/, /^(?:device_type|type|manufacturer)$/, /^site$/], [/^status$/, /^(?:device_)?role$/, /^rack$/, /^position/, /^tenant$/]],
  [[/^name$/, /^(?:facility|region|slug)$/, /^status$/], [/^region$/, /^facility$/, /^tenant$/, /^time_zone$/, /^asns?$/]],
];

/** CSV exports of NetBox (RFC 4180). Other tables are none of our business. */
export const csv: Format<CsvTree> = {
  language: "csv",
  recognise(path, head) {
    if (!/\.csv$/i.test(path)) return false;
    const first = /^\uFEFF?([^\r\n]{1,2000})[\r\n]/.exec(head)?.[1];
    if (first === undefined) return false;
    const names = parseCsv(first).tree.header.map(({ text }) => headingOf(text));
    const fits = TABLES.some(([all, some]) => all.every((name) => names.some((one) => name.test(one))) && some.filter((name) => names.some((one) => name.test(one))).length >= 2);
    return fits ? "content" : false;
  },
  parse: parseCsv,
  comments: { openers: [], inline: false },
};

/** A heading as the importer names the field: `DNS Name` is `dns_name`. */
export function headingOf(text: string): string {
  return text.trim().toLowerCase().replace(/[\s-]+/g, "_");
}

/** Fields are parted by what parts the headings: comma, semicolon or tab. A field in quotes may hold line breaks. */
function parseCsv(text: string): Parsed<CsvTree> {
  const errors: SyntaxProblem[] = [];
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const firstLine = /[^\r\n]{0,4096}/.exec(text.slice(start, start + 4096))?.[0] ?? "";
  const counts = [",", ";", "\t"].map((sign) => firstLine.split(sign).length);
  const separator = [44, 59, 9][counts.indexOf(Math.max(...counts))]!;
  const rows: { fields: CsvField[]; range: Range }[] = [];
  let fields: CsvField[] = [];
  let rowStart = start;
  let at = start;
  const endRow = (end: number): void => {
    // A line without anything on it is no row.
    if (fields.length > 1 || (fields[0] !== undefined && fields[0].text !== "")) rows.push({ fields, range: { start: rowStart, end } });
    fields = [];
  };
  while (at < text.length) {
    if (text.charCodeAt(at) === 34) {
      const { field, next, closed } = quoted(text, at);
      if (!closed && errors.length === 0) errors.push({ range: { start: at, end: at + 1 }, message: "This quote is not closed: everything after it is one field. Close it, or double a quote that belongs to the text.", certain: true });
      fields.push(field);
      at = next;
    } else {
      const from = at;
      for (let code = text.charCodeAt(at); at < text.length && code !== separator && code !== 10 && code !== 13; code = text.charCodeAt(++at));
      fields.push({ text: text.slice(from, at), range: { start: from, end: at } });
    }
    const code = text.charCodeAt(at);
    if (code === separator) {
      at++;
      if (at >= text.length || text.charCodeAt(at) === 10 || text.charCodeAt(at) === 13) fields.push({ text: "", range: { start: at, end: at } });
    }
    if (at < text.length && (text.charCodeAt(at) === 10 || text.charCodeAt(at) === 13)) {
      endRow(at);
      at += text.charCodeAt(at) === 13 && text.charCodeAt(at + 1) === 10 ? 2 : 1;
      rowStart = at;
    }
  }
  endRow(text.length);
  const [header, ...rest] = rows;
  return { tree: { header: header?.fields ?? [], rows: rest }, errors };
}

/** A field in quotes; what stands between its end and the next separator belongs to none. */
function quoted(text: string, start: number): { field: CsvField; next: number; closed: boolean } {
  let at = start + 1;
  let value = "";
  let from = at;
  let closed = false;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) {
      value += text.slice(from);
      at = text.length;
      break;
    }
    if (text.charCodeAt(quote + 1) === 34) {
      value += text.slice(from, quote + 1);
      at = from = quote + 2;
      continue;
    }
    value += text.slice(from, quote);
    at = quote;
    closed = true;
    break;
  }
  return { field: { text: value, range: { start: start + 1, end: at } }, next: closed ? at + 1 : at, closed };
}
