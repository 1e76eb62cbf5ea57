/** Exact products of integer matrices in WebAssembly, several times as fast as in JavaScript. */

import { KERNEL } from "./kernel_binary.ts";

const PAGE = 65536; // bytes, by which memory grows
const LANES = 8; // inputs of a step
const ROWS = 4; // that are multiplied at once
const PART = 256; // a weight is 256 · high + low

/** The largest input that is multiplied. */
export const KERNEL_LIMIT = 32767;

/** A matrix in the memory of a kernel. */
export interface StoredMatrix {
  /** Offset in bytes. */
  readonly at: number;
  readonly outputs: number;
  readonly inputs: number;
  /** Of a row, padded. */
  readonly bytes: number;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  products(rows: number, bytes: number, weights: number, outputs: number, sums: number): void;
}

/** Multiplies with the matrices that are stored in it. */
export class Kernel {
  private readonly exports: Exports;
  private used = 0;

  constructor() {
    const binary = Uint8Array.from(atob(KERNEL), (letter) => letter.charCodeAt(0));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(binary));
    this.exports = instance.exports as unknown as Exports;
  }

  /** Store a matrix inputs×outputs of integers within ± 32767. */
  store(matrix: Float32Array, outputs: number): StoredMatrix {
    const inputs = matrix.length / outputs;
    const padded = LANES * Math.ceil(inputs / LANES);
    const at = this.used;
    this.used += 4 * padded * outputs;
    const parts = new Int16Array(this.reserve(this.used), at, 2 * padded * outputs);
    for (let output = 0; output < outputs; output++) {
      for (let input = 0; input < inputs; input++) {
        const weight = matrix[input * outputs + output];
        const low = ((weight + PART / 2) & (PART - 1)) - PART / 2;
        parts[2 * output * padded + input] = (weight - low) / PART;
        parts[(2 * output + 1) * padded + input] = low;
      }
    }
    return { at, outputs, inputs, bytes: 2 * padded };
  }

  /**
   * Call `take` with the sums of each four rows, output by output: outputs×4.
   *
   * @param rows - at least count×inputs integers, which are clamped to ± `limit` first.
   * @param limit - at most 32767.
   * @param take - gets the number of the first row, and sums that it must not keep.
   */
  multiply(
    matrix: StoredMatrix,
    rows: Float32Array,
    count: number,
    limit: number,
    take: (first: number, sums: Float64Array) => void,
  ): void {
    const { at, outputs, inputs, bytes } = matrix;
    const start = 16 * Math.ceil(this.used / 16);
    const end = start + ROWS * bytes;
    const buffer = this.reserve(end + 8 * ROWS * outputs);
    const inner = new Int16Array(buffer, start, (ROWS * bytes) / 2);
    const sums = new Float64Array(buffer, end, ROWS * outputs);
    inner.fill(0);
    for (let first = 0; first < count; first += ROWS) {
      for (let row = 0; row < ROWS && first + row < count; row++) {
        const from = (first + row) * inputs;
        const to = (row * bytes) / 2;
        for (let input = 0; input < inputs; input++) {
          const value = rows[from + input];
          inner[to + input] = value > limit ? limit : Math.max(value, -limit);
        }
      }
      this.exports.products(start, bytes, at, outputs, end);
      take(first, sums);
    }
  }

  private reserve(bytes: number): ArrayBuffer {
    const { memory } = this.exports;
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return memory.buffer as ArrayBuffer;
  }
}
