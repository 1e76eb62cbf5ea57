/** The integer networks that predict probabilities: encoder and decoder must agree on them. */

import { MAX_QUALITY, QUALITY_UNITS } from "../bitstream.ts";
import { convolveAll, type IntegerLayer, type Plane } from "./fixed_point.ts";
import type { CodingOrder } from "./order.ts";
import type { ChannelGroup, GroupRate } from "./prediction.ts";

/** Hyper-synthesis, contexts and entropy parameters of one model. */
export interface EntropyNetworks {
  readonly order: CodingOrder;
  readonly hyperSynthesis: readonly IntegerLayer[];
  /** Groups of channels in coding order; one in models of version 1. */
  readonly groups: readonly ChannelGroup[];
  /** The number M of latent channels. */
  readonly latents: number;
  /** The number Z of hyper-latent channels. */
  readonly hyperLatents: number;
  /** K×M: added to the scale values, in 1/64. */
  readonly indexStart: Int32Array;
  /** K×M typical magnitudes in 2^-16; null in models of version 1. */
  readonly magnitudes: Int32Array | null;
  /** Contexts see latents as multiples of 2^-inputBits magnitudes. */
  readonly inputBits: number;
}

/** Return the hyper features of hyper-latents, at least h×w. */
export function hyperFeatures(networks: EntropyNetworks, zHat: Plane): Plane {
  return convolveAll(networks.hyperSynthesis, zHat);
}

/** Return what the prediction of each group depends on at a quality in 1/256. */
export function atQuality(networks: EntropyNetworks, qualityUnits: number): GroupRate[] {
  const { latents, indexStart, magnitudes } = networks;
  const start = interpolated(indexStart, latents, qualityUnits);
  const typical = magnitudes && interpolated(magnitudes, latents, qualityUnits);
  return networks.groups.map(({ channels, contexts, qualityBias }) => {
    const { outputs } = contexts[contexts.length - 1].layers.slice(-1)[0];
    return {
      start: start.subarray(...channels),
      magnitudes: typical?.subarray(...channels) ?? null,
      bias: qualityBias && interpolated(qualityBias, outputs, qualityUnits),
    };
  });
}

/** Return the row of a K×N table at a quality in 1/256, interpolated in integers. */
function interpolated(table: Int32Array, columns: number, qualityUnits: number): Float64Array {
  if (table.length === columns) return Float64Array.from(table);
  const low = Math.min(Math.floor(qualityUnits / QUALITY_UNITS), MAX_QUALITY - 1);
  const share = qualityUnits - QUALITY_UNITS * low;
  return Float64Array.from({ length: columns }, (_, at) => {
    const [below, above] = [table[(low - 1) * columns + at], table[low * columns + at]];
    return Math.floor((below * (QUALITY_UNITS - share) + above * share) / QUALITY_UNITS);
  });
}
