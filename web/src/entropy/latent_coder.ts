/** Decode the stream of one tile to its latents and hyper-latents. */

import { HYPER_STRIDE, SCALE_LEVELS } from "../bitstream.ts";
import { crc32OfIntegers } from "../container/crc32.ts";
import type { Plane } from "./fixed_point.ts";
import type { EntropyNetworks } from "./networks.ts";
import { StreamReader } from "./rans.ts";
import type { Table } from "./tables.ts";
import { walk } from "./walk.ts";

/** The networks and tables of one model. */
export interface LatentCoder {
  readonly networks: EntropyNetworks;
  /** One for each scale index. */
  readonly scaleTables: readonly Table[];
  /** One for each channel of hyper-latents. */
  readonly hyperTables: readonly Table[];
}

/** The decoded latents of a tile. */
export interface TileLatents {
  /** M×h×w, in 1/64. */
  readonly yHat: Int32Array;
  /** Z×⌈h/4⌉×⌈w/4⌉. */
  readonly zHat: Int32Array;
}

/** Called with the scale indices and means (in 1/64) of each step, N×C each. */
export type Predicted = (levels: Uint8Array, means: Int32Array) => void;

/** Return the CRC-32 of all values, hyper-latents first, as little-endian i32. */
export function checksumOf({ yHat, zHat }: TileLatents): number {
  return crc32OfIntegers(yHat, crc32OfIntegers(zHat));
}

/**
 * Return the h×w latents of a stream.
 *
 * Any bytes are safe to decode; a checksum tells wrong latents from the right ones.
 *
 * @throws CorruptError when it is not a valid stream.
 */
export function decodeStream(
  coder: LatentCoder,
  stream: Uint8Array,
  height: number,
  width: number,
  qualityUnits: number,
  predicted?: Predicted,
): TileLatents {
  const reader = new StreamReader(stream);
  const [rows, columns] = [Math.ceil(height / HYPER_STRIDE), Math.ceil(width / HYPER_STRIDE)];
  const area = rows * columns;
  const zHat = new Int32Array(area * coder.hyperTables.length);
  const places = Uint32Array.from(zHat, (_, at) => at);
  coder.hyperTables.forEach((table, channel) => {
    reader.take(table, zHat, places, channel * area, (channel + 1) * area);
  });
  const plane = channelsLast(zHat, rows, columns);
  const yHat = walk(coder.networks, plane, height, width, qualityUnits, (levels, means, own) => {
    predicted?.(levels, means);
    const symbols = new Int32Array(levels.length);
    const { order, ends } = byLevel(levels, own);
    for (let level = 1; level < SCALE_LEVELS; level++) {
      reader.take(coder.scaleTables[level], symbols, order, ends[level - 1], ends[level]);
    }
    return symbols;
  });
  reader.finish();
  return { yHat, zHat };
}

/**
 * Return the places of N×C scale indices, ordered by index, channel and position, and where the
 * places of each index end.
 */
function byLevel(levels: Uint8Array, channels: number): { order: Uint32Array; ends: Uint32Array } {
  const next = new Uint32Array(SCALE_LEVELS + 1);
  for (const level of levels) next[level + 1] += 1;
  for (let level = 0; level < SCALE_LEVELS; level++) next[level + 1] += next[level];
  const ends = next.slice(1);
  const order = new Uint32Array(levels.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let at = channel; at < levels.length; at += channels) order[next[levels[at]]++] = at;
  }
  return { order, ends };
}

function channelsLast(values: Int32Array, height: number, width: number): Plane {
  const area = height * width;
  const channels = values.length / area;
  const out = Float32Array.from(values, (_, at) => {
    const position = Math.floor(at / channels);
    return values[(at % channels) * area + position];
  });
  return { height, width, channels, values: out };
}
