/** Write PNG files: 8 or 16 bits, grey or colour, with or without alpha. */

import type { Samples } from "../codec/samples.ts";
import { crc32 } from "../container/crc32.ts";
import type { Header } from "../container/header.ts";
import type { SaveRequest } from "./messages.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const COLOUR_TYPES = [0, 0, 4, 2, 6]; // by the number of channels
const PERCEPTUAL = 0;
const METRE = 1;

/** Return a PNG file of a picture, which is in sRGB. */
export async function encodePng(picture: SaveRequest): Promise<Blob> {
  const { header, samples, alpha, exif, resolution } = picture;
  const channels = (header.grey ? 1 : 3) + (alpha ? 1 : 0);
  const parts = [SIGNATURE, chunk("IHDR", ihdr(header, channels))];
  parts.push(chunk("sRGB", Uint8Array.of(PERCEPTUAL)));
  if (exif) parts.push(chunk("eXIf", exif));
  if (resolution) {
    const size = new DataView(new ArrayBuffer(9));
    size.setUint32(0, resolution.x);
    size.setUint32(4, resolution.y);
    size.setUint8(8, METRE);
    parts.push(chunk("pHYs", new Uint8Array(size.buffer)));
  }
  const rows = filtered(interleaved(samples, alpha, header, channels), header, channels);
  parts.push(chunk("IDAT", await deflated(rows)), chunk("IEND", new Uint8Array()));
  return new Blob(parts, { type: "image/png" });
}

function ihdr({ width, height, sixteenBit }: Header, channels: number): Uint8Array {
  const fields = new DataView(new ArrayBuffer(13));
  fields.setUint32(0, width);
  fields.setUint32(4, height);
  fields.setUint8(8, sixteenBit ? 16 : 8);
  fields.setUint8(9, COLOUR_TYPES[channels]);
  return new Uint8Array(fields.buffer);
}

function chunk(type: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(payload.length + 12);
  const fields = new DataView(bytes.buffer);
  fields.setUint32(0, payload.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(payload, 8);
  fields.setUint32(payload.length + 8, crc32(bytes.subarray(4, payload.length + 8)));
  return bytes;
}

/** Return height×width×channels samples as bytes, the high one of 16 bits first. */
function interleaved(
  samples: Samples,
  alpha: Uint8Array | Uint16Array | null,
  { width, height, sixteenBit }: Header,
  channels: number,
): Uint8Array {
  const colours = alpha ? channels - 1 : channels;
  const depth = sixteenBit ? 2 : 1;
  const bytes = new Uint8Array(width * height * channels * depth);
  let at = 0;
  const put = (sample: number): void => {
    if (sixteenBit) bytes[at++] = sample >>> 8;
    bytes[at++] = sample & 255;
  };
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < colours; c++) put(samples[3 * pixel + c]);
    if (alpha) put(alpha[pixel]);
  }
  return bytes;
}

/** Return rows of differences to the pixel above (filter 2) or to the left (1), as fits better. */
function filtered(bytes: Uint8Array, { height, sixteenBit }: Header, channels: number): Uint8Array {
  const length = bytes.length / height;
  const pixel = channels * (sixteenBit ? 2 : 1);
  const out = new Uint8Array(bytes.length + height);
  for (let row = 0; row < height; row++) {
    const start = row * length;
    let [left, above] = [0, 0];
    for (let at = start; at < start + length; at++) {
      const before = at - start >= pixel ? bytes[at - pixel] : 0;
      left += Math.abs((bytes[at] - before) << 24);
      above += Math.abs((bytes[at] - (row ? bytes[at - length] : 0)) << 24);
    }
    const up = row > 0 && above < left;
    const to = start + row + 1;
    out[to - 1] = up ? 2 : 1;
    for (let at = 0; at < length; at++) {
      const reference = up
        ? bytes[start + at - length]
        : at >= pixel
          ? bytes[start + at - pixel]
          : 0;
      out[to + at] = bytes[start + at] - reference;
    }
  }
  return out;
}

async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)]).stream();
  const packed = stream.pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}
