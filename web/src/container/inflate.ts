/** Decompress zlib streams without trusting them. */

import { CorruptError } from "../errors.ts";
import { fieldsOf } from "./framing.ts";

const ADLER_MODULUS = 65521;

/**
 * Return the `size` bytes of a zlib stream (RFC 1950).
 *
 * Stops as soon as there are more bytes, and never allocates more than a block above what the
 * stream has delivered.
 *
 * @param name - of what is decompressed, for the message of the error.
 * @throws CorruptError when the stream is damaged, or does not hold exactly `size` bytes.
 */
export async function inflate(name: string, stream: Uint8Array, size: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const wrong = new CorruptError(`the ${name} chunk does not decompress to ${size} bytes`);
  try {
    for await (const piece of decompressed(stream)) {
      length += piece.length;
      if (length > size) throw wrong;
      pieces.push(piece);
    }
  } catch (error) {
    if (error === wrong) throw error;
    throw new CorruptError(`the ${name} chunk cannot be decompressed`);
  }
  const item = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    item.set(piece, at);
    at += piece.length;
  }
  // Some versions of Node.js pass over bytes after the end of the stream.
  const endsWithItsChecksum =
    stream.length >= 4 && fieldsOf(stream).getUint32(stream.length - 4) === adler32(item);
  if (length !== size || !endsWithItsChecksum) throw wrong;
  return item;
}

async function* decompressed(stream: Uint8Array): AsyncGenerator<Uint8Array> {
  const source = new Blob([new Uint8Array(stream)]).stream();
  const reader = source.pipeThrough(new DecompressionStream("deflate")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % ADLER_MODULUS;
    high = (high + low) % ADLER_MODULUS;
  }
  return high * 65536 + low;
}
