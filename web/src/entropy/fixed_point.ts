/**
 * Networks in integer arithmetic, carried out in double precision or by a kernel in WebAssembly.
 *
 * Weights and activations are integers below 2^24 and are stored in single precision, which holds
 * them exactly; sums are in double precision and stay below 2^45, so any order of summation gives
 * the same bits. The bound is proved for each layer when a model is loaded.
 */

import { EXACT_LIMIT, LEAKY_SLOPE_DENOMINATOR, LEAKY_SLOPE_NUMERATOR } from "../bitstream.ts";
import { BrokenModelError } from "../errors.ts";
import { KERNEL_LIMIT, type Kernel, type StoredMatrix } from "./kernel.ts";

/** No output and no input of a layer is larger. */
export const WIDE_LIMIT = 2 ** 20;

const WEIGHT_LIMIT = 2 ** 15 - 1;
const MAX_SHIFT = 40;
const LEAKY_SLOPE = LEAKY_SLOPE_NUMERATOR / LEAKY_SLOPE_DENOMINATOR;
const AT_ONCE = 4; // rows that share each weight that is loaded

/** A plane of integers, height×width×channels: channels last. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** What a weight file says of a layer; `weight` is outputs×inputs×size×size. */
export interface LayerFields {
  readonly weight: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
  readonly shift: ArrayLike<number>;
  readonly outputs: number;
  readonly inputs: number;
  /** Edge of the kernel, odd. */
  readonly size: number;
  readonly limit: number;
  readonly inputLimit: number;
  readonly leaky: boolean;
  /** Factor of the pixel shuffle that follows; 1 for none. */
  readonly shuffle: number;
  /** Neighbours that a context layer sees: its inputs are channel · taps + tap. 1 elsewhere. */
  readonly taps: number;
}

/** One convolution: out = clamp(leaky(⌊(w∗in + b) / 2^shift⌋)). */
export class IntegerLayer {
  readonly outputs: number;
  readonly inputs: number;
  /** (size · size · inputs)×outputs, tap by tap. */
  private readonly matrix: Float32Array;
  private readonly bias: Float64Array;
  private readonly factors: Float64Array;
  /** The matrix in the memory of the kernel; null for inputs that it cannot multiply. */
  private readonly stored: StoredMatrix | null;

  /**
   * @param kernel - what multiplies; null for JavaScript alone.
   * @throws BrokenModelError unless every sum is provably exact.
   */
  constructor(
    name: string,
    private readonly fields: LayerFields,
    private readonly kernel: Kernel | null = null,
  ) {
    checkExact(name, fields);
    this.outputs = fields.outputs;
    this.inputs = fields.inputs;
    this.matrix = byTap(fields);
    this.bias = Float64Array.from(fields.bias);
    this.factors = Float64Array.from(fields.shift, (shift) => 2 ** -shift);
    const fits = fields.inputLimit <= KERNEL_LIMIT;
    this.stored = kernel && fits ? kernel.store(this.matrix, this.outputs) : null;
  }

  /** Return the output of a convolution with zero padding, after its pixel shuffle. */
  convolve(plane: Plane): Plane {
    const { height, width } = plane;
    const { size } = this.fields;
    if (plane.channels !== this.inputs) throw misfit();
    const out = new Float32Array(height * width * this.outputs);
    const rows = new Float32Array(width * size * size * this.inputs);
    for (let y = 0; y < height; y++) {
      gatherRow(plane, y, size, rows);
      this.product(rows, width, out, y * width * this.outputs);
    }
    return pixelShuffle(
      { height, width, channels: this.outputs, values: out },
      this.fields.shuffle,
    );
  }

  /** Return the count×outputs results of a 1×1 layer for count×inputs rows. */
  multiply(rows: Float32Array, count: number): Float32Array {
    if (this.fields.size !== 1 || rows.length !== count * this.inputs) throw misfit();
    const out = new Float32Array(count * this.outputs);
    this.product(rows, count, out, 0);
    return out;
  }

  /** Write the outputs of `count` gathered rows to `out`, from offset `start` on. */
  private product(rows: Float32Array, count: number, out: Float32Array, start: number): void {
    const { kernel, stored, outputs } = this;
    if (kernel && stored) {
      kernel.multiply(stored, rows, count, this.fields.inputLimit, (first, sums) => {
        const share = Math.min(AT_ONCE, count - first);
        this.finish(sums, share, out, start + first * outputs, AT_ONCE, 1);
      });
      return;
    }
    const depth = this.matrix.length / outputs;
    const sums = new Float64Array(AT_ONCE * outputs);
    for (let first = 0; first < count; first += AT_ONCE) {
      const share = Math.min(AT_ONCE, count - first);
      sums.fill(0);
      this.accumulate(rows, first * depth, share, depth, sums);
      this.finish(sums, share, out, start + first * outputs, 1, outputs);
    }
  }

  /** Add weight · input to the sums of up to four rows. */
  private accumulate(
    rows: Float32Array,
    start: number,
    share: number,
    depth: number,
    sums: Float64Array,
  ): void {
    const { matrix, outputs } = this;
    const most = this.fields.inputLimit;
    const at = (row: number, input: number): number =>
      row < share ? Math.min(most, Math.max(-most, rows[start + row * depth + input])) : 0;
    for (let input = 0; input < depth; input++) {
      const [a, b, c, d] = [at(0, input), at(1, input), at(2, input), at(3, input)];
      if (a === 0 && b === 0 && c === 0 && d === 0) continue;
      const column = input * outputs;
      for (let output = 0; output < outputs; output++) {
        const weight = matrix[column + output];
        sums[output] += a * weight;
        sums[outputs + output] += b * weight;
        sums[2 * outputs + output] += c * weight;
        sums[3 * outputs + output] += d * weight;
      }
    }
  }

  /** Turn the sums of `share` rows into outputs; steps lead to the next output and row of sums. */
  private finish(
    sums: Float64Array,
    share: number,
    out: Float32Array,
    start: number,
    outputStep: number,
    rowStep: number,
  ): void {
    const { outputs, bias, factors } = this;
    const { leaky, limit } = this.fields;
    let to = start;
    for (let row = 0; row < share; row++) {
      for (let output = 0; output < outputs; output++) {
        const sum = sums[output * outputStep + row * rowStep];
        let value = Math.floor((sum + bias[output]) * factors[output]);
        if (leaky && value < 0) value = Math.floor(value * LEAKY_SLOPE);
        out[to++] = value > limit ? limit : Math.max(value, -limit);
      }
    }
  }
}

/** Return the output of convolutional layers. */
export function convolveAll(layers: readonly IntegerLayer[], plane: Plane): Plane {
  return layers.reduce((x, layer) => layer.convolve(x), plane);
}

/** Return the output of 1×1 layers for `count` rows. */
export function multiplyAll(
  layers: readonly IntegerLayer[],
  rows: Float32Array,
  count: number,
): Float32Array {
  return layers.reduce((x, layer) => layer.multiply(x, count), rows);
}

function misfit(): BrokenModelError {
  return new BrokenModelError("the integer layers of the model do not fit together");
}

function checkExact(name: string, fields: LayerFields): void {
  const { weight, bias, shift, outputs, inputs, size, limit, inputLimit, shuffle, taps } = fields;
  const depth = inputs * size * size;
  const inRange = (value: number) => Number.isInteger(value) && value > 0 && value <= WIDE_LIMIT;
  let ok = weight.length === outputs * depth && bias.length === outputs && shift.length === outputs;
  ok &&= outputs > 0 && inputs > 0 && size % 2 === 1 && inRange(limit) && inRange(inputLimit);
  ok &&= inRange(shuffle) && outputs % shuffle ** 2 === 0 && inputs % taps === 0;
  for (let output = 0; ok && output < outputs; output++) {
    let bound = 0;
    for (let at = output * depth; at < (output + 1) * depth; at++) {
      ok &&= Math.abs(weight[at]) <= WEIGHT_LIMIT;
      bound += Math.abs(weight[at]);
    }
    ok &&= bound * inputLimit + Math.abs(bias[output]) < EXACT_LIMIT;
    ok &&= shift[output] >= 0 && shift[output] <= MAX_SHIFT;
  }
  if (!ok) throw new BrokenModelError(`the integer layer ${name} breaks the exactness bound`);
}

function byTap({ weight, outputs, inputs, size, taps }: LayerFields): Float32Array {
  const area = size * size;
  const channels = inputs / taps;
  const matrix = new Float32Array(weight.length);
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputs; input++) {
      const place = (input % taps) * channels + Math.floor(input / taps);
      for (let tap = 0; tap < area; tap++) {
        const value = weight[(output * inputs + input) * area + tap];
        matrix[(tap * inputs + place) * outputs + output] = value;
      }
    }
  }
  return matrix;
}

/** Write the neighbourhoods size×size×channels of a row of a plane to `rows`. */
function gatherRow(plane: Plane, y: number, size: number, rows: Float32Array): void {
  const { height, width, channels, values } = plane;
  const reach = (size - 1) / 2;
  rows.fill(0);
  for (let x = 0; x < width; x++) {
    for (let tap = 0; tap < size * size; tap++) {
      const row = y + Math.floor(tap / size) - reach;
      const column = x + (tap % size) - reach;
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      const from = (row * width + column) * channels;
      rows.set(values.subarray(from, from + channels), (x * size * size + tap) * channels);
    }
  }
}

/** Return the plane r·height×r·width×channels/r². */
function pixelShuffle(plane: Plane, factor: number): Plane {
  if (factor === 1) return plane;
  const { height, width, channels, values } = plane;
  const left = channels / factor ** 2;
  const out = new Float32Array(values.length);
  let from = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < left; channel++) {
        for (let i = 0; i < factor; i++) {
          for (let j = 0; j < factor; j++) {
            const row = (y * factor + i) * width * factor;
            out[(row + x * factor + j) * left + channel] = values[from++];
          }
        }
      }
    }
  }
  return { height: height * factor, width: width * factor, channels: left, values: out };
}
