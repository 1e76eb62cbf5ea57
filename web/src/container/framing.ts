/** Chunks: a type of four letters, a length, a payload, a CRC-32. */

import { CorruptError, TruncatedError } from "../errors.ts";
import { crc32 } from "./crc32.ts";

/** The known types, in the order in which they must come. */
export const CHUNK_ORDER: readonly string[] = [
  "HEAD",
  "iCCP",
  "eXIF",
  "xMPd",
  "pHYs",
  "nOTE",
  "fLAT",
  "ALPH",
  "TILE",
  "DONE",
];

/** Bytes that a chunk takes beside its payload. */
export const CHUNK_OVERHEAD = 12;

/** The extent of a chunk, all of which lies within the file. Its CRC has not been checked. */
export interface Frame {
  readonly type: string;
  /** Offset of the type in the file, in bytes. */
  readonly start: number;
  /** Offset of the first byte after the chunk. */
  readonly end: number;
}

/** Return a view of little-endian fields. */
export function fieldsOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Tell whether a reader must know this type to show the picture. */
export function isCritical(type: string): boolean {
  return type < "a";
}

/**
 * Find the extent of the chunk at a byte offset.
 *
 * @throws TruncatedError when the data end before the chunk does.
 * @throws CorruptError when there is no chunk type at this place.
 */
export function frameAt(data: Uint8Array, start: number): Frame {
  const type = String.fromCharCode(...data.subarray(start, start + 4));
  if (/^[A-Za-z]{0,3}$/.test(type)) {
    throw new TruncatedError(`the file ends at byte ${data.length}, before its DONE chunk`);
  }
  if (!/^[A-Za-z]{4}$/.test(type)) throw new CorruptError(`no chunk starts at byte ${start}`);
  const room = data.length - start - CHUNK_OVERHEAD;
  if (room < 0 || fieldsOf(data).getUint32(start + 4, true) > room) {
    throw new TruncatedError(`the file ends within the ${type} chunk at byte ${start}`);
  }
  const length = fieldsOf(data).getUint32(start + 4, true);
  return { type, start, end: start + CHUNK_OVERHEAD + length };
}

/**
 * Return a chunk's payload, which shares the memory of `data`.
 *
 * @throws CorruptError when the CRC is wrong.
 */
export function checkedPayload(data: Uint8Array, frame: Frame): Uint8Array {
  const payload = data.subarray(frame.start + 8, frame.end - 4);
  const crc = crc32(payload, crc32(data.subarray(frame.start, frame.start + 4)));
  if (crc !== fieldsOf(data).getUint32(frame.end - 4, true)) {
    throw new CorruptError(`the ${frame.type} chunk at byte ${frame.start} has a wrong checksum`);
  }
  return payload;
}
