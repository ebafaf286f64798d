import assert from "node:assert/strict";
import fc from "fast-check";
import { csv } from "../../../src/formats/csv/index.ts";

const table = (text: string): string[][] => {
  const { header, rows } = csv.parse(text).tree;
  return [header, ...rows.map(({ fields }) => fields)].map((fields) => fields.map((field) => field.text));
};

describe("CSV", () => {
  it("has the fields that were written, whatever is in them", () => {
    const field = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r\n", ";", " ", "é"), maxLength: 6 });
    const written = (text: string): string => (/[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 4 }).chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 })), fc.constantFrom("\n", "\r\n"), fc.boolean(), (rows, end, last) => {
        const head = rows[0]!.map((_, index) => `h${index}`);
        const text = [head, ...rows].map((row) => row.map(written).join(",")).join(end) + (last ? end : "");
        assert.deepEqual(table(text), [head, ...rows]);
      }),
    );
  });

  it("has exact ranges, without quotes", () => {
    const text = '\uFEFFprefix;status\r\n192.0.2.0/24;"on"\r\n';
    const [row] = csv.parse(text).tree.rows;
    assert.deepEqual(row!.fields.map(({ range }) => text.slice(range.start, range.end)), ["192.0.2.0/24", "on"]);
    assert.equal(text.slice(row!.range.start, row!.range.end), '192.0.2.0/24;"on"');
  });

  it("is read where rows are too short, too long, or end in the middle of a field", () => {
    assert.deepEqual(table("a,b\n1\n1,2,3\n\n4,\n"), [["a", "b"], ["1"], ["1", "2", "3"], ["4", ""]]);
    const { tree, errors } = csv.parse('a,b\n1,"two\nthree');
    assert.deepEqual(tree.rows[0]!.fields.map(({ text }) => text), ["1", "two\nthree"]);
    assert.equal(errors.length, 1);
  });

  it("is taken for an export of NetBox by its headings alone", () => {
    const recognised: readonly (readonly [string, boolean])[] = [
      ["prefix,status,vrf,tenant,site,vlan,role,is_pool,description", true],
      ["Prefix,Status,Children,VRF,Utilization,Tenant,Site,VLAN,Role,Description", true],
      ["IP Address,VRF,Status,Role,Tenant,Assigned,DNS Name,Description", true],
      ["VID,Name,Site,Group,Prefixes,Tenant,Status,Role,Description", true],
      ["Name,Status,Site,Cluster,Role,Tenant,VCPUs,Memory (MB),Disk (GB),IP Address", true],
      ["name,device_type,site,role,status,rack", true],
      ["name;status;cluster;vcpus;memory;disk", true],
      ["name,status,role", false],
      ["prefix,firstname,lastname", false],
      ["address,city,country", false],
      ["name,memory,cpu", false],
      ["", false],
    ];
    for (const [header, is] of recognised) assert.equal(csv.recognise("export.csv", `${header}\n1,2\n`), is ? "content" : false, header);
    assert.equal(csv.recognise("export.txt", "prefix,status,vrf\n"), false);
  });
});
