/** The walk over the latents of a tile. */

import { LATENT_UNITS } from "../bitstream.ts";
import type { Plane } from "./fixed_point.ts";
import { atQuality, type EntropyNetworks, hyperFeatures } from "./networks.ts";
import { codingOrder, MARGIN } from "./order.ts";
import {
  asSeen,
  type ChannelGroup,
  contextFeatures,
  nothingKnown,
  predict,
  type SeenPlane,
} from "./prediction.ts";

const AT_ONCE = 256; // positions that are predicted at once, to bound memory

/** Gives the symbols of a step, N×C, for its scale indices and means in 1/64, N×C each. */
export type Exchange = (levels: Uint8Array, means: Int32Array, channels: number) => Int32Array;

/**
 * Return the latents of a tile in 1/64, M×h×w.
 *
 * @param zHat - hyper-latents ⌈h/4⌉×⌈w/4⌉×Z.
 * @param exchange - called for each step.
 */
export function walk(
  networks: EntropyNetworks,
  zHat: Plane,
  height: number,
  width: number,
  qualityUnits: number,
  exchange: Exchange,
): Int32Array {
  const { groups, latents: channels, inputBits } = networks;
  const hyper = hyperFeatures(networks, zHat);
  const latents = new Int32Array(channels * height * width);
  const seenWidth = width + 2 * MARGIN;
  const seenSize = (height + 2 * MARGIN) * seenWidth * channels;
  const seen = { width: seenWidth, channels, values: new Float32Array(seenSize) };
  const steps = codingOrder(networks.order, height, width);
  atQuality(networks, qualityUnits).forEach((rate, number) => {
    steps.forEach((positions, step) => {
      const group = groups[number];
      const [from, to] = group.channels;
      const own = to - from;
      const levels = new Uint8Array(positions.length * own);
      const means = new Int32Array(positions.length * own);
      for (let start = 0; start < positions.length; start += AT_ONCE) {
        const at = positions.subarray(start, start + AT_ONCE);
        const parts = features(group, step === 0, hyper, seen, at, width);
        predict(group, rate, parts, at.length, levels, means, start * own);
      }
      const symbols = exchange(levels, means, own);
      positions.forEach((position, at) => {
        const place = cornerOf(position, width) + MARGIN * seenWidth + MARGIN;
        for (let channel = 0; channel < own; channel++) {
          const latent = LATENT_UNITS * symbols[at * own + channel] + means[at * own + channel];
          latents[(from + channel) * height * width + position] = latent;
          seen.values[place * channels + from + channel] = asSeen(rate, channel, latent, inputBits);
        }
      });
    });
  });
  return latents;
}

/** Return the offset of a position in the seen plane, in positions, without the margin. */
function cornerOf(position: number, width: number): number {
  return position + 2 * MARGIN * Math.floor(position / width);
}

/** Return the features of positions: hyper features, then those of each context. */
function features(
  group: ChannelGroup,
  first: boolean,
  hyper: Plane,
  seen: SeenPlane,
  at: Uint32Array,
  width: number,
): Float32Array[] {
  const gathered = new Float32Array(at.length * hyper.channels);
  at.forEach((position, number) => {
    const place = Math.floor(position / width) * hyper.width + (position % width);
    const from = place * hyper.channels;
    gathered.set(hyper.values.subarray(from, from + hyper.channels), number * hyper.channels);
  });
  const corners = at.map((position) => cornerOf(position, width));
  const own = group.contexts.length - 1;
  const contexts = group.contexts.map((context, number) =>
    first && number === own ? nothingKnown(context) : contextFeatures(context, seen, corners),
  );
  return [gathered, ...contexts];
}
