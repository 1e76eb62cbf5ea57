/** The payloads of metadata chunks: ICC profile, EXIF, XMP, resolution, notes. */

import { CorruptError } from "../errors.ts";
import { fieldsOf } from "./framing.ts";
import { inflate } from "./inflate.ts";

const MAX_NOTES = 1024;

/** Pixels per metre, across and down. */
export interface Resolution {
  readonly x: number;
  readonly y: number;
}

/** A text as PNG has them. */
export interface Note {
  readonly keyword: string;
  readonly language: string;
  readonly translated: string;
  readonly text: string;
}

/**
 * Return what a payload of a size and a zlib stream holds.
 *
 * @param type - of the chunk.
 * @param limit - the most bytes that the item may have.
 * @throws CorruptError when it is larger, or its compression is damaged.
 */
export async function readCompressed(
  type: string,
  payload: Uint8Array,
  limit: number,
): Promise<Uint8Array> {
  if (payload.length < 4) throw new CorruptError(`the ${type} chunk is too short`);
  const size = fieldsOf(payload).getUint32(0, true);
  checkSize(type, size, limit);
  return inflate(type, payload.subarray(4), size);
}

/** Return the EXIF block in the payload of `eXIF`. */
export function readExif(payload: Uint8Array, limit: number): Uint8Array {
  checkSize("eXIF", payload.length, limit);
  return payload.slice();
}

/** Return the resolution in the payload of `pHYs`. */
export function readResolution(payload: Uint8Array): Resolution {
  if (payload.length !== 8) throw new CorruptError("the pHYs chunk has a wrong length");
  const fields = fieldsOf(payload);
  const resolution = { x: fields.getUint32(0, true), y: fields.getUint32(4, true) };
  if (!resolution.x || !resolution.y) throw new CorruptError("the pHYs chunk has a value of 0");
  return resolution;
}

/** Return the notes in the payload of `nOTE`. */
export async function readNotes(payload: Uint8Array, limit: number): Promise<Note[]> {
  const data = await readCompressed("nOTE", payload, limit);
  const count = data.reduce((ends, byte) => ends + (byte === 0 ? 1 : 0), 0);
  if (!count || count % 4 || count > 4 * MAX_NOTES || data[data.length - 1] !== 0) {
    throw new CorruptError("the nOTE chunk does not hold four texts for each of 1 to 1024 notes");
  }
  const texts = decodeText(data).split("\0");
  return Array.from({ length: count / 4 }, (_, at) => {
    const [keyword, language, translated, text] = texts.slice(4 * at, 4 * at + 4);
    if (!keyword) throw new CorruptError("the nOTE chunk holds a note without a keyword");
    return { keyword, language, translated, text };
  });
}

function decodeText(data: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    throw new CorruptError("the nOTE chunk holds a note that is not UTF-8");
  }
}

function checkSize(type: string, size: number, limit: number): void {
  if (size > limit) {
    throw new CorruptError(
      `the ${type} chunk holds ${size} bytes, more than the limit of ${limit}`,
    );
  }
}
