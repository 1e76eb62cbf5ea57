/** Integer probability tables: symbols from a first one on and, last, the escape. */

import { ESCAPE_BITS, TABLE_BITS } from "../bitstream.ts";
import { BrokenModelError } from "../errors.ts";

const TOTAL = 2 ** TABLE_BITS;
const MOST_FIRST = 2 ** (ESCAPE_BITS - 1);

/** Frequencies, cumulated, of consecutive symbols. */
export class Table {
  /** The index that stands for every symbol outside the table. */
  readonly escape: number;
  /** 0, then the sums of the frequencies up to each index; the last one is 2^24. */
  readonly cumulated: Uint32Array;

  /** @throws BrokenModelError unless the frequencies are positive and sum to 2^24. */
  constructor(
    name: string,
    readonly first: number,
    frequencies: Int32Array,
  ) {
    this.escape = frequencies.length - 1;
    this.cumulated = new Uint32Array(frequencies.length + 1);
    let [sum, least] = [0, 1];
    frequencies.forEach((frequency, at) => {
      sum += frequency;
      least = Math.min(least, frequency);
      this.cumulated[at + 1] = sum;
    });
    if (this.escape < 1 || least < 1 || sum !== TOTAL || Math.abs(first) > MOST_FIRST) {
      throw new BrokenModelError(`the probability table ${name} is not valid`);
    }
  }

  /** Return the index i with cumulated[i] ≤ share < cumulated[i + 1]. */
  find(share: number): number {
    const { cumulated } = this;
    let low = 0;
    let high = this.escape + 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (cumulated[middle] <= share) low = middle;
      else high = middle;
    }
    return low;
  }
}

/**
 * Return the tables of a weight file.
 *
 * @throws BrokenModelError when they are not valid.
 */
export function unpackTables(
  name: string,
  frequencies: Int32Array,
  lengths: Int32Array,
  firsts: Int32Array,
): Table[] {
  let sum = 0;
  for (const length of lengths) sum += length > 0 ? length : Number.NaN;
  if (lengths.length !== firsts.length || sum !== frequencies.length) {
    throw new BrokenModelError(`the probability tables ${name} are not valid`);
  }
  let start = 0;
  return Array.from(lengths, (length, number) => {
    start += length;
    const own = frequencies.subarray(start - length, start);
    return new Table(`${name} ${number}`, firsts[number], own);
  });
}
