/** The coder in two halves computes what 64-bit integers do. */

import { expect, test } from "vitest";
import { StreamReader } from "../src/entropy/rans.ts";
import { Table } from "../src/entropy/tables.ts";
import { CorruptError } from "../src/index.ts";

const FREQUENCIES = [1, 1, 5, 255, 65536, 2 ** 23, 2 ** 20 + 3];
const REST = 2 ** 24 - FREQUENCIES.reduce((sum, frequency) => sum + frequency, 0);
const TABLE = new Table("of the test", -3, Int32Array.from([...FREQUENCIES, REST]));

/** Return the indices that docs/format.md defines, by 64-bit integers. */
function indicesOf(words: number[], count: number): number[] {
  const left = [...words];
  const pop = () => BigInt(left.pop() ?? 0);
  let state = (pop() << 32n) + pop();
  return Array.from({ length: count }, () => {
    const share = Number(state & 0xffffffn);
    const index = TABLE.cumulated.findIndex((sum) => sum > share) - 1;
    const [low, high] = TABLE.cumulated.subarray(index, index + 2);
    state = (state >> 24n) * BigInt(high - low) + BigInt(share - low);
    if (state < 1n << 32n && left.length) state = (state << 32n) + pop();
    return index;
  });
}

test("symbols are those of 64-bit arithmetic", () => {
  for (let round = 1; round <= 200; round++) {
    const words = Array.from({ length: 40 }, (_, at) => ((at + 1) * round * 2654435761) >>> 0);
    if (round % 3 === 0) words[39] = 0xffffffff;
    if (round % 5 === 0) words[38] = 0xffffffff;
    const expected = indicesOf(words, 30);
    const reader = new StreamReader(new Uint8Array(Uint32Array.from(words).buffer));
    const found = new Int32Array(30);
    const places = Uint32Array.from({ length: 30 }, (_, at) => at);
    const escaped = expected.indexOf(TABLE.escape); // after it, the two read different things
    const whole = escaped < 0 ? 30 : escaped;
    reader.take(TABLE, found, places, 0, whole);
    const symbols = expected.slice(0, whole).map((index) => index + TABLE.first);
    expect([...found.subarray(0, whole)]).toEqual(symbols);
  }
});

test("the empty stream is the state 0", () => {
  const reader = new StreamReader(new Uint8Array(0));
  const symbols = new Int32Array(3);
  reader.take(TABLE, symbols, Uint32Array.of(0, 1, 2), 0, 3);
  expect([...symbols]).toEqual([-3, -3, -3]);
  reader.finish();
});

test.each([
  ["no whole number of words", [1, 2, 3]],
  ["an empty last word", [1, 2, 3, 4, 0, 0, 0, 0]],
])("a stream with %s is refused", (_, bytes) => {
  expect(() => new StreamReader(Uint8Array.from(bytes))).toThrow(CorruptError);
});

test("a stream that is not read to its end is refused", () => {
  expect(() => new StreamReader(Uint8Array.of(1, 0, 0, 0)).finish()).toThrow(CorruptError);
});
