/**
 * rANS streams: state 64 bits, words 32 bits, probabilities 24 bits.
 *
 * The state is held as two halves of 32 bits. Every product below is of at most 24 by 24 bits, so
 * that double precision holds it exactly.
 */

import { ESCAPE_BITS, TABLE_BITS, WORD_BYTES } from "../bitstream.ts";
import { fieldsOf } from "../container/framing.ts";
import { CorruptError } from "../errors.ts";
import type { Table } from "./tables.ts";

const HALF = 2 ** 32;
const PART = 2 ** 16;
const MASK = 2 ** TABLE_BITS - 1;
const ESCAPE_SHIFT = TABLE_BITS - ESCAPE_BITS;
const ESCAPE_OFFSET = 2 ** (ESCAPE_BITS - 1);

/** Reads runs of symbols in the order in which they were written. Safe for any bytes. */
export class StreamReader {
  private high = 0;
  private low = 0;
  /** How many words are left; the last one is read first. */
  private left: number;
  private readonly words: DataView;

  /** @throws CorruptError when the bytes are not a whole number of words, or the last word is 0. */
  constructor(stream: Uint8Array) {
    if (stream.length % WORD_BYTES) {
      throw new CorruptError("a tile's stream is not a whole number of words");
    }
    this.words = fieldsOf(stream);
    this.left = stream.length / WORD_BYTES;
    if (this.left) this.low = this.pop();
    if (stream.length && !this.low) throw new CorruptError("a tile's stream ends in an empty word");
    this.refill();
  }

  /**
   * Read the symbols of a run to the given places of `symbols`.
   *
   * @param places - from offset `start` to `end`, in the order of the run.
   */
  take(table: Table, symbols: Int32Array, places: Uint32Array, start: number, end: number): void {
    const { cumulated, first } = table;
    const escapes: number[] = [];
    for (let at = start; at < end; at++) {
      const share = this.low & MASK;
      const index = table.find(share);
      this.advance(share - cumulated[index], cumulated[index + 1] - cumulated[index]);
      symbols[places[at]] = first + index;
      if (index === table.escape) escapes.push(places[at]);
    }
    for (const place of escapes) {
      const share = this.low & MASK;
      const value = share >>> ESCAPE_SHIFT;
      this.advance(share - (value << ESCAPE_SHIFT), 1 << ESCAPE_SHIFT);
      symbols[place] = value - ESCAPE_OFFSET;
    }
  }

  /** @throws CorruptError unless the whole stream has been read, and no more than it. */
  finish(): void {
    if (this.left || this.high || this.low) {
      throw new CorruptError("a tile's stream does not end where its symbols do");
    }
  }

  /** Set the state to ⌊state / 2^24⌋ · frequency + rest, and read a word if there is room. */
  private advance(rest: number, frequency: number): void {
    // ⌊state / 2^24⌋ has 40 bits: 24 above and 16 below.
    const above = this.high >>> 8;
    const below = (this.high & 255) * 256 + (this.low >>> TABLE_BITS);
    const product = above * frequency; // below 2^48, counts in 2^16
    const carry = Math.floor(product / PART);
    const low = (product - carry * PART) * PART + below * frequency + rest; // below 2^42
    const over = Math.floor(low / HALF);
    this.high = carry + over;
    this.low = low - over * HALF;
    if (this.high === 0) this.refill();
  }

  private refill(): void {
    if (!this.left) return;
    this.high = this.low;
    this.low = this.pop();
  }

  private pop(): number {
    this.left -= 1;
    return this.words.getUint32(this.left * WORD_BYTES, true);
  }
}
