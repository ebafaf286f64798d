/**
 * A font in which every character is the same block, so that a page is laid out alike on machines with other fonts. It is
 * the least that a browser takes (OpenType 1.9): 1000 units an em, and a character map that leads everything to one glyph.
 */
export function blockFont(): Buffer {
  const tables: { readonly [tag: string]: Buffer } = {
    "OS/2": os2(),
    cmap: cmap(),
    glyf: glyf(),
    head: head(),
    hhea: bytes([u32(0x00010000), i16(ASCENT), i16(-DESCENT), i16(0), u16(ADVANCE), ...Array.from({ length: 11 }, () => i16(0)), u16(2)]),
    hmtx: bytes([u16(ADVANCE), i16(0), u16(ADVANCE), i16(LEFT)]),
    loca: bytes([u16(0), u16(0), u16(glyf().length / 2)]),
    maxp: bytes([u32(0x00010000), u16(2), u16(4), u16(1), u16(0), u16(0), u16(2), ...Array.from({ length: 8 }, () => u16(0))]),
    name: name(),
    post: bytes([u32(0x00030000), u32(0), i16(-100), i16(50), u32(1), u32(0), u32(0), u32(0), u32(0)]),
  };
  const tags = Object.keys(tables);
  const power = 2 ** Math.floor(Math.log2(tags.length));
  const header = bytes([u32(0x00010000), u16(tags.length), u16(power * 16), u16(Math.log2(power)), u16(tags.length * 16 - power * 16)]);
  let offset = header.length + 16 * tags.length;
  const records: Buffer[] = [];
  const bodies: Buffer[] = [];
  for (const tag of tags) {
    const body = padded(tables[tag]!);
    records.push(Buffer.from(tag, "latin1"), u32(checksum(body)), u32(offset), u32(tables[tag]!.length));
    bodies.push(body);
    offset += body.length;
  }
  const font = bytes([header, ...records, ...bodies]);
  // The sum over the whole font, with this field zero, is taken from a fixed number (OpenType, head.checksumAdjustment).
  const at = font.readUInt32BE(font.indexOf("head", 0, "latin1") + 8) + 8;
  font.writeUInt32BE((0xb1b0afba - checksum(font)) >>> 0, at);
  return font;
}

const ADVANCE = 560;
const ASCENT = 800;
const DESCENT = 200;
const LEFT = 60;
/** The block: from the left bearing to the same on the right, from the base line to a little below the ascent. */
const BOX = { left: LEFT, bottom: 0, right: ADVANCE - LEFT, top: 620 };

function glyf(): Buffer {
  const { left, bottom, right, top } = BOX;
  const points: [number, number][] = [[left, bottom], [left, top], [right, top], [right, bottom]];
  const steps = (axis: 0 | 1): Buffer[] => points.map((point, index) => i16(point[axis] - (index === 0 ? 0 : points[index - 1]![axis])));
  const outline = [i16(1), i16(left), i16(bottom), i16(right), i16(top), u16(3), u16(0), Buffer.from([1, 1, 1, 1]), ...steps(0), ...steps(1)];
  return padded(bytes(outline));
}

/** Blanks keep the first glyph, which is empty; everything else is the block. */
function cmap(): Buffer {
  const ranges: [number, number, number][] = [[0x20, 0x20, 0], [0x21, 0x9f, 1], [0xa0, 0xa0, 0], [0xa1, 0x1fff, 1], [0x2000, 0x200f, 0], [0x2010, 0x202e, 1], [0x202f, 0x202f, 0], [0x2030, 0xffff, 1]];
  const groups = ranges.filter(([, , glyph]) => glyph === 1).concat(ranges.filter(([, , glyph]) => glyph === 0)).sort((a, b) => a[0] - b[0]);
  const table = [u16(13), u16(0), u32(16 + 12 * groups.length), u32(0), u32(groups.length), ...groups.flatMap((group) => group.map(u32))];
  return bytes([u16(0), u16(1), u16(3), u16(10), u32(12), ...table]);
}

function head(): Buffer {
  return bytes([u32(0x00010000), u32(0x00010000), u32(0), u32(0x5f0f3cf5), u16(3), u16(1000), u32(0), u32(0), u32(0), u32(0), i16(BOX.left), i16(BOX.bottom), i16(BOX.right), i16(BOX.top), u16(0), u16(8), i16(2), i16(0), i16(0)]);
}

function os2(): Buffer {
  const fixed = [u16(3), i16(ADVANCE), u16(400), u16(5), u16(0), ...Array.from({ length: 10 }, () => i16(0)), i16(0), Buffer.alloc(10), u32(1), u32(0), u32(0), u32(0)];
  return bytes([...fixed, Buffer.from("NONE", "latin1"), u16(0x40), u16(0x20), u16(0xffff), i16(ASCENT), i16(-DESCENT), i16(0), u16(ASCENT), u16(DESCENT), u32(1), u32(0), i16(BOX.top), i16(BOX.top), u16(0), u16(0x20), u16(1)]);
}

function name(): Buffer {
  const text = Buffer.from("Blocks", "utf16le").swap16();
  const records = [1, 2, 3, 4, 6].map((id) => bytes([u16(3), u16(1), u16(0x409), u16(id), u16(text.length), u16(0)]));
  return bytes([u16(0), u16(records.length), u16(6 + 12 * records.length), ...records, text]);
}

function bytes(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts);
}

function padded(table: Buffer): Buffer {
  return Buffer.concat([table, Buffer.alloc((4 - (table.length % 4)) % 4)]);
}

function checksum(table: Buffer): number {
  let sum = 0;
  for (let at = 0; at < table.length; at += 4) sum = (sum + table.readUInt32BE(at)) >>> 0;
  return sum;
}

function u16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

function i16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function u32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
}
