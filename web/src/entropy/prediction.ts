/** What is predicted about latents before they are decoded, group by group. */

import {
  LATENT_UNIT_BITS,
  LATENT_UNITS,
  MAGNITUDE_BITS,
  MEAN_BITS,
  MEAN_LIMIT,
  SCALE_LEVELS,
} from "../bitstream.ts";
import { type IntegerLayer, multiplyAll, WIDE_LIMIT } from "./fixed_point.ts";
import { MARGIN, type Taps } from "./order.ts";

const MEAN_SHIFT = MAGNITUDE_BITS + MEAN_BITS - LATENT_UNIT_BITS;

/** Features of the decoded latents around a position. */
export interface Context {
  /** The first channel that is seen, and the one after the last. */
  readonly channels: readonly [number, number];
  readonly taps: Taps;
  /** 1×1 layers; the first one sees tap by tap. */
  readonly layers: readonly IntegerLayer[];
}

/** Latents that are coded together, and the networks that predict them. */
export interface ChannelGroup {
  readonly channels: readonly [number, number];
  readonly contexts: readonly Context[];
  /** 1×1 layers, from hyper features and the features of each context to scales and means. */
  readonly parameters: readonly IntegerLayer[];
  /** 8×F, added to the features of the last context at each quality; null for nothing. */
  readonly qualityBias: Int32Array | null;
}

/** What the prediction of a group depends on besides its networks: the quality. */
export interface GroupRate {
  /** Start values of the scale indices, one for each channel. */
  readonly start: Float64Array;
  /** Typical magnitudes in 2^-16, one for each channel; null in models of version 1. */
  readonly magnitudes: Float64Array | null;
  /** Added to the features of the last context; null for nothing. */
  readonly bias: Float64Array | null;
}

/** What contexts see: (h+4)×(w+4)×M integers with a margin of two around the tile. */
export interface SeenPlane {
  /** Width with the margin. */
  readonly width: number;
  readonly channels: number;
  readonly values: Float32Array;
}

/** Return how the networks see a latent in 1/64 of channel `channel` of its group. */
export function asSeen(rate: GroupRate, channel: number, latent: number, bits: number): number {
  let seen = latent;
  if (rate.magnitudes) {
    const magnitude = rate.magnitudes[channel];
    const units = latent * 2 ** (MAGNITUDE_BITS - LATENT_UNIT_BITS + bits);
    seen = Math.floor((units + Math.floor(magnitude / 2)) / magnitude);
  }
  // No layer sees more, and single precision holds this exactly.
  return Math.min(WIDE_LIMIT, Math.max(-WIDE_LIMIT, seen));
}

/**
 * Return the count×F features of a context.
 *
 * @param corners - of each position: the offset of its row and column in the seen plane, in
 *   positions, without the margin.
 */
export function contextFeatures(
  context: Context,
  seen: SeenPlane,
  corners: Uint32Array,
): Float32Array {
  const [from, to] = context.channels;
  const offsets = context.taps.map(
    ([row, column]) => (row + MARGIN) * seen.width + column + MARGIN,
  );
  const rows = new Float32Array(corners.length * offsets.length * (to - from));
  let place = 0;
  for (const corner of corners) {
    for (const offset of offsets) {
      const at = (corner + offset) * seen.channels;
      rows.set(seen.values.subarray(at + from, at + to), place);
      place += to - from;
    }
  }
  return multiplyAll(context.layers, rows, corners.length);
}

/** Return the F features of a context of which nothing is decoded yet. */
export function nothingKnown(context: Context): Float32Array {
  const inputs = context.taps.length * (context.channels[1] - context.channels[0]);
  return multiplyAll(context.layers, new Float32Array(inputs), 1);
}

/**
 * Write the scale indices and means (in 1/64) of positions, count×C each, from offset `start` on.
 *
 * @param parts - count×F features: hyper features, then those of each context; or F features that
 *   all positions share.
 */
export function predict(
  group: ChannelGroup,
  rate: GroupRate,
  parts: readonly Float32Array[],
  count: number,
  levels: Uint8Array,
  means: Int32Array,
  start: number,
): void {
  const out = multiplyAll(group.parameters, concatenate(group, rate, parts, count), count);
  const channels = rate.start.length;
  for (let at = 0; at < count * channels; at++) {
    const channel = at % channels;
    const place = at + (at - channel); // scales, then means: 2·C outputs for each position
    const scale = out[place] + rate.start[channel] + LATENT_UNITS / 2;
    const level = Math.floor(scale / LATENT_UNITS);
    levels[start + at] = Math.min(SCALE_LEVELS - 1, Math.max(0, level));
    means[start + at] = mean(rate, channel, out[place + channels]);
  }
}

function mean(rate: GroupRate, channel: number, predicted: number): number {
  if (!rate.magnitudes) return predicted;
  const exact = predicted * rate.magnitudes[channel] + 2 ** (MEAN_SHIFT - 1);
  const scaled = Math.floor(exact * 2 ** -MEAN_SHIFT);
  return Math.min(MEAN_LIMIT, Math.max(-MEAN_LIMIT, scaled));
}

function concatenate(
  group: ChannelGroup,
  rate: GroupRate,
  parts: readonly Float32Array[],
  count: number,
): Float32Array {
  const contexts = group.contexts.map(({ layers }) => layers[layers.length - 1].outputs);
  const inputs = group.parameters[0].inputs;
  const widths = [inputs - contexts.reduce((sum, width) => sum + width, 0), ...contexts];
  const rows = new Float32Array(count * inputs);
  let column = 0;
  parts.forEach((part, number) => {
    const width = widths[number];
    const bias = number === parts.length - 1 ? rate.bias : null;
    const step = part.length === width ? 0 : width;
    for (let position = 0; position < count; position++) {
      for (let at = 0; at < width; at++) {
        const value = part[position * step + at] + (bias ? bias[at] : 0);
        rows[position * inputs + column + at] = value;
      }
    }
    column += width;
  });
  return rows;
}
