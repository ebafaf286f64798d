import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

/** References are written anew by UPDATE_SCREENSHOTS=1; look at them before you commit them. */
const UPDATE = process.env["UPDATE_SCREENSHOTS"] === "1";
/** What did not match lies here. */
const OUT = "out/screenshots";
/** Share of pixels that may differ: versions of chromium round differently. */
export const TOLERANCE = 0.003;

/** A screenshot in sixteen steps of each colour, which tell as much and keep the references small. */
export function imageOf(screenshot: Buffer): PNG {
  const image = PNG.sync.read(screenshot);
  for (let at = 0; at < image.data.length; at++) if (at % 4 !== 3) image.data[at]! &= 0xf0;
  return image;
}

/** The share of pixels that differ, with an image of them; images of other heights differ in what one of them lacks. */
export function compare(a: PNG, b: PNG): { share: number; diff: PNG } {
  const [width, height] = [Math.max(a.width, b.width), Math.max(a.height, b.height)];
  const [left, right, diff] = [extended(a, width, height), extended(b, width, height), new PNG({ width, height })];
  const count = pixelmatch(left.data, right.data, diff.data, width, height, { threshold: 0.1 });
  return { share: count / (width * height), diff };
}

/** Fails where an image is not like its reference, a path; writes the reference where that is asked for. */
export function assertLooksLike(reference: string, image: PNG): void {
  if (UPDATE) {
    mkdirSync(dirname(reference), { recursive: true });
    writeFileSync(reference, PNG.sync.write(image));
    return;
  }
  assert.ok(existsSync(reference), `${reference} is missing: write it with UPDATE_SCREENSHOTS=1`);
  const { share, diff } = compare(PNG.sync.read(readFileSync(reference)), image);
  const name = basename(reference, ".png");
  if (share > TOLERANCE) {
    mkdirSync(OUT, { recursive: true });
    writeFileSync(join(OUT, `${name}.png`), PNG.sync.write(image));
    writeFileSync(join(OUT, `${name}.diff.png`), PNG.sync.write(diff));
  }
  assert.ok(share <= TOLERANCE, `${(share * 100).toFixed(2)} % of the pixels differ; see ${OUT}/${name}.diff.png. Where that is meant: UPDATE_SCREENSHOTS=1`);
}

function extended(image: PNG, width: number, height: number): PNG {
  const canvas = new PNG({ width, height });
  PNG.bitblt(image, canvas, 0, 0, image.width, image.height, 0, 0);
  return canvas;
}
