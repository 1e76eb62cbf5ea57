/** Lossless decoding of the alpha plane. */

import type { Header } from "../container/header.ts";
import { inflate } from "../container/inflate.ts";
import { CorruptError } from "../errors.ts";

const ALONG_ROWS = 1;
const ALONG_COLUMNS = 2;

/**
 * Return the height×width samples in the payload of `ALPH`, of 8 or 16 bits.
 *
 * @throws CorruptError when they are not an alpha plane of this size.
 */
export async function decodeAlpha(
  payload: Uint8Array,
  header: Header,
): Promise<Uint8Array | Uint16Array> {
  const { width, height, sixteenBit } = header;
  const prediction = payload.length ? payload[0] : ALONG_ROWS + ALONG_COLUMNS + 1;
  if (prediction > ALONG_ROWS + ALONG_COLUMNS) {
    throw new CorruptError("the alpha plane has an unknown prediction");
  }
  const count = width * height;
  const bytes = await inflate("ALPH", payload.subarray(1), count * (sixteenBit ? 2 : 1));
  const plane = sixteenBit
    ? Uint16Array.from({ length: count }, (_, at) => bytes[at] * 256 + bytes[count + at])
    : bytes;
  // Sums wrap around as the type of the plane does.
  if (prediction & ALONG_COLUMNS) {
    for (let at = width; at < count; at++) plane[at] += plane[at - width];
  }
  if (prediction & ALONG_ROWS) {
    for (let at = 0; at < count; at++) if (at % width) plane[at] += plane[at - 1];
  }
  return plane;
}
