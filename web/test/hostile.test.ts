/** Whatever the bytes are, reading ends soon, with an error of this package. */

import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { crc32 } from "../src/container/crc32.ts";
import { inflate } from "../src/container/inflate.ts";
import { decodeStream } from "../src/entropy/latent_coder.ts";
import { CorruptError, decodeTiles, LlcError, readModel, unpack } from "../src/index.ts";
import { bytesOf, goldenModel, V1 } from "./golden.ts";

const WHOLE = bytesOf(`${V1}metadata.llc`);
const MEBIBYTE = 1 << 20;

/** Return numbers from 0 to 2^32 − 1 that look random and are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Set the CRC of the chunk at `start` right, so that what is behind it is reached. */
function seal(data: Uint8Array, start: number): void {
  const fields = new DataView(data.buffer);
  const end = start + 8 + fields.getUint32(start + 4, true);
  const typed = [data.subarray(start, start + 4), data.subarray(start + 8, end)];
  fields.setUint32(end, crc32(typed[1], crc32(typed[0])), true);
}

test("a file cut anywhere is refused", async () => {
  for (let length = 0; length < WHOLE.length; length++) {
    await expect(unpack(WHOLE.subarray(0, length))).rejects.toBeInstanceOf(LlcError);
  }
});

test("a file with any byte changed is refused", async () => {
  const random = numbers(1);
  for (let at = 0; at < WHOLE.length; at++) {
    if (at === 9) continue; // the minor version may have any value, and HEAD repeats it
    const data = WHOLE.slice();
    data[at] ^= 1 + (random() % 255);
    await expect(unpack(data), `byte ${at}`).rejects.toBeInstanceOf(LlcError);
  }
});

test("a header with right CRC and any bytes is read or refused", async () => {
  const random = numbers(2);
  for (let round = 0; round < 2000; round++) {
    const data = WHOLE.slice();
    const length = new DataView(data.buffer).getUint32(14, true);
    for (let change = 0; change < 3; change++) data[18 + (random() % length)] = random();
    seal(data, 10);
    await unpack(data).catch((error) => expect(error).toBeInstanceOf(LlcError));
  }
});

test("streams of any words end in latents or in an error", async () => {
  const { coder } = await goldenModel("tiny");
  const random = numbers(3);
  let refused = 0;
  for (let round = 0; round < 100; round++) {
    const stream = Uint8Array.from({ length: random() % 400 }, () => random());
    try {
      decodeStream(coder, stream, 5, 7, 1024);
    } catch (error) {
      expect(error).toBeInstanceOf(CorruptError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(50);
});

test("a zlib bomb is stopped after the announced size", async () => {
  const bomb = new Uint8Array(deflateSync(Buffer.alloc(256 * MEBIBYTE)));
  const before = process.memoryUsage();
  await expect(inflate("iCCP", bomb, 10)).rejects.toBeInstanceOf(CorruptError);
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(32 * MEBIBYTE);
});

test.each([
  ["bytes after it", (stream: Uint8Array) => Uint8Array.of(...stream, 7)],
  ["its end missing", (stream: Uint8Array) => stream.subarray(0, -1)],
  ["another size", (stream: Uint8Array) => stream, 4],
])("a zlib stream with %s is refused", async (_, change, size = 5) => {
  const stream = new Uint8Array(deflateSync(Buffer.from("hello")));
  expect(await inflate("iCCP", stream, 5)).toHaveLength(5);
  await expect(inflate("iCCP", change(stream), size)).rejects.toBeInstanceOf(CorruptError);
});

test.each([
  ["weight file", `${V1}tiny.safetensors`],
  ["model for the web", "web/build/models/tiny.web.safetensors"],
])("a damaged %s is refused", async (_, path) => {
  const whole = bytesOf(path);
  const random = numbers(4);
  for (let round = 0; round < 60; round++) {
    const cut = whole.slice(0, random() % whole.length);
    await expect(readModel(cut)).rejects.toBeInstanceOf(LlcError);
    const changed = whole.slice();
    changed[random() % 4000] = random();
    await readModel(changed).catch((error) => expect(error).toBeInstanceOf(LlcError));
  }
});

test("a file of other weights is refused before a tile is decoded", async () => {
  const file = await unpack(WHOLE);
  const model = await goldenModel("tiny-serial");
  expect(() => decodeTiles(file, model).next()).toThrow("the file needs the model tiny");
});
